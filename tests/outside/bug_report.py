"""Bug reports as dumpstate writes them (AOSP dumpstate.cpp, dumpsys.cpp), made of what a virtual phone prints."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from virtual_bench import SECOND
from virtual_bench import Bench

RULE = "-" * 79
DOUBLE = "=" * 56


class _Streams:
    def __init__(self) -> None:
        self.written: list[str] = []

    async def read(self) -> bytes:
        return b""

    def out(self, text: str) -> None:
        self.written.append(text)

    def err(self, text: str) -> None:
        self.written.append(text)

    async def drain(self) -> None:
        return


def shell(bench: Bench, *argv: str) -> str:
    """What a command prints on that phone."""
    program = bench.phone.command(argv[0])
    assert program is not None, argv
    streams, status = _Streams(), []

    async def run() -> None:
        status.append(await program(bench.phone, argv, streams))

    bench.phone.kernel.spawn(run(), argv[0])
    while not status:
        bench.phone.kernel.run_next(bench.phone.kernel.now + 30 * SECOND)
    return "".join(streams.written)


def log_with_uid(bench: Bench) -> str:
    """`logcat -d -v threadtime -v uid`; in threadtime the uid is followed by a blank (logprint.cpp)."""
    printed = shell(bench, "logcat", "-d", "-v", "threadtime", "-v", "uid")
    return re.sub(r"^(\S+ \S+) (\w+): ?", lambda m: f"{m[1]} {_uid(m[2]):>5} ", printed, flags=re.MULTILINE)


def _uid(name: str) -> str:
    return "1000" if name == "system" else name


def service(name: str, text: str, ended: datetime | None, priority: str = "", seconds: float = 0.021) -> str:
    at = f", ending at: {ended:%Y-%m-%d %H:%M:%S}" if ended else ""
    body = text if text.endswith("\n") else text + "\n"
    last = f"--------- {seconds:.3f}s was the duration of dumpsys {name}{at}\n"
    return f"{RULE}\nDUMP OF SERVICE {priority}{name}:\n{body}{last}"


def section(title: str, command: str, text: str) -> str:
    return f"------ {title} ({command}) ------\n{text}------ 0.350s was the duration of '{title}' ------\n\n"


@dataclass
class BugReport:
    """The parts of one; `text()` puts them together."""

    began: datetime
    uptime: timedelta
    log: str
    services: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    sdk: str = "36"
    ended: bool = True
    alarm: tuple[int, str] | None = None

    @classmethod
    def of(cls, bench: Bench, package: str) -> BugReport:
        clocks = bench.phone.clocks
        wall = datetime.fromtimestamp(clocks.wall_ns() // SECOND, UTC).replace(tzinfo=None)
        boot_ns = clocks.boot_ns()
        return cls(
            began=wall,
            uptime=timedelta(microseconds=boot_ns // 1000),
            log=log_with_uid(bench),
            services={
                "alarm": "Current Alarm Manager state:\n"
                f"  nowRTC={clocks.wall_ns() // 1_000_000}={wall:%Y-%m-%d %H:%M:%S}.000"
                f" nowELAPSED={boot_ns // 1_000_000}\n",
                "battery": shell(bench, "dumpsys", "battery"),
                "connectivity": shell(bench, "dumpsys", "connectivity"),
                "deviceidle": shell(bench, "dumpsys", "deviceidle"),
                "jobscheduler": shell(bench, "dumpsys", "jobscheduler"),
                "package": shell(bench, "dumpsys", "package", package),
            },
            properties={"persist.sys.timezone": "UTC", "ro.build.version.sdk": "36", "ro.product.model": "Pixel 7"},
        )

    def text(self) -> str:
        return "".join(self._parts())

    def _parts(self) -> Iterable[str]:
        minutes = int(self.uptime.total_seconds()) // 60
        days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
        yield f"{DOUBLE}\n== dumpstate: {self.began:%Y-%m-%d %H:%M:%S}\n{DOUBLE}\n\n"
        yield "Build: BP1A.250305.019\n"
        yield "Build fingerprint: 'google/panther/panther:16/BP1A.250305.019:user/release-keys'\n"
        yield f"Network: \nAndroid SDK version: {self.sdk}\nKernel: Linux version 5.10\n"
        yield f"Uptime: up {days // 7} weeks, {days % 7} days, {hours} hours, {minutes} minutes,"
        yield "  load average: 1.50, 1.40, 1.30\n"
        yield "Bugreport format version: 2.0\n\n"
        yield "------ DUMPSYS CRITICAL (/system/bin/dumpsys) ------\n"
        yield service("SurfaceFlinger", "Build configuration: []", self.began, "CRITICAL ")
        yield "------ 0.210s was the duration of 'DUMPSYS CRITICAL' ------\n\n"
        yield section("MEMORY INFO", "/proc/meminfo", "MemTotal: 1 kB\n")
        yield section("SYSTEM LOG", "logcat -v threadtime -v printable -v uid -d *:v", self.log)
        yield section(
            "EVENT LOG", "logcat -b events -v threadtime -d *:v", "11-23 02:00:00.000  1000  1 1 I am_x: [0]\n"
        )
        yield section("LAST LOGCAT", "logcat -L", "11-22 02:00:00.000 10234  7 7 I WM-WorkerWrapper: nonsense\n")
        lines = "".join(f"[{name}]: [{value}]\n" for name, value in self.properties.items())
        yield section("SYSTEM PROPERTIES", "getprop", lines)
        yield "------ DUMPSYS NORMAL (/system/bin/dumpsys) ------\n"
        for number, (name, text) in enumerate(self.services.items()):
            yield service(name, text, self.began + timedelta(seconds=20 + number))
        yield "------ 9.210s was the duration of 'DUMPSYS NORMAL' ------\n\n"
        if self.ended:
            yield f"{DOUBLE}\n== dumpstate: done (id 1)\n{DOUBLE}\n"

    def zip(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("version.txt", "2.0")
            archive.writestr("bugreport-panther-2026.txt", self.text())
            archive.writestr("main_entry.txt", "bugreport-panther-2026.txt")
            archive.writestr("FS/data/misc/logd/logcat.01", "11-22 02:00:00.000  7  7 I WM-WorkerWrapper: nonsense\n")
        return path
