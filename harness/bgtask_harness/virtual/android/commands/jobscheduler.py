"""`cmd jobscheduler`.

Source: a28, a30 and y36 JobSchedulerShellCommand.java and the execute... methods of JobSchedulerService.java. Which
verb and option a level has is in `levels.toml`; the shell user may use every verb.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.jobscheduler_help import help_text
from bgtask_harness.virtual.android.commands.jobscheduler_options import CONSTRAINTS
from bgtask_harness.virtual.android.commands.jobscheduler_options import LETTERS
from bgtask_harness.virtual.android.commands.jobscheduler_options import NO_PACKAGE
from bgtask_harness.virtual.android.commands.jobscheduler_options import Options
from bgtask_harness.virtual.android.commands.jobscheduler_options import UnknownOptionError
from bgtask_harness.virtual.android.commands.jobscheduler_options import find_job
from bgtask_harness.virtual.android.commands.jobscheduler_options import take_option
from bgtask_harness.virtual.android.commands.jobscheduler_options import take_options
from bgtask_harness.virtual.android.commands.jobscheduler_options import tell_error
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import ShellVerb
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import about_a_job
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import cache_config
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import config_value
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import enable_flex_policy
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import getter
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import heartbeat
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import job_state
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import monitor_battery
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import reset_execution_quota
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import say
from bgtask_harness.virtual.android.commands.jobscheduler_verbs import trigger_dock_state
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobdump import unique_id
from bgtask_harness.virtual.android.jobdump import wakelock_tag
from bgtask_harness.virtual.android.jobexecution import Verb
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.jobstatus import Override
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.stopreasons import InternalReason
from bgtask_harness.virtual.android.stopreasons import StopReason
from bgtask_harness.virtual.android.system import System

_POLL_NS = 1_000_000_000
_POLLS = 6
"""Connectivity is looked for again each second, five times, and the answer comes with the next look."""


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
    except UnknownOptionError as option:
        io.out(f"Error: unknown option '{option}'\n")
    except JavaException as error:
        io.out(f"Exception: {error}\n")
    return -1


# --- run ----------------------------------------------------------------------------------------------------------


async def _run(phone: System, arguments: Arguments, io: CommandIO) -> int:
    options = _run_options(phone, arguments)
    if options.force and options.satisfied:
        io.out("Cannot specify both --force and --satisfied\n")
        return -1
    package, job_id = arguments.required(), parse_int(arguments.required())
    if phone.level.has("run_logged"):
        phone.system_log("D", "JobScheduler", _run_logged(package, job_id, options))
    found = find_job(phone, package, options, job_id)
    code = found if isinstance(found, int) else await _execute(phone, found, options)
    if code:
        return tell_error(io, code, package, options, job_id)
    io.out("Running job [FORCED]\n" if options.force else "Running job\n")
    return 0


def _run_logged(package: str, job_id: int, options: Options) -> str:
    satisfied, force = str(options.satisfied).lower(), str(options.force).lower()
    namespace = options.namespace or "null"
    return f"executeRunCommand(): {package}/{namespace}/{options.user or 0} {job_id} s={satisfied} f={force}"


def _run_options(phone: System, arguments: Arguments) -> Options:
    options, level = Options(0), phone.level
    allowed = "fu" + ("S" if level.has("run_satisfied") else "") + ("n" if level.has("namespaces") else "")
    while (word := arguments.option()) is not None:
        letter = "S" if word == "-s" else LETTERS.get(word, "")
        if not letter or letter not in allowed:
            raise UnknownOptionError(word)
        if letter == "u" and not level.has("run_user_words"):
            options.user = parse_int(arguments.required())
        else:
            take_option(options, letter, arguments)
    return options


async def _execute(phone: System, job: JobStatus, options: Options) -> int:
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
    options = take_options(phone, arguments, "un", None)
    options.stop_reason, options.internal = int(StopReason.TIMEOUT), int(InternalReason.TIMEOUT)
    return _stop_matching(phone, arguments, io, options)


async def _stop(phone: System, arguments: Arguments, io: CommandIO) -> int:
    return _stop_matching(phone, arguments, io, take_options(phone, arguments, "unsi", None))


def _stop_matching(phone: System, arguments: Arguments, io: CommandIO, options: Options) -> int:
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
    options = take_options(phone, arguments, "un", 0)
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


_VERBS: dict[str, ShellVerb] = {
    "run": _run,
    "timeout": _timeout,
    "stop": _stop,
    "cancel": _cancel,
    "monitor-battery": monitor_battery,
    "disable-flex-policy": say("Set flex policy to 0\n"),
    "enable-flex-policy": enable_flex_policy,
    "reset-flex-policy": say("Reset flex policy to its default state\n"),
    "get-aconfig-flag-state": say("Unknown flag: null\n", -1),  # which flags there are is UNCONFIRMED
    "get-battery-seq": getter(lambda phone: phone.power.sequence if phone.monitor_battery else -1),
    "get-battery-charging": getter(lambda phone: phone.power.charging),
    "get-battery-not-low": getter(lambda phone: phone.power.battery_not_low),
    "get-config-value": config_value,
    "get-storage-seq": getter(lambda phone: phone.storage.told_sequence),
    "get-storage-not-low": getter(lambda phone: phone.storage.not_low),
    "get-estimated-download-bytes": about_a_job(lambda _phone, _job: "-1\n\n"),
    "get-estimated-upload-bytes": about_a_job(lambda _phone, _job: "-1\n\n"),
    "get-transferred-download-bytes": about_a_job(lambda _phone, _job: "0\n\n"),
    "get-transferred-upload-bytes": about_a_job(lambda _phone, _job: "0\n\n"),
    "get-job-wakelock-tag": about_a_job(lambda _phone, job: wakelock_tag(job) + "\n"),
    "get-job-state": about_a_job(job_state),
    "heartbeat": heartbeat,
    "cache-config-changes": cache_config,
    "reset-execution-quota": reset_execution_quota,
    "reset-schedule-quota": say(""),
    "trigger-dock-state": trigger_dock_state,
}
