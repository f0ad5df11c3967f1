"""The score itself, at a size that a machine does in minutes. `make kill-score` does the whole."""

from __future__ import annotations

import pytest

from bgtask_harness.killscore.campaign import Campaign
from bgtask_harness.killscore.mutants import load_mutants
from bgtask_harness.killscore.score import ENOUGH
from bgtask_harness.killscore.stages import PLATFORMS
from bgtask_harness.killscore.stages import stage
from bgtask_harness.killscore.work import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.parametrize("platform", PLATFORMS)]


def test_the_mutants_are_killed_by_the_right_rules(platform: str) -> None:
    names = tuple(each.name for each in load_mutants(stage(platform).mutants))
    score = Campaign(names, 0, processes=2, platform=platform).run()

    left = [(each.mutant.name, each.by) for each in score.mutants if each.outcome is not Outcome.KILLED]
    assert score.rate >= ENOUGH, left
    assert score.forced_only_killed == ()


def test_nothing_legal_is_accused_and_no_broken_harness_is_believed(platform: str) -> None:
    there = stage(platform)
    others = (*(each.name for each in there.nuisances), *(each.name for each in there.faults))
    score = Campaign(others, 100, seed=70_000, processes=2, each_trouble=20, platform=platform).run()

    assert score.false_alarms == ()
    assert score.misjudged == ()
