"""`cmd jobscheduler`.

Source: a28, a30 and y36 JobSchedulerShellCommand.java and the execute... methods of JobSchedulerService.java. Which
verb and option a level has is in `levels.toml`; the shell user may use every verb.
"""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from dataclasses import dataclass

from bgtask_harness.virtual.android.commands.jobscheduler_help import help_text
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.commands.program import illegal_argument
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobdump import unique_id
from bgtask_harness.virtual.android.jobdump import wakelock_tag
from bgtask_harness.virtual.android.jobexecution import Verb
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.jobstatus import Override
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.stopreasons import InternalReason
from bgtask_harness.virtual.android.stopreasons import StopReason
from bgtask_harness.virtual.android.system import System

NO_PACKAGE, NO_JOB, CONSTRAINTS = -1000, -1001, -1002
"""CMD_ERR_NO_PACKAGE, CMD_ERR_NO_JOB, CMD_ERR_CONSTRAINTS."""

_POLL_NS = 1_000_000_000
_POLLS = 6
"""Connectivity is looked for again each second, five times, and the answer comes with the next look."""


@dataclass(slots=True)
class _Options:
    user: int | None
    namespace: str | None = None
    force: bool = False
    satisfied: bool = False
    stop_reason: int = int(StopReason.USER)
    internal: int = int(InternalReason.UNKNOWN)


class _UnknownOptionError(Exception):
    pass


async def jobscheduler(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(help_text(phone.level))
        return -1
    action = _VERBS.get(str(verb)) if verb in phone.level.verbs else None
    if action is None:
        io.out(f"Unknown command: {verb}\n")
        return -1
    try:
        return await action(phone, arguments, io)
    except _UnknownOptionError as option:
        io.out(f"Error: unknown option '{option}'\n")
    except JavaException as error:
        io.out(f"Exception: {error}\n")
    return -1


def _options(phone: System, arguments: Arguments, allowed: str, user: int | None) -> _Options:
    found = _Options(user)
    allowed = allowed if phone.level.has("namespaces") else allowed.replace("n", "")
    while (word := arguments.option()) is not None:
        letter = _LETTERS.get(word, "")
        if not letter or letter not in allowed:
            raise _UnknownOptionError(word)
        _take(found, letter, arguments)
    return found


def _take(options: _Options, letter: str, arguments: Arguments) -> None:
    if letter == "f":
        options.force = True
    elif letter == "S":
        options.satisfied = True
    elif letter == "u":
        options.user = _user(arguments.required())
    elif letter == "n":
        options.namespace = arguments.required()
    elif letter == "s":
        options.stop_reason = parse_int(arguments.required())
    else:
        options.internal = parse_int(arguments.required())


_LETTERS = {
    "-f": "f",
    "--force": "f",
    "--satisfied": "S",
    "-u": "u",
    "--user": "u",
    "-n": "n",
    "--namespace": "n",
    "-s": "s",
    "--stop-reason": "s",
    "-i": "i",
    "--internal-stop-reason": "i",
}


def _user(word: str) -> int | None:
    """`UserHandle.parseUserArg`: None for all users."""
    if word == "all":
        return None
    if word in {"cur", "current"}:
        return 0
    try:
        return int(word)
    except ValueError:
        raise illegal_argument(f"Bad user number: {word}") from None


def _error(io: CommandIO, code: int, package: str, options: _Options, job_id: int) -> int:
    space = "" if options.namespace is None else f" / namespace {options.namespace}"
    user = -1 if options.user is None else options.user
    if code == NO_PACKAGE:
        io.err(f"Package not found: {package} / user {user}\n")
    elif code == NO_JOB:
        io.err(f"Could not find job {job_id} in package {package}{space} / user {user}\n")
    else:
        why = "has functional constraints but --force not specified"
        io.err(f"Job {job_id} in package {package}{space} / user {user} {why}\n")
    return code


def _find(phone: System, package: str, options: _Options, job_id: int) -> JobStatus | int:
    uid = phone.packages.uid_of(package) if options.user in {None, 0} else None
    if uid is None:
        return NO_PACKAGE
    return phone.job_scheduler.find((uid, options.namespace, job_id)) or NO_JOB


# --- run ----------------------------------------------------------------------------------------------------------


async def _run(phone: System, arguments: Arguments, io: CommandIO) -> int:
    options = _run_options(phone, arguments)
    if options.force and options.satisfied:
        io.out("Cannot specify both --force and --satisfied\n")
        return -1
    package, job_id = arguments.required(), parse_int(arguments.required())
    if phone.level.has("run_logged"):
        phone.system_log("D", "JobScheduler", _run_logged(package, job_id, options))
    found = _find(phone, package, options, job_id)
    code = found if isinstance(found, int) else await _execute(phone, found, options)
    if code:
        return _error(io, code, package, options, job_id)
    io.out("Running job [FORCED]\n" if options.force else "Running job\n")
    return 0


def _run_logged(package: str, job_id: int, options: _Options) -> str:
    satisfied, force = str(options.satisfied).lower(), str(options.force).lower()
    namespace = options.namespace or "null"
    return f"executeRunCommand(): {package}/{namespace}/{options.user or 0} {job_id} s={satisfied} f={force}"


def _run_options(phone: System, arguments: Arguments) -> _Options:
    options, level = _Options(0), phone.level
    allowed = "fu" + ("S" if level.has("run_satisfied") else "") + ("n" if level.has("namespaces") else "")
    while (word := arguments.option()) is not None:
        letter = "S" if word == "-s" else _LETTERS.get(word, "")
        if not letter or letter not in allowed:
            raise _UnknownOptionError(word)
        if letter == "u" and not level.has("run_user_words"):
            options.user = parse_int(arguments.required())
        else:
            _take(options, letter, arguments)
    return options


async def _execute(phone: System, job: JobStatus, options: _Options) -> int:
    scheduler = phone.job_scheduler
    override = Override.FULL if options.force else Override.SORTING if options.satisfied else Override.SOFT
    scheduler.force(job, override)
    if phone.level.has("run_waits_for_network") and _only_connectivity_is_missing(job):
        await _wait_for_network(phone, job)
    if not job.constraints_satisfied:
        job.override = Override.NONE
        return CONSTRAINTS
    scheduler.run_ready()
    return 0


async def _wait_for_network(phone: System, job: JobStatus) -> None:
    for _ in range(_POLLS):
        await phone.kernel.sleep(_POLL_NS)
        if job.constraints_satisfied:
            return


def _only_connectivity_is_missing(job: JobStatus) -> bool:
    missing = job.required & ~job.satisfied & Constraint.CONNECTIVITY
    return bool(missing) and not job.constraints_satisfied and job.would_be_ready_with(Constraint.CONNECTIVITY)


# --- stop, timeout, cancel ----------------------------------------------------------------------------------------


async def _timeout(phone: System, arguments: Arguments, io: CommandIO) -> int:
    options = _options(phone, arguments, "un", None)
    options.stop_reason, options.internal = int(StopReason.TIMEOUT), int(InternalReason.TIMEOUT)
    return _stop_matching(phone, arguments, io, options)


async def _stop(phone: System, arguments: Arguments, io: CommandIO) -> int:
    return _stop_matching(phone, arguments, io, _options(phone, arguments, "unsi", None))


def _stop_matching(phone: System, arguments: Arguments, io: CommandIO, options: _Options) -> int:
    package, word = arguments.next(), arguments.next()
    job_id = None if word is None else parse_int(word)
    found, words = False, "Stopping job" if phone.level.has("stopping_words") else "Timing out"
    for execution in phone.job_scheduler.executions():
        job = execution.job
        # JobServiceContext.stopIfExecutingLocked: without -n only jobs without a namespace match
        if execution.verb is not Verb.EXECUTING or job.job.namespace != options.namespace:
            continue
        if package not in {None, job.package} or options.user not in {None, 0} or job_id not in {None, job.job.job_id}:
            continue
        found = True
        io.out(f"{words}: {unique_id(job)} {job.component}\n")
        execution.stop(options.stop_reason, options.internal)
    if not found:
        io.out("No matching executing jobs found.\n")
    return 0


async def _cancel(phone: System, arguments: Arguments, io: CommandIO) -> int:
    options = _options(phone, arguments, "un", 0)
    if options.user is None or options.user < 0:
        io.out("Error: must specify a concrete user ID\n")
        return -1
    package, word = arguments.next(), arguments.next()
    job_id = None if word is None else parse_int(word)
    uid = phone.packages.uid_of(package or "") if options.user == 0 else None
    if uid is None:
        io.out(f"Package {package or 'null'} not found.\n")
        return NO_PACKAGE
    if job_id is None:
        io.out(f"Canceling all jobs for {package} in user {options.user}\n")
        if not phone.job_scheduler.cancel_all(uid, StopReason.USER, InternalReason.CANCELED):
            io.out("No matching jobs found.\n")
        return 0
    io.out(f"Canceling job {package}/#{job_id} in user {options.user}\n")
    if not phone.job_scheduler.cancel_job((uid, options.namespace, job_id), StopReason.USER):
        io.out("No matching job found.\n")
    return 0


# --- questions ----------------------------------------------------------------------------------------------------


def _about_a_job(answer: Callable[[System, JobStatus], str]) -> _Verb:
    async def verb(phone: System, arguments: Arguments, io: CommandIO) -> int:
        options = _options(phone, arguments, "un", 0)
        package, job_id = arguments.required(), parse_int(arguments.required())
        found = _find(phone, package, options, job_id)
        if not isinstance(found, int):
            io.out(answer(phone, found))
            return 0
        if found == NO_PACKAGE:
            io.out(f"unknown({package})\n")
        else:
            io.out(f"unknown({format_uid(phone.uid_of(package))}/jid{job_id})\n")
        return _error(io, found, package, options, job_id)

    return verb


def _job_state(phone: System, job: JobStatus) -> str:
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


def _get(value: Callable[[System], object]) -> _Verb:
    async def verb(phone: System, _arguments: Arguments, io: CommandIO) -> int:
        found = value(phone)
        io.out(f"{str(found).lower() if isinstance(found, bool) else found}\n")
        return 0

    return verb


def _say(text: str, status: int = 0) -> _Verb:
    async def verb(_phone: System, _arguments: Arguments, io: CommandIO) -> int:
        io.out(text)
        return status

    return verb


async def _heartbeat(phone: System, arguments: Arguments, io: CommandIO) -> int:
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


async def _config_value(phone: System, arguments: Arguments, io: CommandIO) -> int:
    key = arguments.required()
    io.out(f"{phone.device_config.get('jobscheduler', key) or 'null'}\n")  # only what was cached; off by default
    return 0


# --- switches -----------------------------------------------------------------------------------------------------


async def _monitor_battery(phone: System, arguments: Arguments, io: CommandIO) -> int:
    word = arguments.required()
    if word not in {"on", "off"}:
        io.err(f"Error: unknown option {word}\n")
        return 1
    phone.monitor_battery = word == "on"
    io.out(f"Battery monitoring {'enabled' if phone.monitor_battery else 'disabled'}\n")
    return 0


async def _cache_config(_phone: System, arguments: Arguments, io: CommandIO) -> int:
    word = arguments.required()
    if word not in {"on", "off"}:
        io.err(f"Error: unknown option {word}\n")
        return 1
    io.out(f"Config caching {'enabled' if word == 'on' else 'disabled'}\n")
    return 0


async def _reset_execution_quota(phone: System, arguments: Arguments, _io: CommandIO) -> int:
    _options(phone, arguments, "u", 0)
    phone.job_scheduler.quota.clear(arguments.required())
    phone.job_scheduler.changed()
    return 0


async def _trigger_dock_state(phone: System, arguments: Arguments, io: CommandIO) -> int:
    word = arguments.required()
    if word not in {"idle", "active"}:
        io.err(f"Error: unknown option {word}\n")
        return 1
    phone.idleness.dock(idle=word == "idle")
    return 0


async def _enable_flex_policy(_phone: System, arguments: Arguments, io: CommandIO) -> int:
    bits = {"battery-not-low": 2, "charging": 1, "connectivity": 1 << 28, "idle": 4}
    applied = 0
    while (word := arguments.option()) is not None:
        if word not in {"-o", "--option"}:
            raise _UnknownOptionError(word)
        constraint = arguments.required()
        if constraint not in bits:
            io.out(f"Unsupported option: {constraint}\n")
            return -1
        applied |= bits[constraint]
    io.out(f"Set flex policy to {applied}\n")
    return 0


_Verb = Callable[[System, Arguments, CommandIO], Awaitable[int]]

_VERBS: dict[str, _Verb] = {
    "run": _run,
    "timeout": _timeout,
    "stop": _stop,
    "cancel": _cancel,
    "monitor-battery": _monitor_battery,
    "disable-flex-policy": _say("Set flex policy to 0\n"),
    "enable-flex-policy": _enable_flex_policy,
    "reset-flex-policy": _say("Reset flex policy to its default state\n"),
    "get-aconfig-flag-state": _say("Unknown flag: null\n", -1),  # which flags there are is UNCONFIRMED
    "get-battery-seq": _get(lambda phone: phone.power.sequence if phone.monitor_battery else -1),
    "get-battery-charging": _get(lambda phone: phone.power.charging),
    "get-battery-not-low": _get(lambda phone: phone.power.battery_not_low),
    "get-config-value": _config_value,
    "get-storage-seq": _get(lambda phone: phone.storage.told_sequence),
    "get-storage-not-low": _get(lambda phone: phone.storage.not_low),
    "get-estimated-download-bytes": _about_a_job(lambda _phone, _job: "-1\n\n"),
    "get-estimated-upload-bytes": _about_a_job(lambda _phone, _job: "-1\n\n"),
    "get-transferred-download-bytes": _about_a_job(lambda _phone, _job: "0\n\n"),
    "get-transferred-upload-bytes": _about_a_job(lambda _phone, _job: "0\n\n"),
    "get-job-wakelock-tag": _about_a_job(lambda _phone, job: wakelock_tag(job) + "\n"),
    "get-job-state": _about_a_job(_job_state),
    "heartbeat": _heartbeat,
    "cache-config-changes": _cache_config,
    "reset-execution-quota": _reset_execution_quota,
    "reset-schedule-quota": _say(""),
    "trigger-dock-state": _trigger_dock_state,
}
