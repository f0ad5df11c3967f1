"""A planted fault in a real run of each scenario on a virtual iPhone: the rule that it breaks is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

TOKEN, LIBRARY = "token", "library"
PLANTED = [
    ("held_back_and_launched", "battery_saver_holds_it_back", TOKEN, "R5.decided"),
    ("held_back_and_launched", "background_restriction_holds_it_back", TOKEN, "R5.decided"),
    ("network_is_not_asked_for", "waits_for_network", LIBRARY, "R16.network"),
    ("completed_twice", "waits_until_nobody_uses_the_phone", LIBRARY, "R10.completed-once"),
    ("cancelled_and_kept", "cancel_while_pending", LIBRARY, "R9.request"),
    ("cancelled_and_kept", "cancelling_one_leaves_the_others", TOKEN, "R9.request"),
    ("cancelled_and_kept", "everything_is_cancelled", LIBRARY, "R9.request"),
    ("completed_twice", "cancel_in_mid_run", LIBRARY, "R10.completed-once"),
    ("forgotten_with_its_process", "dies_in_mid_run", TOKEN, "R7.pending"),
    ("forgotten_with_its_process", "swiped_away_in_mid_run", TOKEN, "R7.pending"),
    ("completed_twice", "swiped_away", TOKEN, "R10.completed-once"),
    ("next_request_is_lost", "reboot_restores", LIBRARY, "R12.resubmitted"),
    ("next_request_is_lost", "many_periods", TOKEN, "R12.resubmitted"),
    ("completed_twice", "worker_throws", TOKEN, "R10.completed-once"),
    ("next_request_is_lost", "timed_out_in_mid_run", LIBRARY, "R12.resubmitted"),
    ("completed_twice", "somebody_uses_the_phone_in_mid_run", LIBRARY, "R10.completed-once"),
    ("completed_twice", "asked_for_again_in_mid_run", LIBRARY, "R10.completed-once"),
    ("completed_twice", "retry_backs_off", LIBRARY, "R10.completed-once"),
    ("launched_too_early", "data_cleared", LIBRARY, "R2.begin-date"),
    ("launched_too_early", "asked_for_again", LIBRARY, "R2.begin-date"),
    ("launched_too_early", "executed_at_once", TOKEN, "R2.begin-date"),
    ("network_is_not_asked_for", "registered_as_declared", LIBRARY, "R16.network"),
    ("network_is_not_asked_for", "registered_while_it_runs", LIBRARY, "R16.network"),
    ("one_request_is_enough", "everything_is_pending", TOKEN, "R14.pending"),
    ("one_request_is_enough", "background_refresh_is_off", LIBRARY, "R14.pending"),
]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("fault", "scenario", "task", "rule"), PLANTED, ids=str)
def test_a_planted_fault_breaks_its_rule_in_its_scenario(
    broken: Callable[..., tuple[int, set[str], str]], fault: str, scenario: str, task: str, rule: str
) -> None:
    chosen = f"test_{scenario}[ and {task}"
    status, rules, said = broken("virtual-iphone15", "tvmaniac@fixed", f"iphone_faults:{fault}", chosen)

    assert status == 1, said
    assert rule in rules, said
