"""The virtual phone as its inhabitants see it: the library and apps above, the transport below.

`virtual.android.phone.Phone` implements all of it. Protocols, so that the layers can be built and replaced apart.
"""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Sequence
from typing import Protocol

from bgtask_harness.virtual.android.jobs import InstalledPackage
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.kernel import Kernel


class PhoneClocks(Protocol):
    """The three clocks of the phone."""

    def boot_ns(self) -> int:
        """Since this boot, sleep included (`elapsedRealtime`)."""

    def wall_ns(self) -> int:
        """Since 1970 UTC (`currentTimeMillis`); can be set."""


class JobSchedulerPort(Protocol):
    """`android.app.job.JobScheduler`, called from an app."""

    def schedule(self, package: str, job: JobInfo) -> bool:
        """Schedule or replace a job; True is RESULT_SUCCESS."""

    def cancel(self, package: str, job_id: int, namespace: str | None) -> None:
        """Cancel a job; stops it when it runs."""

    def pending(self, package: str, namespace: str | None) -> tuple[JobInfo, ...]:
        """`getAllPendingJobs` of that namespace."""


class NetworkPort(Protocol):
    """What `ConnectivityManager` tells an app."""

    @property
    def connected(self) -> bool:
        """A validated network is there."""

    @property
    def metered(self) -> bool:
        """It is metered."""

    @property
    def roaming(self) -> bool:
        """It is the mobile network of another operator."""

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector at each change; gives the function that ends that."""


class PowerPort(Protocol):
    """What an app can learn of power."""

    @property
    def charging(self) -> bool:
        """The device is charging."""

    @property
    def battery_not_low(self) -> bool:
        """The battery is not low."""

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector at each change; gives the function that ends that."""


class StoragePort(Protocol):
    """What an app can learn of storage."""

    @property
    def not_low(self) -> bool:
        """Storage is not low."""

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector at each change; gives the function that ends that."""


class AndroidPort(Protocol):
    """The system as the library and the apps see it."""

    @property
    def kernel(self) -> Kernel:
        """Virtual time."""

    @property
    def api_level(self) -> int:
        """`Build.VERSION.SDK_INT`."""

    @property
    def clocks(self) -> PhoneClocks:
        """The phone's clocks."""

    @property
    def job_scheduler(self) -> JobSchedulerPort:
        """JobScheduler."""

    @property
    def network(self) -> NetworkPort:
        """Network."""

    @property
    def power(self) -> PowerPort:
        """Battery and charger."""

    @property
    def storage(self) -> StoragePort:
        """Storage."""

    def install(self, package: InstalledPackage) -> None:
        """Install an app."""

    def log(self, priority: str, tag: str, message: str, *, uid: int, pid: int, tid: int) -> None:
        """Write to the log: one entry, whatever line breaks it has."""

    def reaches_network(self, package: str) -> bool:
        """A validated network is there, and the app may use it: what its `ConnectivityManager` tells it."""

    def uid_of(self, package: str) -> int:
        """The app's uid."""

    def crash(self, pid: int, error: Exception) -> None:
        """An exception escaped in that process: log FATAL EXCEPTION and end it."""

    def was_force_stopped(self, package: str) -> bool:
        """True once after a force-stop: `ApplicationExitInfo` with REASON_USER_REQUESTED since the last start."""


class CommandIO(Protocol):
    """What a shell command reads and writes. `out` and `err` never block; `drain` does."""

    async def read(self) -> bytes:
        """More standard input; `b""` at its end."""

    def out(self, text: str) -> None:
        """Write to standard output."""

    def err(self, text: str) -> None:
        """Write to standard error."""

    async def drain(self) -> None:
        """Suspend until the host has taken what was written. Raises `Cancelled` when the host has gone."""


CommandFunction = Callable[["ShellPort", Sequence[str], CommandIO], Awaitable[int]]
"""A command: gets the phone, its argv (argv[0] is its name) and its streams; gives its exit status, 0 to 255.

It runs as a kernel coroutine: awaiting `phone.kernel.sleep` takes virtual time.
"""


class ShellPort(AndroidPort, Protocol):
    """The phone as the adb daemon and the shell see it."""

    @property
    def serial(self) -> str:
        """`ro.serialno`."""

    def getprop(self, name: str) -> str:
        """A system property; empty when it is not set."""

    def command(self, name: str) -> CommandFunction | None:
        """The program of that name; None gives `inaccessible or not found`, status 127."""

    def read_file(self, path: str) -> bytes | None:
        """The content of a file, None when there is none (`/proc/uptime`, `/proc/sys/kernel/random/boot_id`, ...)."""

    def on_log(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each log entry; gives the function that ends that."""

    def on_reboot(self, collector: Callable[[], None]) -> None:
        """Call the collector when the phone goes down for a reboot: the daemon drops its connections."""

    @property
    def online(self) -> bool:
        """False from the moment it goes down until adbd is up again."""
