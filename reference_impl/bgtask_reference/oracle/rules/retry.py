"""R6: spacing and counting of retries."""

from __future__ import annotations

from bgtask_reference.events import Norm
from bgtask_reference.oracle.findings import Broken
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.findings import Said
from bgtask_reference.oracle.findings import Unsure
from bgtask_reference.oracle.rules.rule import SHOWS_ATTEMPTS
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.timing import AT_A_RUN
from bgtask_reference.oracle.rules.timing import not_before
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import workmanager


def backoff(state: State, step: Step, place: Place) -> Said:
    """No retry before its backoff, which grows with the attempts: with those there were at least."""
    tried = state.tried if state.attempts is not None else max(state.least, (step.run_attempt or 1) - 1)
    if state.phase is not Phase.ENQUEUED or tried == 0:
        return None
    wait = workmanager.backoff_ns(place.slice.task.backoff, tried, place.work_manager)
    return not_before(state, wait, step, place)


def attempts(state: State, step: Step, _place: Place) -> Said:
    """The number of an attempt is one more than the attempts before it, or more than those there were at least."""
    if state.phase is not Phase.ENQUEUED or step.in_app:
        return None
    said = step.run_attempt
    if state.attempts is None:
        too_few = said is not None and said <= state.least
        return (
            Broken(f"an attempt said that it was number {said}, and {state.least} came before it") if too_few else None
        )
    if said is None:
        return Unsure("nobody told the attempt's number", SHOWS_ATTEMPTS)
    if said == state.attempts + 1:
        return True
    return Broken(f"an attempt said that it was number {said}, and it was number {state.attempts + 1}")


RULES = (
    Rule(
        "R6.backoff",
        "After a retry no attempt begins before the backoff of its policy, counted from when the last one ended.",
        Norm.PLATFORM,
        "androidx.work WorkSpec.kt calculateNextRunTime, WorkRequest.kt (10 s to 5 h)",
        (SHOWS_STARTS, SHOWS_ENDS),
        on=AT_A_RUN,
        check=backoff,
    ),
    Rule(
        "R6.attempts",
        "An attempt's number is one more than the attempts of the same period before it.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt trySetRunning (incrementWorkSpecRunAttemptCount)",
        (SHOWS_ATTEMPTS,),
        on=frozenset({StepKind.START}),
        check=attempts,
    ),
)
