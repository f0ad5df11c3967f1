"""Duties: opened, met, lifted, or nobody knows."""

from __future__ import annotations

import pytest
from bgtask_tests_histories import Writer

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Clock
from bgtask_reference.events import Stamp
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.coverage import Coverage
from bgtask_reference.oracle.duty import Duty
from bgtask_reference.oracle.duty import Kept
from bgtask_reference.oracle.duty import kept
from bgtask_reference.oracle.duty import owed
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

START, FINISH, DIED = StepKind.START, StepKind.FINISH, StepKind.DIED
DUTY = Duty(frozenset({START}), frozenset({FINISH}), frozenset({DIED}))
WITHIN = 30 * NS_PER_S


def step(kind: StepKind, seconds: int, run: int | None = 1, *, boot: int | None = 0) -> Step:
    ns = seconds * NS_PER_S
    when = When(3, ns, ns, boot, 0 if boot is not None else None, Stamp(Clock.LOG, ns))
    return Step(kind, when, (), run=run)


def covered(until: int) -> Coverage:
    """A log that is whole from second 100 to some second."""
    writer = Writer().sample().wait(until - 100).sample()
    record = Record(writer.entries)
    return Coverage(record, Timeline(record))


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([step(START, 110), step(FINISH, 120)], [Kept.YES]),
        ([step(START, 110), step(FINISH, 150)], [Kept.NO]),
        ([step(START, 110), step(DIED, 120, None)], [Kept.LIFTED]),
        ([step(START, 110), step(DIED, 150, None)], [Kept.NO]),
        ([step(START, 110)], [Kept.NO]),
        ([step(START, 490)], [Kept.UNKNOWN]),
        ([step(START, 110, boot=None)], [Kept.UNKNOWN]),
        ([step(START, 110, boot=1)], [Kept.UNKNOWN]),
        ([step(FINISH, 120)], []),
        ([step(START, 110), step(START, 130), step(FINISH, 145)], [Kept.NO]),
        ([step(START, 110, 1), step(START, 115, 2), step(FINISH, 120, 2)], [Kept.YES, Kept.NO]),
    ],
)
def test_a_duty_is_met_in_time_too_late_lifted_or_unknown(steps: list[Step], said: list[Kept]) -> None:
    coverage = covered(500)

    assert [kept(each, WITHIN, coverage) for each in owed(DUTY, steps)] == said


def test_a_log_of_which_nothing_is_proven_leaves_a_duty_unknown() -> None:
    record = Record(())

    assert [kept(each, WITHIN, Coverage(record, Timeline(record))) for each in owed(DUTY, [step(START, 1)])] == [
        Kept.UNKNOWN
    ]
