"""The BackgroundTasks framework inside one process of an app. Lines: corpus 31_log_format_catalogue.tsv.

What a simulated launch does is not what a system launch does: it needs a pending request, takes it away, looks at no
begin date and no condition, and gives a task without a time limit (decompiled iOS 26 framework, `ios.md` 1.2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bgtask_harness.virtual.ios import text
from bgtask_harness.virtual.ios.activity import Activity
from bgtask_harness.virtual.ios.behaviour import behaviour
from bgtask_harness.virtual.ios.task import HandedTask
from bgtask_harness.virtual.ios.unified_log import Source
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import ErrorCode
from bgtask_reference.ports.background_tasks import NSError
from bgtask_reference.ports.background_tasks import ObjectiveCException
from bgtask_reference.ports.background_tasks import OSLogType
from bgtask_reference.ports.background_tasks import RequestKind

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.process import AppProcess

FRAMEWORK_PATH = "/System/Library/Frameworks/BackgroundTasks.framework/BackgroundTasks"
_DUET_PATH = "/System/Library/PrivateFrameworks/DuetActivityScheduler.framework/DuetActivityScheduler"
_SUBSYSTEM = "com.apple.BackgroundTasks"
_DUET_SUBSYSTEM = "com.apple.duetactivityscheduler"
_MODES = {RequestKind.APP_REFRESH: "fetch", RequestKind.PROCESSING: "processing"}


class BGTaskScheduler:
    """`BGTaskScheduler.sharedScheduler`: implements `BGTaskSchedulerPort`."""

    def __init__(self, process: AppProcess) -> None:
        self._process = process
        self._dasd = process.phone.dasd
        self._handlers: dict[str, Callable[[BGTask], None]] = {}
        self._running: dict[str, HandedTask] = {}
        self._framework = Source(process.pid, process.app.executable, FRAMEWORK_PATH)
        self._duet = Source(process.pid, process.app.executable, _DUET_PATH)
        self.launched = False
        """`didFinishLaunching` has returned: nothing may be registered any more."""

    # What an app calls.

    def register(self, identifier: str, launch_handler: Callable[[BGTask], None]) -> bool:
        self.say(f"registerForTaskWithIdentifier: {identifier}", OSLogType.DEBUG)
        if self.launched:
            raise ObjectiveCException("All launch handlers must be registered before application finishes launching")
        if identifier not in self.permitted:
            return False
        if identifier in self._handlers:
            raise ObjectiveCException(
                f"Launch handler for task with identifier {identifier} has already been registered"
            )
        self._handlers[identifier] = launch_handler
        return True

    def submit(self, request: BGTaskRequest) -> NSError | None:
        described = text.request(request)
        self.say(f"submitTaskRequest: {described}")
        error = self._objection(request)
        if error is not None:
            self.say(f"Error submitting task request: {described}, error: {text.error(error)}")
            return error
        activity = self._dasd.submit(self._process.app.bundle_id, request)
        self._process.phone.log.write(
            self._duet,
            f"Submitting task request activity: {activity.name}",
            subsystem=_DUET_SUBSYSTEM,
            category="client",
        )
        return None

    def cancel(self, identifier: str) -> None:
        self.say(f"cancelTaskRequestWithIdentifier: {identifier}")
        self._dasd.cancel(self._process.app.bundle_id, identifier)

    def cancel_all(self) -> None:
        self.say("cancelAllTaskRequests")
        for activity in self._dasd.pending(self._process.app.bundle_id):
            self._dasd.cancel(activity.bundle_id, activity.identifier)

    def get_pending(self, answer: Callable[[tuple[BGTaskRequest, ...]], None]) -> None:
        self._ask_pending(lambda found: answer(tuple(activity.request for activity in found)))

    # What the system and a debugger call.

    @property
    def permitted(self) -> tuple[str, ...]:
        """`BGTaskSchedulerPermittedIdentifiers` of the Info.plist."""
        return tuple(self._process.app.info.get("BGTaskSchedulerPermittedIdentifiers", ()))

    @property
    def busy(self) -> bool:
        """A task was handed over by the system and is not complete: the process is kept running."""
        return any(not task.simulated for task in self._running.values())

    def handle_launch(self, activity: Activity) -> None:
        """A launch from dasd."""
        named = text.a_set([activity.name])
        self._process.phone.log.write(
            self._duet,
            f"Handling launch from daemon for activities: {named}",
            subsystem=_DUET_SUBSYSTEM,
            category="client",
        )
        self.say(f"Application launched for activities: {named}")
        self.say(f"Calling handlers for activities: {named}")
        self._run(HandedTask(self, activity.request, activity.name))

    def simulate_launch(self, identifier: str) -> None:
        """`_simulateLaunchForTaskWithIdentifier:`."""
        self._say_simulated(f"Simulating launch for task with identifier {identifier}")
        self._ask_pending(lambda found: self._simulate(identifier, found))

    def simulate_expiration(self, identifier: str) -> None:
        """`_simulateExpirationForTaskWithIdentifier:`: a task of a simulated launch alone."""
        self._say_simulated(f"Simulating expiration for task with identifier {identifier}")
        task = self._running.get(identifier)
        if task is None or not task.simulated:
            self._say_simulated(f"Task with identifier {identifier} is not currently being simulated")
            return
        self._say_simulated(f"Expiring simulated task: {task}")
        self._call_expiration(task)

    def expire(self, activity: Activity) -> None:
        """Its time is up, says dasd."""
        task = self._running.get(activity.identifier)
        named = text.a_set([activity.name])
        self.say(f"Will expire activities: {named}")
        if task is None:
            self.say(f"Unknown activities expired, completing immediately: {named}", OSLogType.ERROR)
            self._dasd.completed(activity.bundle_id, activity.identifier)
            return
        self.say(f"Calling expiration handlers for activities: {named}")
        self.say(f"Calling expiration handlers for tasks: {text.a_set([str(task)])}")
        self.say(f"Expiring task: {task}")
        self._call_expiration(task)

    def completed(self, task: HandedTask, success: bool) -> None:
        """`setTaskCompletedWithSuccess:`. That a second call prints its line again is UNCONFIRMED."""
        if task.simulated:
            self._say_simulated(f"Marking simulated task complete: {task}")
        else:
            self.say(f"Marking task {task} complete with success: {int(success)}")
        if self._running.get(task.identifier) is not task:
            return
        del self._running[task.identifier]
        if not task.simulated:
            self._dasd.completed(self._process.app.bundle_id, task.identifier)
            self._process.idle_soon()

    def say(self, message: str, kind: OSLogType = OSLogType.DEFAULT) -> None:
        """Write one of the framework's lines."""
        self._process.phone.log.write(self._framework, message, kind=kind, subsystem=_SUBSYSTEM, category="Framework")

    def objections(self, request: BGTaskRequest) -> ErrorCode | None:
        """Give the code with which a request is refused that has a handler."""
        modes = self._process.app.info.get("UIBackgroundModes", ())
        if _MODES[request.kind] not in modes:
            return ErrorCode.NOT_PERMITTED
        if not self._process.phone.environment.now.background_refresh:
            return ErrorCode.UNAVAILABLE
        others = [
            activity
            for activity in self._dasd.pending(self._process.app.bundle_id)
            if activity.request.kind is request.kind and activity.identifier != request.identifier
        ]
        numbers = behaviour()
        limit = numbers.refresh_limit if request.kind is RequestKind.APP_REFRESH else numbers.processing_limit
        return ErrorCode.TOO_MANY_PENDING_TASK_REQUESTS if len(others) >= limit else None

    def _objection(self, request: BGTaskRequest) -> NSError | None:
        if request.identifier not in self.permitted:
            line = f"{request.identifier} is not advertised in the application's Info.plist"
            self.say(line, OSLogType.ERROR)
            return NSError(ErrorCode.NOT_PERMITTED, description="Unrecognized Identifier")
        if request.identifier not in self._handlers:
            raise ObjectiveCException(f"No launch handler registered for task with identifier {request.identifier}")
        code = self.objections(request)
        return None if code is None else NSError(code)

    def _ask_pending(self, answer: Callable[[tuple[Activity, ...]], None]) -> None:
        self.say("Getting pending task requests")

        def answered() -> None:
            found = self._dasd.pending(self._process.app.bundle_id)
            self.say(f"Found pending activities: {text.a_set([activity.name for activity in found])}")
            answer(found)

        self._process.post(answered, behaviour().xpc_ns)

    def _simulate(self, identifier: str, found: tuple[Activity, ...]) -> None:
        activity = next((each for each in found if each.identifier == identifier), None)
        if activity is None:
            missing = f"No task request with identifier {identifier} has been scheduled"
            self._say_simulated(missing, OSLogType.ERROR)
            return
        if identifier in self._running:
            self._say_simulated(f"Task with identifier {identifier} is already running")
            raise ObjectiveCException(f"No launch handler registered for task with identifier {identifier}")
        self.cancel(identifier)
        self._run(HandedTask(self, activity.request, None))

    def _run(self, task: HandedTask) -> None:
        handler = self._handlers.get(task.identifier)
        if handler is None:
            raise ObjectiveCException(f"No launch handler registered for task with identifier {task.identifier}")
        self._running[task.identifier] = task
        self.say(f"Running task: {task}")
        self._process.post(lambda: self._start(task, handler))

    def _start(self, task: HandedTask, handler: Callable[[BGTask], None]) -> None:
        if task.simulated:
            self._say_simulated(f"Starting simulated task: {task}")
        else:
            self.say(f"Starting task: {task}")
        handler(task)

    def _call_expiration(self, task: HandedTask) -> None:
        handler = task.expiration_handler
        if handler is not None:
            self._process.post(handler)
            return
        self.say(f"No expiration handler for task: {task}", OSLogType.ERROR)
        if not task.simulated:  # header: without a handler the system marks it complete and unsuccessful
            self.completed(task, success=False)

    def _say_simulated(self, message: str, kind: OSLogType = OSLogType.DEFAULT) -> None:
        if self._process.phone.profile.framework.simulate_by_ns_log:
            self._process.phone.log.write(self._framework, message)
        else:
            self.say(message, kind)
