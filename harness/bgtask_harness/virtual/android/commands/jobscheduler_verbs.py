"""`cmd jobscheduler`: the verbs that ask, and those that move a switch."""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable

from bgtask_harness.virtual.android.commands.jobscheduler_options import NO_PACKAGE
from bgtask_harness.virtual.android.commands.jobscheduler_options import UnknownOptionError
from bgtask_harness.virtual.android.commands.jobscheduler_options import find_job
from bgtask_harness.virtual.android.commands.jobscheduler_options import take_options
from bgtask_harness.virtual.android.commands.jobscheduler_options import tell_error
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

ShellVerb = Callable[[System, Arguments, CommandIO], Awaitable[int]]
"""What carries out one verb; gives Java's return code."""

# --- questions ----------------------------------------------------------------------------------------------------


def about_a_job(answer: Callable[[System, JobStatus], str]) -> ShellVerb:
    """Give the verb that answers about the job named, or says that there is none."""

    async def verb(phone: System, arguments: Arguments, io: CommandIO) -> int:
        options = take_options(phone, arguments, "un", 0)
        package, job_id = arguments.required(), parse_int(arguments.required())
        found = find_job(phone, package, options, job_id)
        if not isinstance(found, int):
            io.out(answer(phone, found))
            return 0
        if found == NO_PACKAGE:
            io.out(f"unknown({package})\n")
        else:
            io.out(f"unknown({format_uid(phone.uid_of(package))}/jid{job_id})\n")
        return tell_error(io, found, package, options, job_id)

    return verb


def job_state(phone: System, job: JobStatus) -> str:
    """`getJobState`: `pending` and `waiting` end no line, the others do, each later one after a blank."""
    scheduler = phone.job_scheduler
    words = ["pending"] if scheduler.is_pending(job) else []
    text = "".join(words)
    facts = (
        (scheduler.is_running(job), "active"),
        (not job.component_present, "no-component"),
        (scheduler.is_ready(job), "ready"),
    )
    for holds, word in facts:
        if holds:
            text += f"{' ' if text else ''}{word}\n"
    return (text or "waiting") + "\n"


def getter(value: Callable[[System], object]) -> ShellVerb:
    """Give the verb that prints a value as Java does."""

    async def verb(phone: System, _arguments: Arguments, io: CommandIO) -> int:
        found = value(phone)
        io.out(f"{str(found).lower() if isinstance(found, bool) else found}\n")
        return 0

    return verb


def say(text: str, status: int = 0) -> ShellVerb:
    """Give the verb that prints a text and does nothing."""

    async def verb(_phone: System, _arguments: Arguments, io: CommandIO) -> int:
        io.out(text)
        return status

    return verb


async def heartbeat(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`heartbeat [N]`: API 28 shows or moves the beat, 29 takes it and has none to move, later ones refuse."""
    if not phone.level.has("heartbeat_works"):
        io.out("Heartbeat command is no longer supported\n")
        return -1
    word, beats, now = arguments.next(), phone.job_scheduler.heartbeats, phone.clocks.boot_ns()
    number = 0 if word is None else parse_int(word)
    if number < 1:
        io.out(f"{beats.current(now) if beats else 0}\n")
        return 0
    io.out(f"Advancing standby heartbeat by {number}\n")
    if beats:
        beats.advance(number)
        phone.job_scheduler.changed()
    return 0


async def config_value(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`get-config-value KEY`."""
    key = arguments.required()
    io.out(f"{phone.device_config.get('jobscheduler', key) or 'null'}\n")  # only what was cached; off by default
    return 0


# --- switches -----------------------------------------------------------------------------------------------------


async def monitor_battery(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`monitor-battery on|off`."""
    word = arguments.required()
    if word not in {"on", "off"}:
        io.err(f"Error: unknown option {word}\n")
        return 1
    phone.monitor_battery = word == "on"
    io.out(f"Battery monitoring {'enabled' if phone.monitor_battery else 'disabled'}\n")
    return 0


async def cache_config(_phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`cache-config-changes on|off`."""
    word = arguments.required()
    if word not in {"on", "off"}:
        io.err(f"Error: unknown option {word}\n")
        return 1
    io.out(f"Config caching {'enabled' if word == 'on' else 'disabled'}\n")
    return 0


async def reset_execution_quota(phone: System, arguments: Arguments, _io: CommandIO) -> int:
    """`reset-execution-quota PACKAGE`."""
    take_options(phone, arguments, "u", 0)
    phone.job_scheduler.quota.clear(arguments.required())
    phone.job_scheduler.changed()
    return 0


async def trigger_dock_state(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`trigger-dock-state idle|active`."""
    word = arguments.required()
    if word not in {"idle", "active"}:
        io.err(f"Error: unknown option {word}\n")
        return 1
    phone.idleness.dock(idle=word == "idle")
    return 0


async def enable_flex_policy(_phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`enable-flex-policy -o CONSTRAINT ...`; nothing waits for it here."""
    bits = {"battery-not-low": 2, "charging": 1, "connectivity": 1 << 28, "idle": 4}
    applied = 0
    while (word := arguments.option()) is not None:
        if word not in {"-o", "--option"}:
            raise UnknownOptionError(word)
        constraint = arguments.required()
        if constraint not in bits:
            io.out(f"Unsupported option: {constraint}\n")
            return -1
        applied |= bits[constraint]
    io.out(f"Set flex policy to {applied}\n")
    return 0
