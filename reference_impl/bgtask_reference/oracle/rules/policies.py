"""R8: asking again for unfinished work does what the policy of its unique name says.

KEEP and UPDATE leave the row, and with it its work id; REPLACE puts a new one in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.events import WorkState
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SHOWS_REQUESTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value
from bgtask_reference.platform import constants

ALIVE = frozenset({Phase.ENQUEUED, Phase.RUNNING})
UNFINISHED = frozenset({WorkState.ENQUEUED, WorkState.RUNNING})
KEEPS_ID = frozenset({ExistingWork.KEEP, ExistingWork.UPDATE})
FORGETS = frozenset({StepKind.CANCEL, StepKind.CLEARED, StepKind.HOLE, StepKind.REQUEST})
SHOWS_IDS = frozenset({Source.BEACON, Source.DIAGNOSTICS, Source.WORK_MANAGER_DEBUG})


@value
class Sight:
    """A work id of a unique name, and the step that showed it."""

    work_id: str
    step: Step


def policy(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """Asking again for unfinished work keeps or replaces its row, as the name's policy says."""
    existing = {unique.name: unique.existing for unique in task.task.unique_names}
    for each in task.names:
        wanted = existing[each.name]
        if wanted in KEEPS_ID or wanted is ExistingWork.REPLACE:
            for position, step in enumerate(each.steps):
                is_request = step.kind is StepKind.REQUEST and position not in each.optional
                if is_request and all(state.phase in ALIVE for state in worlds.before[each.name][position]):
                    yield from _asked_again(each, position, keeps=wanted in KEEPS_ID, outside=outside)


def _asked_again(each: NameSlice, position: int, *, keeps: bool, outside: Outside) -> Iterator[Finding]:
    before = _seen(each.name, each.steps[position], each.before(position), backwards=True)
    after = _seen(each.name, each.steps[position], each.after(position), backwards=False)
    if before is None or after is None:
        if not outside.saw(SHOWS_IDS):
            reason = f"{each.name} was asked for again, and nobody tells work ids"
            yield Finding("R8.policy", Word.OPEN, reason, each.steps[position].entries, missing=SHOWS_IDS)
        return
    if (before.work_id == after.work_id) is keeps:
        yield held("R8.policy")
        return
    words = "was to be kept, and is another one" if keeps else "was to be replaced, and is still the same"
    facts = tuple(sorted({*before.step.entries[:1], *each.steps[position].entries[:1], *after.step.entries[:1]}))
    yield Finding("R8.policy", Word.BROKEN, f"the row of {each.name} {words} after it was asked for again", facts)


def _seen(name: str, request: Step, steps: Iterator[Step], *, backwards: bool) -> Sight | None:
    """Find the work id that a name surely had on one side of a request, before anything else changed it."""
    for step in steps:
        if step.kind in FORGETS:
            return None
        work_id = _id_of(name, step)
        if work_id and _is_clear(request, step, backwards=backwards):
            return Sight(work_id, step)
    return None


def _id_of(name: str, step: Step) -> str | None:
    if step.rows is not None:
        ids = {row.work_id for row in step.rows.by_name.get(name, ()) if row.state in UNFINISHED}
        return ids.pop() if len(ids) == 1 else None
    tells = step.kind in {StepKind.START, StepKind.ARMED} and step.who.name == name and not step.in_app
    return step.who.work_id if tells else None


def _is_clear(request: Step, step: Step, *, backwards: bool) -> bool:
    """Say whether a step lies so far from a request that neither's line can be late."""
    if backwards:
        return elapsed(step.when, request.when).lo > constants.allowance_ns("request_logged")
    return elapsed(request.when, step.when).lo > constants.allowance_ns("cancel_settles")


RULES = (
    Rule(
        "R8.policy",
        "Asking again for unfinished work under a unique name keeps its row (KEEP, UPDATE) or puts another one in its "
        "place (REPLACE), as the app file says of that name.",
        Norm.PLATFORM,
        "androidx.work ExistingWorkPolicy.kt, ExistingPeriodicWorkPolicy.kt, EnqueueRunnable.java, WorkerUpdater.kt",
        (SHOWS_REQUESTS, SHOWS_IDS),
        survey=policy,
    ),
)
