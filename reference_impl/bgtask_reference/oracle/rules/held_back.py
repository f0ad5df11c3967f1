"""R22: what holds back a job that is due has a name.

Suppression by the environment is legal; being left alone without a reason that anybody can read is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import JobRow
from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.registered import JOB_DUMP
from bgtask_reference.oracle.rules.registered import NAMES_JOBS
from bgtask_reference.oracle.rules.registered import Held
from bgtask_reference.oracle.rules.registered import jobs_of
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.platform import constants
from bgtask_reference.platform import jobscheduler

SHOWS = JOB_DUMP | {Source.SYSTEM_DUMP}


def named(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A job that is due and not ready says why, or the environment does."""
    nameless: dict[int, Held] = {}
    for each in jobs_of(task, outside):
        if not _is_held_back(each.job):
            nameless.pop(each.job.job_id, None)
        elif _reason(each, task, outside):
            nameless.pop(each.job.job_id, None)
            yield held("R22.named")
        else:
            first = nameless.setdefault(each.job.job_id, each)
            if elapsed(first.dump.when, each.dump.when).lo > constants.allowance_ns("storm_window"):
                reason = f"its job {each.job.job_id} is due and not ready, and nothing says why"
                yield Finding("R22.named", Word.OPEN, reason, (*first.dump.entries, *each.dump.entries), missing=SHOWS)
                return


def _is_held_back(job: JobRow) -> bool:
    is_due = job.earliest_ns is None or job.earliest_ns <= 0
    return is_due and job.ready is False


def _reason(each: Held, task: TaskSlice, outside: Outside) -> str:
    """Give the category of what holds a job back; empty when nothing is known."""
    unmet = [name for name in each.job.unsatisfied if name in jobscheduler.UNMET]
    if unmet:
        return jobscheduler.UNMET[unmet[0]]
    others = [word for word in each.job.not_ready_because if word not in {"job", "user"}]
    if others:
        return others[0]  # `!pending`, `!active`, `!restricted`, `comp`: the Ready line itself names it
    for name in jobscheduler.facts_that_matter(task.task, outside.device.api_level):
        readings = outside.facts.get(name)
        reading = readings.last_before(each.dump.index + 1) if readings else None
        found = reading and jobscheduler.hold(name, reading.value, task.task, outside.device.api_level)
        if found:
            return found.category
    return ""


RULES = (
    Rule(
        "R22.named",
        "What holds back a job that is due has a name: a constraint, Doze, a bucket, a restriction.",
        Norm.PLATFORM,
        "AOSP JobSchedulerService.java isReadyToBeExecutedLocked; field-bugs 4b (W ids)",
        (JOB_DUMP, NAMES_JOBS),
        survey=named,
    ),
)
