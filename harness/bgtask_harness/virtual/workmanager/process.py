"""A process of an app with WorkManager in it: made when the system starts it, dead when the system kills it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from bgtask_harness.virtual.android.jobs import JobService
from bgtask_harness.virtual.android.port import AndroidPort
from bgtask_harness.virtual.kernel import Task
from bgtask_harness.virtual.kernel import Timer
from bgtask_harness.virtual.kernel import Waiter
from bgtask_harness.virtual.workmanager import diagnostics
from bgtask_harness.virtual.workmanager import force_stop
from bgtask_harness.virtual.workmanager import hook
from bgtask_harness.virtual.workmanager.app_port import PhoneApp
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.system_job import SystemJobService
from bgtask_harness.virtual.workmanager.threads import OnThread
from bgtask_harness.virtual.workmanager.threads import Started
from bgtask_harness.virtual.workmanager.threads import Threads
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import ListenableWorker
from bgtask_reference.ports.work_manager import WorkerParameters

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.modes import Mode
    from bgtask_harness.virtual.workmanager.runtime import Installation
    from bgtask_harness.virtual.workmanager.storage import Storage

_API_THAT_TELLS_WHY = 35
"""`ApplicationStartInfo.getReason`: before that an app cannot know why its process was started."""


class Process:
    """Implements `AppProcess` for the system and `Host` for the library."""

    def __init__(self, installation: Installation, pid: int, why: str) -> None:
        self.installation = installation
        self.pid = pid
        self.why = why
        self._alive = True
        self._frozen = False
        self._held: list[Callable[[], None]] = []
        """What was due while the process was frozen."""
        self._threads = Threads(pid)
        self._uid = installation.phone.uid_of(installation.package)
        self._started: list[Started] = []
        self._subscriptions: list[Callable[[], None]] = []
        self._service: SystemJobService | None = None
        self.app = PhoneApp(self)
        self.app.beacon("process", {"process": self.app.process_reason, "pid": pid})
        self.work_manager = installation.work_manager(self, installation.storage.database, installation.configuration)
        self.application = installation.program(self.app, self.work_manager)
        self.application.on_create()

    @property
    def phone(self) -> AndroidPort:
        """The operating system."""
        return self.installation.phone

    @property
    def package(self) -> str:
        """The app."""
        return self.installation.package

    @property
    def mode(self) -> Mode:
        return self.installation.mode

    @property
    def storage(self) -> Storage:
        return self.installation.storage

    @property
    def process_reason(self) -> str | None:
        return self.why if self.phone.api_level >= _API_THAT_TELLS_WHY else None

    def wall_ns(self) -> int:
        return self.phone.clocks.wall_ns()

    def connected(self) -> bool:
        return self.phone.reaches_network(self.package)

    async def sleep(self, duration_ns: int) -> None:
        await self.phone.kernel.sleep(duration_ns)
        while self._frozen:
            thawed = Waiter()
            self._held.append(thawed.set)
            await thawed

    # What the system calls.

    def job_service(self, class_name: str) -> JobService | None:
        if class_name != CONSTANTS.classes.system_job_service:
            return None
        if self._service is None:
            self._service = SystemJobService(self.work_manager)
        return self._service

    def on_broadcast(self, receiver: str, action: str, extras: Mapping[str, str]) -> str | None:
        try:
            return self._receive(receiver, action, extras)
        except Exception as error:  # noqa: BLE001 - what escapes onReceive crashes the process, not the phone
            self._crash(error)
            return None

    def on_activity(self) -> None:
        """An activity is shown: this app does nothing of its own then."""

    def on_frozen(self, *, frozen: bool) -> None:
        self._frozen = frozen
        if not frozen:
            held, self._held = self._held, []
            for action in held:
                self.phone.kernel.soon(action)

    def on_killed(self) -> None:
        self._alive = False
        for started in self._started:
            started.destroy()
        for unsubscribe in self._subscriptions:
            unsubscribe()

    # What the app and the library call.

    def post(self, action: Callable[[], None], delay_ns: int = 0) -> Timer:
        """Do it on the main thread."""
        return self._later(delay_ns, self._threads.main, action)

    def execute(self, action: Callable[[], None]) -> None:
        self._later(CONSTANTS.runtime.executor_hop_ns, self._threads.executor, action)

    def after(self, delay_ns: int, action: Callable[[], None]) -> Timer:
        return self._later(delay_ns, self._threads.executor, action)

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> Started:
        """Run a coroutine of the app's own. What escapes it, cancellation apart, crashes the process."""
        return self._spawn(self._threaded(coroutine), name, self._spawned_ended)

    def launch(
        self, coroutine: Coroutine[Any, Any, Any], name: str, on_end: Callable[[Any, Exception | None], None]
    ) -> Started:
        threaded = self._threaded(coroutine)

        def ended(task: Task) -> None:
            self._threads.on(self._threads.executor, lambda: on_end(threaded.returned, task.error))

        return self._spawn(threaded, name, ended)

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> ListenableWorker | None:
        return self.application.create_worker(class_name, parameters)

    def watch(self, unsubscribe: Callable[[], None]) -> None:
        self._subscriptions.append(unsubscribe)

    def log(self, priority: str, tag: str, message: str) -> None:
        if self._alive:
            tid = self._threads.current
            self.phone.log(priority, tag, message, uid=self._uid, pid=self.pid, tid=tid)

    def _receive(self, receiver: str, action: str, extras: Mapping[str, str]) -> str | None:
        classes = CONSTANTS.classes
        if receiver == classes.diagnostics_receiver:
            diagnostics.on_receive(self.work_manager)
        elif receiver == classes.reschedule_receiver:
            force_stop.on_reschedule_received(self.work_manager, action)
        elif receiver == self.installation.hook_receiver:
            return hook.carry_out(self, extras)
        return None

    def _threaded(self, coroutine: Coroutine[Any, Any, Any]) -> OnThread:
        return OnThread(coroutine, self._threads, self._threads.worker())

    def _spawn(self, threaded: OnThread, name: str, on_end: Callable[[Task], None]) -> Started:
        started = Started(self.phone.kernel.spawn(threaded, name, on_end), threaded)
        self._started = [other for other in self._started if other.active]
        self._started.append(started)
        return started

    def _spawned_ended(self, task: Task) -> None:
        if task.error is not None and not isinstance(task.error, Cancelled):
            self._crash(task.error)

    def _later(self, delay_ns: int, tid: int, action: Callable[[], None]) -> Timer:
        def act() -> None:
            if not self._alive or timer.cancelled:
                return
            if self._frozen:
                self._held.append(act)
                return
            try:
                self._threads.on(tid, action)
            except Exception as error:  # noqa: BLE001 - what escapes a thread crashes the process, not the phone
                self._crash(error)

        timer = self.phone.kernel.after(delay_ns, act)
        return timer

    def _crash(self, error: Exception) -> None:
        if self._alive:
            self.phone.crash(self.pid, error)
