"""Brute force: tries every concrete row of WorkManager that may lie behind a few steps, one by one.

Written from android.md D.1 to D.6. A row here is always fully known: no unknown fields, no sets, no rules, no windows.
What nobody saw is tried in every way: what was there before, hidden results, steps that may belong to other work, and
every order that two clocks permit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Result
from bgtask_reference.events import Source
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

LONG_AGO = -(10**18)
TRIES = range(6)
SLACK_S = 1
"""A request is logged after it was made: the oracle's own allowance."""


@dataclass(frozen=True)
class Row:
    """One row: `E`nqueued, `R`unning, `D`one, `C`ancelled; times in nanoseconds."""

    phase: str
    tries: int = 0
    again: bool = False
    since: int = LONG_AGO
    run: int | None = None
    unseen: bool = False
    """Left behind from before the record, or from a hole."""


# What starts or ends was enqueued, even if nobody saw it: no step is explained by a row that was over before that.
ABSENT = None
State = Row | None
ANY_ROW: tuple[State, ...] = (
    ABSENT,
    *(Row("E", tries, again, unseen=True) for tries in TRIES for again in (False, True)),
    *(Row("R", tries, again, unseen=True) for tries in TRIES[1:] for again in (False, True)),
)


def is_explained(work: NameSlice) -> bool:
    """Say whether some row, some order and some hidden results explain every step."""
    return any(
        explains(row, [work.steps[at] for at in order], [at in work.optional for at in order], work)
        for order in orders(work.steps)
        for row in ANY_ROW
    )


def orders(steps: tuple[Step, ...]) -> Iterator[tuple[int, ...]]:
    """Every order in which steps of one clock stay as recorded and no step overtakes one that was surely before it."""
    for order in itertools.permutations(range(len(steps))):
        pairs = list(itertools.combinations(order, 2))
        if not any(is_before(steps[b], steps[a]) for a, b in pairs):
            yield order


def is_before(a: Step, b: Step) -> bool:
    if StepKind.HOLE in {a.kind, b.kind} or from_log(a) == from_log(b):
        return a.when.index < b.when.index
    return a.when.hi < b.when.lo


def from_log(step: Step) -> bool:
    return bool(step.sources) and step.sources <= {Source.BEACON, Source.APP_LOG}


def explains(row: State, steps: list[Step], elsewhere: list[bool], work: NameSlice) -> bool:
    if not steps:
        return True
    choices = list(after(row, steps[0], work, may_run=not was_asked(work) or is_asked_at_once(steps)))
    if elsewhere[0]:
        choices.append(row)
    return any(explains(choice, steps[1:], elsewhere[1:], work) for choice in dict.fromkeys(choices))


def after(row: State, step: Step, work: NameSlice, *, may_run: bool) -> Iterator[State]:
    """Every row that a step may leave; none when it could not have happened to this one.

    `may_run`: what is over or was never there may have been asked for without anybody's seeing it.
    """
    now = step.when.stamp.ns
    match step.kind:
        case StepKind.REQUEST:
            yield from requested(row, now, periodic=work.periodic)
        case StepKind.CANCEL:
            yield from cancelled(row)
        case StepKind.CLEARED:
            yield ABSENT
        case StepKind.HOLE:
            yield from ANY_ROW
        case StepKind.START:
            yield from started(row, step, now, work, may_run=may_run)
        case StepKind.FINISH:
            yield from finished(row, step, now, work)
        case StepKind.STOP | StepKind.DIED:
            yield from interrupted(row, step)
        case _:
            yield row


def requested(row: State, now: int, *, periodic: bool) -> Iterator[State]:
    if periodic:
        yield Row("E", since=now) if row is None or row.phase == "C" else row
        return
    yield Row("E", since=now)
    if row and row.phase in "ER":
        yield row


def cancelled(row: State) -> Iterator[State]:
    yield Row("C") if row and row.phase in "ERC" else row
    if row and row.unseen:
        yield Row("D")  # it may as well have ended before the record: cancelling does not touch that


def interrupted(row: State, step: Step) -> Iterator[State]:
    stop = step.kind is StepKind.STOP
    if stop and not step.start_seen and row and row.phase in "ER":
        yield row  # some other body's
        first = row.tries + (row.phase == "E")
        many = range(first, max(first, TRIES[-1]) + 1)
        yield from (replace(row, phase="E", tries=tries, run=None) for tries in many)
    elif row is None or row.phase != "R" or (stop and row.run not in {None, step.run}):
        yield row
        return
    else:
        yield replace(row, phase="E", run=None)
    if stop and step.reason is None and not row.unseen:
        yield Row("C")


def due(row: Row, work: NameSlice) -> int:
    task = work.task
    if row.tries:
        first = min(max(task.backoff.initial_ns, 10 * NS_PER_S), 18_000 * NS_PER_S)
        wait = first * 2 ** (row.tries - 1) if task.backoff.exponential else first * row.tries
        return row.since + min(wait, 18_000 * NS_PER_S)
    if work.periodic and row.again:
        return row.since + max(task.interval_ns or 0, 900 * NS_PER_S)
    return row.since + max(0, task.initial_delay_ns - SLACK_S * NS_PER_S)


def started(row: State, step: Step, now: int, work: NameSlice, *, may_run: bool) -> Iterator[State]:
    if (row is None or row.phase == "D") and not may_run:
        return
    if row is None or row.phase != "E":  # nothing that is asked here forbids it
        if row and row.phase in "DC":
            yield row
        for tries in TRIES[1:] if step.run_attempt is None else (step.run_attempt,):
            for again in (False, True):
                yield Row("R", tries, again, LONG_AGO, step.run)
    elif now >= due(row, work) and step.run_attempt in {None, row.tries + 1}:
        yield Row("R", row.tries + 1, row.again, row.since, step.run)


def is_asked_at_once(steps: list[Step]) -> bool:
    """Say whether the next request is logged so soon that the run at hand may be due to it."""
    asked = [step.when.stamp.ns for step in steps if step.kind is StepKind.REQUEST]
    return bool(asked) and asked[0] - steps[0].when.stamp.ns <= SLACK_S * NS_PER_S


def was_asked(work: NameSlice) -> bool:
    return any(step.kind is StepKind.REQUEST for step in work.steps)


def finished(row: State, step: Step, now: int, work: NameSlice) -> Iterator[State]:
    if (row and row.phase in "DC") or (row is None and step.start_seen):
        yield row
        return
    if row and row.phase == "R" and row.run is not None and row.run != step.run:
        yield row  # some other body's end
        if step.start_seen:
            return
    if row and row.phase == "E" and step.start_seen:
        yield row  # the body of a row that was replaced
    elif row and row.phase == "E" and now < due(row, work):
        return
    tries = list(tries_of_the_ended(row, step))
    again = [row.again] if row else [False, True]
    if step.result in {None, Result.RETRY}:
        for many in tries:
            yield from (Row("E", many, each, now) for each in again)
    if step.result is not Result.RETRY:
        yield Row("E", 0, again=True, since=now) if work.periodic else Row("D")


def tries_of_the_ended(row: State, step: Step) -> Iterator[int]:
    """How many attempts there were when a run ended: a waiting row's retries stay counted (android.md D.3)."""
    if row and row.phase == "R" and step.start_seen:
        yield row.tries
    elif row and row.phase == "E":
        yield from range(row.tries + 1, max(row.tries + 1, TRIES[-1]) + 1)
    else:
        yield from TRIES[1:]
