"""No false alarm on legal lives; no claim on a damaged record that the whole does not make."""

from __future__ import annotations

from dataclasses import replace

from bgtask_tests_legal import FAULTS
from bgtask_tests_legal import Life
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.oracle import judge

SOURCES = (("app-log", "beacon", "info"), ("app-log", "info"), ("beacon",), ("info",), ("app-log",))
LIVES = 300


def told(history: History) -> dict[tuple[str, str], Judgement]:
    return {(each.rule, each.task): each.judgement for each in judge(history).verdicts}


def test_no_legal_life_breaks_a_rule() -> None:
    alarms = []
    for seed in range(LIVES):
        history = Life(seed, sources=SOURCES[seed % len(SOURCES)]).live()
        alarms += [
            (seed, each.rule, each.reason, each.story)
            for each in judge(history).verdicts
            if each.judgement is Judgement.FAIL
        ]

    assert alarms == []


def test_legal_lives_exercise_the_rules_that_they_can() -> None:
    held = {rule for seed in range(30) for (rule, _), said in told(Life(seed).live()).items() if said is Judgement.PASS}

    assert held >= {"R6.attempts", "R10.once", "R10.in-time", "R4.overlap", "R4.task-overlap"}


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    fault=st.sampled_from([None, *FAULTS]),
    cut=st.floats(0, 1),
    hole=st.tuples(st.floats(0, 1), st.floats(0, 0.2)),
)
def test_a_damaged_record_claims_nothing_that_the_whole_does_not(
    seed: int,
    fault: str | None,
    cut: float,
    hole: tuple[float, float],
) -> None:
    whole = Life(seed, fault, steps=8).live()
    entries = whole.entries
    first = round(hole[0] * len(entries))
    last = min(len(entries), first + round(hole[1] * len(entries)))
    damaged = [
        replace(whole, entries=entries[: round(cut * len(entries))], closed=False),
        replace(whole, entries=entries[:first] + entries[last:], holes=((first, last - 1),) if last > first else ()),
    ]
    said = told(whole)

    for history in damaged:
        for key, judgement in told(history).items():
            assert judgement in {said[key], Judgement.INCONCLUSIVE}


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), fault=st.sampled_from([None, *FAULTS]))
def test_the_same_history_gets_the_same_report(seed: int, fault: str | None) -> None:
    assert judge(Life(seed, fault, steps=6).live()) == judge(Life(seed, fault, steps=6).live())
