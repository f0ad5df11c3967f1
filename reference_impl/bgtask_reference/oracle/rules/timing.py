"""R2: no run before its time. Lower bounds are hard; WorkManager promises no upper one."""

from __future__ import annotations

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Norm
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.clocks import stepped
from bgtask_reference.oracle.clocks import wall_elapsed
from bgtask_reference.oracle.findings import Broken
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.findings import Said
from bgtask_reference.oracle.findings import Unsure
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_REQUESTS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants
from bgtask_reference.platform import workmanager

AT_A_RUN = frozenset({StepKind.START, StepKind.FINISH})


def seconds(ns: int) -> str:
    """Say a duration as a person reads it."""
    return f"{ns / NS_PER_S:.3f} s"


def initial_delay_ns(each: NameSlice) -> int:
    """Give how long the first run of a unique name waits: its initial delay, and until its flex window opens.

    One-time work beside a periodic name runs at once: it has no delay.
    """
    if each.periodic:
        return each.task.initial_delay_ns + workmanager.flex_wait_ns(each.task, None)
    beside_periodic = any(unique.periodic for unique in each.task.unique_names)
    return 0 if beside_periodic else each.task.initial_delay_ns


def not_before(state: State, bound_ns: int, step: Step, place: Place) -> Said:
    """Say whether a run began no earlier than a bound after its row was enqueued.

    An end whose start nobody saw proves an early start when it is itself too early, and nothing otherwise.
    """
    if state.since is None or step.in_app or (step.kind is StepKind.FINISH and step.start_seen):
        return None
    passed = wall_elapsed(state.since, step.when).hi
    if passed < bound_ns:
        if stepped(state.since, step.when):
            return None
        verb = "began" if step.kind is StepKind.START else "had ended"
        words = (
            f"a run {verb} {seconds(passed)} after its work was enqueued, and was due only after {seconds(bound_ns)}"
        )
        return Broken(words)
    if step.kind is StepKind.START:
        return True
    return None if place.outside.saw(SHOWS_STARTS) else Unsure("nobody saw when the run began", SHOWS_STARTS)


def delay(state: State, step: Step, place: Place) -> Said:
    """No first run before its initial delay, unless a force overrode the delay of one-time work."""
    wanted = initial_delay_ns(place.slice)
    if state.phase is not Phase.ENQUEUED or state.attempts != 0 or state.again or not wanted or state.since is None:
        return None
    if not place.slice.periodic and _delay_was_overridden(state.since, step, place):
        return None
    return not_before(state, wanted - constants.allowance_ns("request_logged"), step, place)


def _delay_was_overridden(since: When, step: Step, place: Place) -> bool:
    # WorkManager refuses periodic and backed-off work before its time, so there no force is an excuse.
    return any("delay" in each.sent.mask for each in place.outside.forces(step.who, since.index, step.index))


def period(state: State, step: Step, place: Place) -> Said:
    """No run before a full interval after the last completion."""
    if state.phase is Phase.ENQUEUED and place.slice.periodic and state.attempts == 0 and state.again:
        return not_before(state, workmanager.period_ns(place.slice.task, place.work_manager), step, place)
    return None


RULES = (
    Rule(
        "R2.delay",
        "The first run of a request does not begin before its initial delay is over.",
        Norm.PLATFORM,
        "androidx.work WorkSpec.kt calculateNextRunTime",
        (SHOWS_REQUESTS, SHOWS_STARTS),
        mask=("delay",),
        on=AT_A_RUN,
        check=delay,
    ),
    Rule(
        "R2.period",
        "Periodic work does not begin again before a full interval after its last completion, and asking for it again "
        "keeps that period.",
        Norm.PLATFORM,
        "androidx.work WorkSpec.kt calculateNextRunTime, WorkerUpdater.kt (UPDATE)",
        (SHOWS_STARTS, SHOWS_ENDS),
        on=AT_A_RUN,
        check=period,
    ),
)
