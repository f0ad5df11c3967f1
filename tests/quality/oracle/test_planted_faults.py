"""Every fault that is planted is found by the rule that it breaks, and its witness is minimal."""

from __future__ import annotations

import pytest
from bgtask_tests_legal import FAULTS
from bgtask_tests_legal import Life

from bgtask_reference.events import Judgement
from bgtask_reference.oracle import CATALOGUE
from bgtask_reference.oracle import judge
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.fold import Fold
from bgtask_reference.oracle.slices import cut
from bgtask_reference.oracle.witness import minimal
from bgtask_reference.oracle.witness import still_fails

SEEDS = range(20)
MAY_ACCOMPANY = {
    "task-overlap": set(),
    "overlap": {"R4.task-overlap", "R6.attempts", "R2.period", "R6.backoff"},
    # The row is made anew by the next request, and the oracle takes it for the old one; gone, it outlives no death.
    "rearm": {"R2.period", "R7.kept"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_its_rule(fault: str) -> None:
    wrong = []
    for seed in SEEDS:
        life = Life(seed, fault)
        failed = {each.rule for each in judge(life.live()).verdicts if each.judgement is Judgement.FAIL}
        assert life.planted
        if FAULTS[fault] not in failed or not failed - {FAULTS[fault]} <= MAY_ACCOMPANY.get(fault, set()):
            wrong.append((seed, failed))

    assert wrong == []


@pytest.mark.parametrize("fault", ["early", "backoff", "attempts"])
def test_a_witness_is_sound_and_nothing_can_be_left_out_of_it(fault: str) -> None:
    checked = 0
    for seed in SEEDS:
        sliced = cut(Life(seed, fault).live())
        for task in sliced.tasks:
            for each in task.names:
                fold = Fold(Place(each, sliced.outside), CATALOGUE)
                for breach in fold.judge().breaches:
                    kept = list(minimal(fold, breach).positions)
                    assert still_fails(fold, breach, kept)
                    assert not [
                        gone for gone in kept[:-1] if still_fails(fold, breach, [one for one in kept if one != gone])
                    ]
                    checked += 1

    assert checked >= len(SEEDS)
