"""Moves: every state that a step may lead to. Rules say which steps were allowed; moves say what follows from them.

Sources: WorkSpec.kt, WorkerWrapper.kt, WorkerUpdater.kt, CancelWorkRunnable.kt of androidx.work.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

from bgtask_reference.events import Result
from bgtask_reference.oracle.state import ANYTHING
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

ALIVE = frozenset({Phase.ENQUEUED, Phase.RUNNING})
WAITING = State(Phase.ENQUEUED)
"""It will run again, and nothing more is known of it."""
Move = Callable[[State, Step, bool], Iterator[State]]


def moves(state: State, step: Step, *, periodic: bool) -> list[State]:
    """Give every state that a step may lead to."""
    return [state] if step.in_app else list(MOVES.get(step.kind, _same)(state, step, periodic))


def _same(state: State, _step: Step, _periodic: bool) -> Iterator[State]:
    yield state


def _request(state: State, step: Step, periodic: bool) -> Iterator[State]:
    fresh = State(Phase.ENQUEUED, 0, again=False, since=step.when)
    if periodic:  # UPDATE: what is there keeps its period; what ended stays ended
        yield fresh if state.phase in {Phase.ABSENT, Phase.CANCELLED} else state
        return
    yield fresh
    if state.phase in ALIVE or state.phase is Phase.UNKNOWN:  # REPLACE puts a new row in its place, KEEP would not
        yield state


def _start(state: State, step: Step, _periodic: bool) -> Iterator[State]:
    if state.phase is not Phase.ENQUEUED:
        yield State(Phase.RUNNING, step.run_attempt, run=step.run, least=1)
        if state.phase in {Phase.CANCELLED, Phase.ENDED}:
            yield state  # whether it was asked for again is not known
        return
    counted = None if state.attempts is None else state.attempts + 1
    attempts = step.run_attempt or counted
    yield State(Phase.RUNNING, attempts, state.again, state.since, step.run, state.tried + 1)


def _finish(state: State, step: Step, periodic: bool) -> Iterator[State]:
    gone = state.phase is Phase.ABSENT and step.start_seen
    if gone or state.phase in {Phase.CANCELLED, Phase.ENDED} or _is_of_another_run(state, step):
        yield state  # the body of a run that was stopped may still speak
        return
    if state.phase is (Phase.ENQUEUED if step.start_seen else Phase.RUNNING):
        yield state  # it is the end of a run whose row was replaced meanwhile, or of some other run
    if step.result is not Result.SUCCESS and step.result is not Result.FAILURE:
        yield _retried(state, step)
    if step.result is not Result.RETRY:
        yield _completed(step, periodic=periodic)


def _is_of_another_run(state: State, step: Step) -> bool:
    return state.phase is Phase.RUNNING and step.start_seen and state.run != step.run


def _retried(state: State, step: Step) -> State:
    if state.phase is Phase.RUNNING and step.start_seen:
        return State(Phase.ENQUEUED, step.run_attempt or state.attempts, state.again, step.when, least=state.tried)
    # Nobody saw it begin: there may have been more attempts than this one that nobody saw.
    hidden = state.tried if state.phase is Phase.ENQUEUED else 0
    return State(Phase.ENQUEUED, step.run_attempt, state.again, step.when, least=hidden + 1)


def _completed(step: Step, *, periodic: bool) -> State:
    if periodic:
        return State(Phase.ENQUEUED, 0, again=True, since=step.when)
    return State(Phase.ENDED, again=None if step.result is None else step.result is Result.SUCCESS)


def _stop(state: State, step: Step, _periodic: bool) -> Iterator[State]:
    if not step.start_seen:
        yield state  # of some other body
        if state.phase not in ALIVE:
            return
        one_more = state.phase is Phase.ENQUEUED
        yield State(Phase.ENQUEUED, None, state.again, state.since, least=state.tried + one_more)
    elif state.phase is not Phase.RUNNING or state.run != step.run:
        yield state
        return
    else:
        yield _interrupted(state)
    if step.reason is None or "cancel" in step.reason.lower():
        yield State(Phase.CANCELLED)


def _died(state: State, _step: Step, _periodic: bool) -> Iterator[State]:
    yield _interrupted(state) if state.phase is Phase.RUNNING else state


def _interrupted(state: State) -> State:
    """Put it back as it was: its last enqueue time does not move, its attempts stay counted."""
    return State(Phase.ENQUEUED, state.attempts, state.again, state.since, least=state.least)


def _cancel(state: State, _step: Step, _periodic: bool) -> Iterator[State]:
    if state.phase in {Phase.ABSENT, Phase.ENDED}:
        yield state
        return
    yield State(Phase.CANCELLED)
    if state.phase is Phase.UNKNOWN:  # cancelling does not touch a row that has FAILED, or none
        yield State(Phase.ENDED)
        yield State(Phase.ABSENT)


def _cleared(_state: State, _step: Step, _periodic: bool) -> Iterator[State]:
    yield State(Phase.ABSENT)


def _hole(state: State, step: Step, periodic: bool) -> Iterator[State]:
    """Give up what may have changed: in a reboot how far periodic work is, and not that it waits."""
    yield WAITING if step.rebooting and periodic and state.phase in ALIVE else ANYTHING


MOVES: dict[StepKind, Move] = {
    StepKind.REQUEST: _request,
    StepKind.CANCEL: _cancel,
    StepKind.START: _start,
    StepKind.FINISH: _finish,
    StepKind.STOP: _stop,
    StepKind.CLEARED: _cleared,
    StepKind.DIED: _died,
    StepKind.HOLE: _hole,
}
