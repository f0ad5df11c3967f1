"""A virtual Android phone: the operating system with what a host sees of it, its shell's programs and files."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

from bgtask_harness.virtual.android.commands import PROGRAMS
from bgtask_harness.virtual.android.commands.package import apk_at
from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.android.port import CommandFunction
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.port import ShellPort
from bgtask_harness.virtual.android.profile import PhoneProfile
from bgtask_harness.virtual.android.system import System


class Phone(System):
    """The phone as the adb daemon and the shell see it: `ShellPort`.

    `job_scheduler` is the class that schedules its jobs, so that a fault can replace it.
    """

    def __init__(self, *, profile: PhoneProfile, job_scheduler: type[JobScheduler] = JobScheduler) -> None:
        super().__init__(profile, job_scheduler)

    @property
    def serial(self) -> str:
        """`ro.serialno`."""
        return self.profile.serial

    def getprop(self, name: str) -> str:
        """Give a system property; empty when it is not set."""
        return self.properties.get(name)

    def on_log(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each log entry; gives the function that ends that."""
        return self.logs.observe(collector)

    def command(self, name: str) -> CommandFunction | None:
        """Give the program of that name, None for one that this phone does not have."""
        program = PROGRAMS.get(name) if self.has_program(name) else None
        if program is None:
            return None

        async def run(_phone: ShellPort, argv: Sequence[str], io: CommandIO) -> int:
            return await program(self, argv, io)

        return run

    def read_file(self, path: str) -> bytes | None:
        """Give the content of a file, None when there is none."""
        render = _FILES.get(path)
        return apk_at(self, path) if render is None else render(self).encode()


def _uptime(phone: Phone) -> str:
    seconds = phone.clocks.boot_ns() // 10_000_000 / 100
    return f"{seconds:.2f} {seconds * 6.5:.2f}\n"  # idle time: of eight cores that mostly sleep


_FILES: dict[str, Callable[[Phone], str]] = {
    "/proc/uptime": _uptime,
    "/proc/sys/kernel/random/boot_id": lambda phone: phone.clocks.boot_id + "\n",
    "/proc/version": lambda phone: phone.profile.kernel_version + "\n",
}
