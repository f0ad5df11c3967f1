"""`cmd SERVICE ...` and `dumpsys [SERVICE ...]`: the way to the services of the system.

Source: frameworks/native/cmds/cmd/cmd.cpp, cmds/dumpsys/dumpsys.cpp; how an exception of a service is printed:
modules-utils BasicShellCommandHandler.exec.
"""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Sequence

from bgtask_harness.virtual.android import jobschedulerdump
from bgtask_harness.virtual.android.commands.activity_dump import dumpsys_activity
from bgtask_harness.virtual.android.commands.alarm import alarm
from bgtask_harness.virtual.android.commands.alarm import dumpsys_alarm
from bgtask_harness.virtual.android.commands.am import am
from bgtask_harness.virtual.android.commands.appops import appops
from bgtask_harness.virtual.android.commands.battery import battery
from bgtask_harness.virtual.android.commands.battery import dumpsys_battery
from bgtask_harness.virtual.android.commands.device import dumpsys_lock_settings
from bgtask_harness.virtual.android.commands.device_config import device_config
from bgtask_harness.virtual.android.commands.deviceidle import deviceidle
from bgtask_harness.virtual.android.commands.deviceidle import dumpsys_deviceidle
from bgtask_harness.virtual.android.commands.jobscheduler import jobscheduler
from bgtask_harness.virtual.android.commands.netpolicy import dumpsys_netpolicy
from bgtask_harness.virtual.android.commands.netpolicy import netpolicy
from bgtask_harness.virtual.android.commands.package import dumpsys_package
from bgtask_harness.virtual.android.commands.package import package
from bgtask_harness.virtual.android.commands.power import dumpsys_power
from bgtask_harness.virtual.android.commands.power import power
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.commands.program import Program
from bgtask_harness.virtual.android.commands.program import exit_status
from bgtask_harness.virtual.android.commands.radio import connectivity
from bgtask_harness.virtual.android.commands.radio import dumpsys_connectivity
from bgtask_harness.virtual.android.commands.radio import wifi
from bgtask_harness.virtual.android.commands.settings import settings
from bgtask_harness.virtual.android.commands.storage import device_storage_monitor
from bgtask_harness.virtual.android.commands.storage import dumpsys_device_storage_monitor
from bgtask_harness.virtual.android.commands.thermalservice import dumpsys_thermalservice
from bgtask_harness.virtual.android.commands.thermalservice import thermalservice
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

Service = Callable[[System, Arguments, CommandIO], Awaitable[int]]
"""A service's shell command, or its dump: gives Java's return code."""

NO_SERVICE = 20
"""What `cmd` exits with when there is no such service."""

SHELL_COMMANDS: dict[str, Service] = {
    "activity": am,
    "alarm": alarm,
    "appops": appops,
    "battery": battery,
    "connectivity": connectivity,
    "device_config": device_config,
    "deviceidle": deviceidle,
    "devicestoragemonitor": device_storage_monitor,
    "jobscheduler": jobscheduler,
    "netpolicy": netpolicy,
    "package": package,
    "power": power,
    "settings": settings,
    "thermalservice": thermalservice,
    "wifi": wifi,
}


async def dumpsys_jobscheduler(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys jobscheduler [-h] [-a] [package]`."""
    for word in arguments.rest():
        if word == "-h":
            io.out(_JOB_HELP)
            return 0
        if word == "-a":
            continue
        if word.startswith("-"):
            io.out(f"Unknown option: {word}\n")
            return 0
        uid = phone.packages.uid_of(word)
        io.out(f"Invalid package: {word}\n" if uid is None else jobschedulerdump.dump(phone, uid))
        return 0
    io.out(jobschedulerdump.dump(phone, None))
    return 0


_JOB_HELP = """\
Job Scheduler (jobscheduler) dump options:
  [-h] [package] [--proto] ...
    -h: print this help
  [package] is an optional package name to limit the output to.
    --proto: output dump in protocol buffer format.
"""

DUMPS: dict[str, Service] = {
    "activity": dumpsys_activity,
    "alarm": dumpsys_alarm,
    "battery": dumpsys_battery,
    "connectivity": dumpsys_connectivity,
    "deviceidle": dumpsys_deviceidle,
    "devicestoragemonitor": dumpsys_device_storage_monitor,
    "jobscheduler": dumpsys_jobscheduler,
    "lock_settings": dumpsys_lock_settings,
    "netpolicy": dumpsys_netpolicy,
    "package": dumpsys_package,
    "power": dumpsys_power,
    "thermalservice": dumpsys_thermalservice,
}


async def run_service(service: Service, phone: System, name: str, words: Sequence[str], io: CommandIO) -> int:
    """Run a service's command and give its exit status; an exception goes to standard error."""
    try:
        return exit_status(await service(phone, Arguments(words), io))
    except JavaException as error:
        io.err(phone.level.exception.format(verb=name, error=error))
        return exit_status(-1)


async def cmd(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """`cmd [-l | -w] SERVICE [argument ...]`."""
    words = [word for word in argv[1:2] if word != "-w"] + list(argv[2:])
    if not words:
        io.err(
            "cmd: No service specified; use -l to list all running services. Use -w to start and wait for a service.\n"
        )
        return NO_SERVICE
    if words[0] == "-l":
        io.out(
            "Currently running services:\n"
            + "".join(f"  {name}\n" for name in sorted(filter(phone.has_program, SHELL_COMMANDS)))
        )
        return 0
    service = SHELL_COMMANDS.get(words[0])
    if service is None or not phone.has_program(words[0]):
        io.err(f"cmd: Can't find service: {words[0]}\n")
        return NO_SERVICE
    return await run_service(service, phone, words[1] if len(words) > 1 else "null", words[1:], io)


async def dumpsys(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """`dumpsys [-l] [-t SECONDS] [SERVICE [argument ...]]`."""
    words = list(argv[1:])
    while words[:1] in (["-t"], ["-T"]):
        words = words[2:]
    if words[:1] == ["-l"] or not words:
        io.out(
            "Currently running services:\n"
            + "".join(f"  {name}\n" for name in sorted(filter(phone.has_program, DUMPS)))
        )
        if words:
            return 0
    if not words:
        for name in sorted(filter(phone.has_program, DUMPS)):
            io.out(f"{'-' * 79}\nDUMP OF SERVICE {name}:\n")
            await run_service(DUMPS[name], phone, name, [], io)
        return 0
    service = DUMPS.get(words[0])
    if service is None or not phone.has_program(words[0]):
        io.err(f"Can't find service: {words[0]}\n")
        return 0
    return await run_service(service, phone, words[0], words[1:], io)


def program(service: Service) -> Program:
    """Give the program that is short for `cmd SERVICE`, like `am` and `pm`."""

    async def run(phone: System, argv: Sequence[str], io: CommandIO) -> int:
        words = argv[1:]
        return await run_service(service, phone, words[0] if words else "null", words, io)

    return run
