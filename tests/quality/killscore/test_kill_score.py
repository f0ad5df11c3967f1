"""The score itself, at a size that a machine does in minutes. `make kill-score` does the whole."""

from __future__ import annotations

import pytest

from bgtask_harness.killscore.campaign import Campaign
from bgtask_harness.killscore.work import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
OF_RULES_THAT_STAND = ("MU01", "MU02", "MU03", "MU08", "MU10", "MU13", "MU14", "MU21", "MU22", "MU23", "MU26", "MU32")


def test_every_mutant_of_a_rule_that_stands_is_killed_by_it() -> None:
    score = Campaign(OF_RULES_THAT_STAND, 0, processes=2).run()

    assert not [each.mutant.name for each in score.mutants if each.outcome is not Outcome.KILLED]


def test_no_forced_run_convicts_of_what_a_force_overrides() -> None:
    score = Campaign(("MU06", "MU15", "MU16", "MU17"), 0, processes=2, most_lives=1).run()

    assert score.forced_only_killed == ()
