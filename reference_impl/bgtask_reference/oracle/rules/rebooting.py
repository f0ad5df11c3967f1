"""R7: a reboot loses WorkManager's jobs, and its receiver brings them back.

Judged only where the reboot was asked for: then nobody used the app between the last sentinel before it and the first
one after it, and its periodic work that waited before still waits.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from bgtask_reference.events import JobsListed
from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.oracle.environment import NEVER_READ
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

FORGETS = frozenset({StepKind.HOLE, StepKind.CANCEL, StepKind.CLEARED})
COMES_BACK = frozenset({StepKind.ARMED, StepKind.START, StepKind.FINISH, StepKind.STOP})
LOSES_JOBS = ("app.force-stop", "app.clear", "app.clear-data", "reboot")
HEARS_OF_IT: dict[str, Callable[[bool | int | str], bool]] = {
    "stopped": lambda value: value is False,
    "background-restricted": lambda value: value is False,
    "bucket": lambda value: isinstance(value, int) and value < RESTRICTED,
}
"""Facts that let an app hear of a boot: stopped apps never do, restricted ones not from API 33 on."""
RESTRICTED = 45
"""UsageStatsManager.STANDBY_BUCKET_RESTRICTED."""


def rebooted(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """After a reboot that was asked for, the system again has jobs of an app whose periodic work waits."""
    for each in task.names:
        rebooting = False
        for position, step in enumerate(each.steps if each.periodic else ()):
            if step.kind is StepKind.HOLE:
                rebooting = step.rebooting
            elif step.kind is StepKind.DIED and rebooting:
                rebooting = False
                after = worlds.before[each.name][position + 1]
                if all(state.phase is Phase.ENQUEUED for state in after):
                    yield from _after(step, each, each.after(position), outside)


def _after(boot: Step, each: NameSlice, later: Iterable[Step], outside: Outside) -> Iterator[Finding]:
    for step in later:
        if step.kind in FORGETS:
            return
        if step.kind in COMES_BACK and step.who.name == each.name and not step.in_app:
            yield held("R7.rebooted")
            return
        if step.jobs and _is_settled(boot, step, outside) and _tells_all(step.jobs, outside):
            yield from _unless_some(boot, step, step.jobs, each, outside)
            return


def _unless_some(boot: Step, dump: Step, jobs: JobsListed, each: NameSlice, outside: Outside) -> Iterator[Finding]:
    """Whose job is whose is not known: one job of the app says nothing, and no job says everything."""
    if not any(job.source_package in {None, outside.app.package} for job in jobs.jobs):
        reason = f"{each.name} waited before the reboot, and long after it the system has no job of the app"
        yield Finding("R7.rebooted", Word.BROKEN, reason, (*boot.entries, *dump.entries))


def _tells_all(jobs: JobsListed, outside: Outside) -> bool:
    return jobs.complete and jobs.package in {None, outside.app.package}


def _is_settled(boot: Step, dump: Step, outside: Outside) -> bool:
    """Say whether the app has surely heard of the boot, and the log tells everything that it has done since."""
    proof = outside.coverage.proof_from(dump.index)
    return (
        proof is not None
        and proof.last.index > dump.index
        and dump.when.known
        and dump.when.lo > constants.allowance_ns("boot_settles")
        and not outside.done(LOSES_JOBS, boot.index, dump.index)
        and _may_hear(boot, dump, outside)
    )


def _may_hear(boot: Step, dump: Step, outside: Outside) -> bool:
    """Say whether what keeps an app from hearing of a boot was read before and after, and was never there."""
    return all(_was_always(name, lets, boot, dump, outside) for name, lets in HEARS_OF_IT.items())


def _was_always(name: str, lets: Callable[[bool | int | str], bool], boot: Step, dump: Step, outside: Outside) -> bool:
    readings = outside.facts.get(name, NEVER_READ)
    before = readings.last_before(boot.index)
    since = readings.between(boot.index, dump.index)
    after = readings.first_after(dump.index) if not since else since[-1]
    return before is not None and after is not None and all(lets(each.value) for each in (before, *since, after))


RULES = (
    Rule(
        "R7.rebooted",
        "After a reboot the system again has jobs of an app whose periodic work waits.",
        Norm.PLATFORM,
        "androidx.work RescheduleReceiver.java (BOOT_COMPLETED), ForceStopRunnable.java; UNCONFIRMED how long the "
        "broadcast may take",
        (SHOWS_ENDS, frozenset({Source.JOB_DUMP})),
        survey=rebooted,
    ),
)
