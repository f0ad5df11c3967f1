"""R5, R14, R15, R21: what JobScheduler holds for a task equals what was declared, and is never too much.

A job is known to be a task's only by what WorkManager told of it: `Scheduling work ID ... Job ID ...`, or a row of its
diagnostics. A job that nobody can name decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Network
from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.clocks import stepped
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import OTHER_BUILDS
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants
from bgtask_reference.platform import workmanager

JOB_DUMP = frozenset({Source.JOB_DUMP})
NAMES_JOBS = frozenset({Source.WORK_MANAGER_DEBUG, Source.DIAGNOSTICS})
DUMPED = frozenset({StepKind.DUMPED})
RETOLD = frozenset({StepKind.REFUSED, StepKind.STOP, StepKind.HOLE})
SERVICE = "androidx.work.impl.background.systemjob.SystemJobService"
NEEDS_NETWORK = frozenset({"CONNECTIVITY", "UNMETERED", "NOT_ROAMING", "METERED"})
NOT_METERED, NOT_ROAMING = "NOT_METERED", "NOT_ROAMING"


class Held(NamedTuple):
    """A job of a task, the dump that shows it, and the unique name that it is of; None when not known."""

    dump: Step
    job: JobRow
    name: str | None


def jobs_of(task: TaskSlice, outside: Outside) -> Iterator[Held]:
    """Give every job that is known to be a task's, dump by dump, as long as the build is the one that was declared."""
    for step in task.steps.of(DUMPED):
        if outside.done(OTHER_BUILDS, -1, step.index):
            return
        for job in _of_work_manager(step.jobs, outside.app.package):
            who = outside.join.aimed_at(Subject(job_id=job.job_id, namespace=job.namespace), step.index)
            if who.task == task.task.id:
                yield Held(step, job, who.name)


def _of_work_manager(listed: JobsListed | None, package: str) -> Iterator[JobRow]:
    for job in listed.jobs if listed else ():
        owner, _, service = job.component.partition("/")
        if package in {job.source_package, owner} and service.endswith(SERVICE.rpartition(".")[2]):
            yield job


def constraints(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A job requires what the app file declares, and nothing besides."""
    for each in jobs_of(task, outside):
        if not each.job.required:
            continue
        if wrong := list(_differences(task.task, each.job)):
            reason = f"its job {each.job.job_id} {' and '.join(wrong)}"
            yield Finding("R5.mapping", Word.BROKEN, reason, each.dump.entries)
        else:
            yield held("R5.mapping")


def _differences(task: TaskSpec, job: JobRow) -> Iterator[str]:
    required, declared = frozenset(job.required), task.constraints
    wanted = (
        (task.network is not Network.NOT_REQUIRED, bool(required & NEEDS_NETWORK), "a network"),
        (declared.charging, "CHARGING" in required, "a charger"),
        (declared.battery_not_low, "BATTERY_NOT_LOW" in required, "a battery that is not low"),
        (declared.storage_not_low, "STORAGE_NOT_LOW" in required, "storage that is not low"),
        (declared.device_idle, "IDLE" in required, "an idle phone"),
        *_of_network(task, job),
    )
    for declares, has, words in wanted:
        if declares is not has:
            yield f"does not require {words}" if declares else f"requires {words}, which nobody declared"


def _of_network(task: TaskSpec, job: JobRow) -> Iterator[tuple[bool, bool, str]]:
    """Compare the kinds of networks, where the dump names capabilities (API 28 and later)."""
    if job.network and "INTERNET" in job.network:
        yield task.network is Network.UNMETERED, NOT_METERED in job.network, "an unmetered network"
        yield task.network is Network.NOT_ROAMING, NOT_ROAMING in job.network, "a network that is not roaming"


def backoff(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A job's backoff is the declared one, clamped."""
    policy = task.task.backoff
    wanted = workmanager.backoff_ns(policy, 1, outside.app.work_manager_version)
    for each in jobs_of(task, outside):
        if each.job.backoff_ns is None or task.task.constraints.device_idle:
            continue  # WorkManager sets none for work that waits for an idle phone
        growth = each.job.backoff_exponential
        if each.job.backoff_ns == wanted and growth in {None, policy.exponential}:
            yield held("R15.backoff")
        else:
            words = {True: "exponential ", False: "linear ", None: ""}
            reason = (
                f"its job {each.job.job_id} has a {words[growth]}backoff of {seconds(each.job.backoff_ns)}, "
                f"declared is {words[policy.exponential]}{seconds(wanted)}"
            )
            yield Finding("R15.backoff", Word.BROKEN, reason, each.dump.entries)


def due(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """The job of a later period is due a full interval after the last one ended."""
    names = {each.name: each for each in task.names if each.periodic}
    period = workmanager.period_ns(task.task, outside.app.work_manager_version)
    for each in jobs_of(task, outside):
        if each.name in names and each.job.earliest_ns is not None and period:
            states = worlds.at(names[each.name], each.dump.index)
            if all(_is_later_period(state) for state in states):
                yield from _due(each, each.job.earliest_ns, names[each.name], states, period)


def _is_later_period(state: State) -> bool:
    return state.phase is Phase.ENQUEUED and state.attempts == 0 and state.again is True and state.since is not None


def _due(each: Held, earliest: int, name: NameSlice, states: Sequence[State], period: int) -> Iterator[Finding]:
    slack = constants.allowance_ns("registered_due")
    told = [_waits(each, earliest, name, state) for state in states]
    if any(span is None for span in told):
        return
    spans = [span for span in told if span is not None]
    if any(lo - slack <= period <= hi + slack for lo, hi in spans):
        yield held("R15.due")
        return
    lo, hi = spans[0]
    facts = tuple(sorted({*(state.since.index for state in states if state.since), *each.dump.entries}))
    after = seconds((lo + hi) // 2)
    reason = f"its job {each.job.job_id} is due {after} after its last end, and its period is {seconds(period)}"
    yield Finding("R15.due", Word.BROKEN, reason, facts)


def _waits(each: Held, earliest: int, name: NameSlice, state: State) -> tuple[int, int] | None:
    """How long it is from the end of the last run until the job is due; None where nobody can tell."""
    since, dump = state.since, each.dump.when
    if since is None or stepped(since, dump) or not dump.known:
        return None
    passed = elapsed(since, dump)
    between = [step for step in name.steps if since.index < step.index < each.dump.index]
    if passed.lo <= constants.allowance_ns("rearm_settles") or any(step.kind in RETOLD for step in between):
        return None
    return passed.lo + earliest, passed.hi + earliest


def most_jobs(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """The app has no more jobs than JobScheduler allows."""
    limit = constants.row("jobscheduler", "jobs", outside.device.api_level)["most"]
    yield from _counted("R14.limit", task, limit, outside, only_work_manager=False)


def slots(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """WorkManager holds no more jobs than it has slots for."""
    rows = constants.row("workmanager", "slots", outside.app.work_manager_version)
    yield from _counted("R21.slots", task, rows["most"] + rows["content_uri"], outside, only_work_manager=True)


def _counted(rule: str, task: TaskSlice, limit: int, outside: Outside, *, only_work_manager: bool) -> Iterator[Finding]:
    for step in task.steps.of(DUMPED):
        listed = step.jobs
        if listed is None or not listed.complete or listed.package not in {None, outside.app.package}:
            continue
        mine = list(_of_work_manager(listed, outside.app.package)) if only_work_manager else listed.jobs
        count = sum(outside.app.package in {job.source_package, job.component.partition("/")[0]} for job in mine)
        if count > limit:
            yield Finding(rule, Word.BROKEN, f"the app has {count} jobs, and {limit} are allowed", step.entries)
        elif count:
            yield held(rule)


RULES = (
    Rule(
        "R14.limit",
        "The app never has more jobs registered than JobScheduler allows: the next request would throw.",
        Norm.PLATFORM,
        "AOSP JobSchedulerService.java MAX_JOBS_PER_APP: 100, from Android 12 on 150",
        (JOB_DUMP,),
        survey=most_jobs,
    ),
    Rule(
        "R5.mapping",
        "The job that the system holds requires the conditions that the app file declares, and no others.",
        Norm.EXPECTATION,
        "the app file's network and constraints; androidx.work SystemJobInfoConverter.java convert",
        (JOB_DUMP, NAMES_JOBS),
        survey=constraints,
    ),
    Rule(
        "R15.backoff",
        "The job that the system holds has the backoff that the app file declares, raised to 10 s or lowered to 5 h.",
        Norm.EXPECTATION,
        "the app file's backoff; androidx.work SystemJobInfoConverter.java convert, WorkRequest.kt",
        (JOB_DUMP, NAMES_JOBS),
        survey=backoff,
    ),
    Rule(
        "R15.due",
        "The job of a later period is due one interval after the last run ended: the declared one, or 15 minutes.",
        Norm.PLATFORM,
        "androidx.work WorkSpec.kt calculateNextRunTime, PeriodicWorkRequest.kt MIN_PERIODIC_INTERVAL_MILLIS, "
        "SystemJobInfoConverter.java setMinimumLatency",
        (JOB_DUMP, NAMES_JOBS, SHOWS_ENDS),
        survey=due,
    ),
    Rule(
        "R21.slots",
        "WorkManager never holds more jobs than it has slots for.",
        Norm.PLATFORM,
        "androidx.work Configuration.kt MAX_SCHEDULER_LIMIT, contentUriTriggerWorkersLimit; Schedulers.java",
        (JOB_DUMP,),
        survey=slots,
    ),
)
