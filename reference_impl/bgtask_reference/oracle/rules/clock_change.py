"""R20: a change of the wall clock makes nothing run that neither clock says is due."""

from __future__ import annotations

from bgtask_reference.events import Norm
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.clocks import stepped
from bgtask_reference.oracle.clocks import wall_elapsed
from bgtask_reference.oracle.findings import Broken
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.findings import Said
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants
from bgtask_reference.platform import workmanager


def both_clocks(state: State, step: Step, place: Place) -> Said:
    """After a change of the wall clock a later period begins when it is due by that clock, or by the time passed."""
    later = state.phase is Phase.ENQUEUED and place.slice.periodic and state.attempts == 0 and state.again
    if not later or step.in_app or state.since is None or not stepped(state.since, step.when):
        return None
    if step.when.stretch is None or _has_just_begun(step, place):
        return None  # the clock may have been changed between the system's decision and the run
    bound = workmanager.period_ns(place.slice.task, place.work_manager)
    by_wall, by_time = wall_elapsed(state.since, step.when).hi, elapsed(state.since, step.when).hi
    if by_wall < bound and by_time < bound:
        words = f"a run began {seconds(by_time)} after the last one, {seconds(by_wall)} by the wall clock, which was "
        return Broken(f"{words}changed in between; its period is {seconds(bound)}")
    return True


def _has_just_begun(step: Step, place: Place) -> bool:
    """Say whether the present course of the wall clock is known for too short a while."""
    samples = [each for each in place.outside.timeline.samples if each.stretch == step.when.stretch]
    settled = samples[0].boot_ns + constants.allowance_ns("constraint_settles") if samples else step.when.hi
    return step.when.lo < settled


RULES = (
    Rule(
        "R20.both-clocks",
        "However the wall clock was changed, a later period does not begin while its interval is over neither by that "
        "clock nor by the time that passed.",
        Norm.PLATFORM,
        "androidx.work WorkSpec.kt calculateNextRunTime (wall clock), SystemJobInfoConverter.java setMinimumLatency "
        "(elapsed time)",
        (SHOWS_STARTS, SHOWS_ENDS),
        on=frozenset({StepKind.START}),
        check=both_clocks,
    ),
)
