"""R3, R9, R13: only what was asked for runs, and what has ended does not run again by itself."""

from __future__ import annotations

from bgtask_reference.events import Norm
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Broken
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.findings import Said
from bgtask_reference.oracle.findings import Unsure
from bgtask_reference.oracle.rules.rule import OTHER_BUILDS
from bgtask_reference.oracle.rules.rule import SHOWS_REQUESTS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

AT_A_START = frozenset({StepKind.START})


def once(state: State, step: Step, place: Place) -> Said:
    """What was asked for once and has succeeded does not run again."""
    if state.phase is Phase.ENDED and state.again:
        return _unless_asked(step, place, "work that had succeeded began again, and nobody had asked for it again")
    return None


def terminal(state: State, step: Step, place: Place) -> Said:
    """What has failed for good does not run again."""
    if state.phase is Phase.ENDED and not state.again:
        return _unless_asked(step, place, "work that had ended began again, and nobody had asked for it again")
    return None


def known(state: State, step: Step, place: Place) -> Said:
    """Only what was asked for runs."""
    if state.phase is Phase.ABSENT:
        return _unless_asked(step, place, "a run began of work that nobody had asked for")
    return None


def _unless_asked(step: Step, place: Place, words: str) -> Said:
    if step.in_app or is_logged_later(step, place.requests.first_after(step.index)):
        return None
    if not place.requests.all:
        return Unsure("no request of this work was ever seen, so nobody knows whether it was asked for", SHOWS_REQUESTS)
    if place.outside.done(OTHER_BUILDS, -1, step.index):
        return Unsure("another build of the app was installed, which may ask in other words", SHOWS_REQUESTS)
    return Broken(words)


def is_logged_later(start: Step, request: Step | None) -> bool:
    """Say whether a run may be due to a request that was logged only after the run began."""
    return request is not None and elapsed(start.when, request.when).lo <= constants.allowance_ns("request_logged")


RULES = (
    Rule(
        "R3.once",
        "Work that was asked for once runs to success at most once.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt setSucceeded, Processor.kt startWork: a SUCCEEDED row is not eligible",
        (SHOWS_REQUESTS, SHOWS_STARTS),
        on=AT_A_START,
        check=once,
    ),
    Rule(
        "R9.terminal",
        "Work that has ended for good does not begin again before it is asked for again.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt setFailed, Processor.kt startWork: a FAILED row is not eligible",
        (SHOWS_REQUESTS, SHOWS_STARTS),
        on=AT_A_START,
        check=terminal,
    ),
    Rule(
        "R13.known",
        "Only what was asked for runs.",
        Norm.PLATFORM,
        "androidx.work WorkManagerImpl.kt enqueue; SystemJobService.kt onStartJob reads the row before it runs it",
        (SHOWS_REQUESTS, SHOWS_STARTS),
        on=AT_A_START,
        check=known,
    ),
)
