"""`AppPort` on a virtual phone: the phone as one process of the app sees it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Mapping
from typing import Any
from typing import Protocol

from bgtask_harness.virtual.kernel import Timer
from bgtask_harness.virtual.workmanager import beacon
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.constants import NS_PER_MS
from bgtask_harness.virtual.workmanager.modes import Mode
from bgtask_harness.virtual.workmanager.storage import NETWORK_ERROR
from bgtask_harness.virtual.workmanager.storage import Storage
from bgtask_reference.ports.app import Job
from bgtask_reference.ports.app import NetworkError
from bgtask_reference.ports.app import Priority


class HostProcess(Protocol):
    """The process that an app runs in, whatever the platform. Times in nanoseconds."""

    @property
    def package(self) -> str:
        """Package name, or bundle identifier."""

    @property
    def mode(self) -> Mode:
        """What kind of build it is."""

    @property
    def storage(self) -> Storage:
        """What it keeps between its processes."""

    @property
    def process_reason(self) -> str | None:
        """Why the process was started, as far as an app can know."""

    def wall_ns(self) -> int:
        """Wall clock, since 1970."""

    def connected(self) -> bool:
        """There is a network."""

    async def sleep(self, duration_ns: int) -> None:
        """Suspend a coroutine of the process."""

    def post(self, action: Callable[[], None], delay_ns: int = 0) -> Timer:
        """Do it on the main thread, later on."""

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> Job:
        """Run a coroutine of the app's own."""

    def log(self, priority: str, tag: str, message: str) -> None:
        """Write to the system's log."""


class PhoneApp:
    """Implements `AppPort`. Everything asked of it ends with the process."""

    def __init__(self, process: HostProcess) -> None:
        self._process = process
        self._storage = process.storage
        self._observers: dict[str, list[_Observer]] = {}

    @property
    def package(self) -> str:
        return self._process.package

    @property
    def debug_build(self) -> bool:
        return self._process.mode.debug_build

    @property
    def process_reason(self) -> str | None:
        return self._process.process_reason

    def now_ms(self) -> int:
        return self._process.wall_ns() // NS_PER_MS

    async def sleep(self, duration_ns: int) -> None:
        await self._process.sleep(duration_ns)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Job:
        return self._process.spawn(work, name)

    def log(self, priority: Priority, tag: str, message: str) -> None:
        self._process.log(priority.value, tag, message)

    def state(self, name: str) -> str:
        return self._storage.settings.get(name, "")

    def store(self, name: str, value: str) -> None:
        if self.state(name) == value and name in self._storage.settings:
            return
        self._storage.settings[name] = value
        for observer in self._observers.get(name, []):
            if observer.told:
                self._tell(observer, name)

    def observe(self, name: str, collector: Callable[[str], None]) -> None:
        observer = _Observer(collector)
        self._observers.setdefault(name, []).append(observer)
        self._tell(observer, name, CONSTANTS.runtime.first_emission_ns)

    async def request(self, endpoint: str) -> str:
        reply = self._storage.server.reply(endpoint)
        if not self._process.connected():
            await self.sleep(CONSTANTS.runtime.offline_ns)
            raise NetworkError(f"Unable to resolve host for {endpoint}: No address associated with hostname")
        await self.sleep(reply.duration_ns)
        if reply.status == NETWORK_ERROR or not self._process.connected():
            raise NetworkError(f"timeout at {endpoint}")
        return reply.status

    def beacon(self, event: str, fields: Mapping[str, str | int | None]) -> None:
        if self._process.mode.has_beacon:
            self._process.log("I", beacon.TAG, beacon.line(event, fields))

    def _tell(self, observer: _Observer, name: str, delay_ns: int = 0) -> None:
        self._process.post(lambda: observer.tell(self.state(name)), delay_ns)


class _Observer:
    """A collector of one setting: told once at first, then only of another value."""

    def __init__(self, collector: Callable[[str], None]) -> None:
        self._collector = collector
        self._last: str | None = None

    @property
    def told(self) -> bool:
        """The first value, which is read from disk, has arrived."""
        return self._last is not None

    def tell(self, value: str) -> None:
        if value != self._last:
            self._last = value
            self._collector(value)
