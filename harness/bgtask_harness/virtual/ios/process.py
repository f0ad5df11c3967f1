"""One process of an app: what runs in it, and when nothing of it may run.

A suspended or held process stands still: whatever is due meanwhile waits, and happens in its order when it runs again.
That is what a suspended app finds when it wakes: timers long over, notifications once.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from bgtask_harness.virtual.ios.behaviour import behaviour
from bgtask_harness.virtual.ios.framework import BGTaskScheduler
from bgtask_harness.virtual.ios.hosted_app import HostedIosApp
from bgtask_harness.virtual.ios.port import InstalledApp
from bgtask_harness.virtual.ios.port import ProcessState
from bgtask_harness.virtual.ios.unified_log import Source
from bgtask_harness.virtual.kernel import Task
from bgtask_harness.virtual.kernel import Timer
from bgtask_harness.virtual.kernel import Waiter
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.background_tasks import IosApplication
from bgtask_reference.ports.background_tasks import ObjectiveCException
from bgtask_reference.ports.background_tasks import OSLogType

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.installation import Installation
    from bgtask_harness.virtual.ios.phone import IPhone
    from bgtask_harness.virtual.workmanager.modes import Mode
    from bgtask_harness.virtual.workmanager.storage import Storage


class AppProcess:
    """A process from its fork to its end. `state` is SpringBoard's business, `holds` is whoever keeps it halted."""

    def __init__(self, phone: IPhone, installation: Installation, pid: int, *, foreground: bool) -> None:
        self.phone = phone
        self.installation = installation
        self.pid = pid
        self.state = ProcessState.FOREGROUND if foreground else ProcessState.BACKGROUND
        self.process_reason = "activity" if foreground else None
        self.started_wall_ns = phone.clocks.wall_ns()
        self.holds: set[str] = set()
        self.alive = True
        self.debugged = False
        self.awaited = 0
        """How many activities are on their way to it."""
        self.application: IosApplication | None = None
        self.background_tasks: BGTaskScheduler = phone.layers.background_tasks(self)
        self.arguments: tuple[str, ...] = ()
        self.environment: Mapping[str, str] = {}
        self._source = Source(pid, installation.app.executable)
        self._backlog: list[Callable[[], None]] = []
        self._tasks: list[Task] = []
        self._waiting: list[Callable[[], None]] = []
        self._hosted: HostedIosApp | None = None

    @property
    def app(self) -> InstalledApp:
        """What is installed."""
        return self.installation.app

    @property
    def package(self) -> str:
        return self.app.bundle_id

    @property
    def mode(self) -> Mode:
        return self.installation.mode

    @property
    def storage(self) -> Storage:
        return self.installation.storage

    @property
    def frozen(self) -> bool:
        """Nothing in it runs."""
        return self.state is ProcessState.SUSPENDED or bool(self.holds)

    # What SpringBoard calls.

    def begin(self) -> None:
        """Have its main function run."""
        self.post(self._main, behaviour().start_ns)

    def when_launched(self, action: Callable[[], None]) -> None:
        """Do something once `didFinishLaunching` has returned."""
        if self.background_tasks.launched:
            self.post(action)
        else:
            self._waiting.append(action)

    def thaw(self) -> None:
        """It may run again: do what has waited, in its order."""
        if self.frozen or not self.alive:
            return
        backlog, self._backlog = self._backlog, []
        for action in backlog:
            self.phone.kernel.soon(lambda action=action: self.enter(action))  # type: ignore[misc]  # bound now

    def died(self) -> None:
        """It is gone: nothing of it happens any more."""
        self.alive = False
        for task in self._tasks:
            task.destroy()
        self._backlog.clear()
        self._waiting.clear()

    # What the app and the framework call.

    def enter(self, action: Callable[[], None]) -> None:
        """Do something inside the process: now, or when it may run again."""
        if not self.alive:
            return
        if self.frozen:
            self._backlog.append(action)
            return
        try:
            action()
        except ObjectiveCException as exception:
            self.abort("NSInternalInconsistencyException", str(exception))
        except Exception as error:  # noqa: BLE001 - what escapes a thread ends the process, not the phone
            self.abort(type(error).__name__, str(error))

    def post(self, action: Callable[[], None], delay_ns: int = 0) -> Timer:
        return self.phone.kernel.after(delay_ns, lambda: self.enter(action))

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> Task:
        self._tasks = [task for task in self._tasks if task.active]
        task = self.phone.kernel.spawn(self._inside(coroutine), name, self._ended)
        self._tasks.append(task)
        return task

    async def sleep(self, duration_ns: int) -> None:
        await self._entered(duration_ns)

    def wall_ns(self) -> int:
        return self.phone.clocks.wall_ns()

    def connected(self) -> bool:
        return self.phone.environment.now.network

    def log(self, priority: str, tag: str, message: str) -> None:
        del priority
        self.write(message, subsystem=self.package, category=tag)

    def write(
        self,
        message: str,
        *,
        kind: OSLogType = OSLogType.DEFAULT,
        subsystem: str = "",
        category: str = "",
        public: bool = True,
    ) -> None:
        """Write to the unified log as the executable."""
        if self.alive:
            self.phone.log.write(
                self._source, message, kind=kind, subsystem=subsystem, category=category, public=public
            )

    def idle_soon(self) -> None:
        """The last task is complete: the system may suspend it."""
        self.phone.springboard.suspend_later(self, behaviour().idle_ns)

    def abort(self, name: str, reason: str) -> None:
        """An exception that nobody catches (corpus 13)."""
        line = f"*** Terminating app due to uncaught exception '{name}', reason: '{reason}'"
        self.write(line, kind=OSLogType.ERROR)
        self.phone.springboard.crashed(self, line)

    def storage_changed(self, name: str, value: str) -> None:
        """Store a setting and tell the app's observers, as the build's hook does."""
        assert self._hosted is not None
        self._hosted.store(name, value)

    def _main(self) -> None:
        app = self._hosted = HostedIosApp(self)
        app.beacon("process", {"process": self.process_reason, "pid": self.pid})
        self.background_tasks.say("Handling app launch")
        self.application = self.installation.program(app, self.background_tasks)
        self.application.did_finish_launching()
        self.background_tasks.launched = True
        app.beacon("launched", {})
        self.installation.launched(self)
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            self.post(action)

    async def _inside(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Begin a coroutine only while the process runs; an Objective-C exception in it ends the process."""
        try:
            await self._entered(0)
            await coroutine
        except ObjectiveCException as exception:
            reason = str(exception)
            self.phone.kernel.soon(lambda: self.abort("NSInternalInconsistencyException", reason))
        finally:
            coroutine.close()

    async def _entered(self, delay_ns: int) -> None:
        waiter = Waiter()
        waiter.on_abandon = self.post(waiter.set, delay_ns).cancel
        await waiter

    def _ended(self, task: Task) -> None:
        if task.error is not None and not isinstance(task.error, Cancelled):
            self.abort(type(task.error).__name__, str(task.error))
