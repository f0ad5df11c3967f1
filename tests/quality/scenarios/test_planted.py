"""A planted fault in a real run of a shipped scenario: the rule that it breaks is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
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
    tmp_path: Path, fault: str, scenario: str, task: str, rule: str
) -> None:
    options = ["--device", "virtual-pixel7", "--app", "every-kind", f"--run-dir={tmp_path}/run", "-q"]
    planted = ["--virtual-fault", f"scenario_faults:{fault}", "-k", f"test_{scenario}[virtual-pixel7-{task}]"]
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *planted],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        check=False,
    )

    said = done.stdout.decode() + done.stderr.decode()
    verdicts = json.loads((tmp_path / "run/verdicts.json").read_text())
    (journal,) = verdicts["journals"]
    broken = {verdict["rule"] for verdict in journal["verdicts"] if verdict["judgement"] == "fail"}
    assert done.returncode == 1, said
    assert rule in broken, said
