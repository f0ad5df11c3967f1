"""A planted fault in a real run of a shipped scenario: the rule that it breaks is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PLANTED = [
    ("constraints_dropped", "waits_for_charger", "charging", "R5.start"),
    ("constraints_dropped", "waits_for_battery", "battery", "R5.start"),
    ("constraints_dropped", "waits_for_storage", "storage", "R5.start"),
    ("constraints_dropped", "waits_until_nobody_uses_the_phone", "idle", "R5.mapping"),
    ("constraints_dropped", "registered_as_declared", "charging", "R5.mapping"),
    ("any_network_will_do", "waits_for_unmetered_network", "unmetered", "R5.start"),
    ("goes_on_whatever_is_lost", "loses_charger_in_mid_run", "charging", "R5.stop"),
    ("goes_on_whatever_is_lost", "storage_gets_low_in_mid_run", "storage", "R5.stop"),
    ("goes_on_whatever_is_lost", "network_gets_metered_in_mid_run", "unmetered", "R5.stop"),
    ("keeps_nothing", "asked_for_again", "kept", "R2.period"),
    ("failure_is_a_retry", "failure_is_not_retried", "upload", "R9.terminal"),
    ("cancelling_one_cancels_all", "everything_is_cancelled", "plain", "R12.rearmed"),
    ("flex_is_forgotten", "first_run_waits_for_its_time", "flexible", "R2.delay"),
]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("fault", "scenario", "task", "rule"), PLANTED, ids=str)
def test_a_planted_fault_breaks_its_rule_in_its_scenario(
    broken: Callable[..., tuple[int, set[str], str]], fault: str, scenario: str, task: str, rule: str
) -> None:
    chosen = f"test_{scenario}[virtual-pixel7-{task}]"
    status, rules, said = broken("virtual-pixel7", "every-kind", f"scenario_faults:{fault}", chosen)

    assert status == 1, said
    assert rule in rules, said
