"""Two platforms in one run: each scenario that ran on both is judged once more, and counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]
pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

ASKS = """
def test_asks(device):
    device.launch()
    device.open_window()
    device.schedule("library sync")
    device.advance("5s")
    device.look()
"""
DEAF = """
from bgtask_reference.lineage.tvmaniac import ios

class Deaf:
    def __init__(self, tasks):
        self._tasks = tasks

    def __getattr__(self, name):
        return getattr(self._tasks, name)

    def submit(self, request):
        if request.identifier.endswith("librarysync"):
            return None  # and BackgroundTasks never hears of it
        return self._tasks.submit(request)

def program(app, tasks):
    return ios.fixed(app, Deaf(tasks))
"""


def pairs(pytester: pytest.Pytester) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(Path(pytester.path, "run", "verdicts.json").read_text())["parity"]
    return told


def results(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """Each Allure result's status and devices."""
    found = (json.loads(path.read_text()) for path in folder.glob("*-result.json"))
    return {one["name"]: (one["status"], [each["value"] for each in one["parameters"]]) for one in found}


def test_two_platforms_in_one_process_are_compared_at_the_end(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own=ASKS)

    done = pytester.runpytest_subprocess(
        "--device", "virtual-pixel7", "--device", "virtual-iphone15", "--run-dir=run", "test_own.py"
    )

    done.assert_outcomes(passed=2)
    assert done.ret == 0
    (pair,) = pairs(pytester)
    assert (pair["scenario"], pair["conclusion"]) == ("asks", "pass")
    assert pair["devices"] == ["virtual-pixel7", "virtual-iphone15"]
    done.stdout.fnmatch_lines(["PASS *virtual-pixel7+virtual-iphone15/asks *parity: * the same*"])
    said = results(Path(pytester.path, "run", "allure-results"))
    assert said["parity: asks"] == ("passed", ["virtual-pixel7", "virtual-iphone15"])


def test_a_task_that_one_platform_never_asks_for_fails_the_run_by_parity_alone(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_own=ASKS, deaf=DEAF)
    folder = pytester.mkdir("device_profiles")
    app = 'extends = "tvmaniac@fixed"\nname = "deaf"\n[virtual]\nios.program = "deaf:program"\n'
    (folder / "apps").mkdir()
    (folder / "apps" / "deaf.toml").write_text(app)
    (folder / "deaf-iphone.toml").write_text('extends = "virtual-iphone15"\n[app]\ndefault = "deaf"\n')
    monkeypatch.setenv("PYTHONPATH", str(pytester.path), prepend=":")

    done = pytester.runpytest_subprocess(
        "--device", "virtual-pixel7", "--device", "deaf-iphone", "--run-dir=run", "--alluredir=allure", "-n", "auto",
        "test_own.py",
    )  # fmt: skip

    assert done.ret == 1
    assert done.parseoutcomes()["failed"] == 1  # parity's own
    (pair,) = pairs(pytester)
    failed = [verdict for verdict in pair["verdicts"] if verdict["judgement"] == "fail"]
    assert {verdict["rule"] for verdict in failed} == {"R16.same-request"}
    assert [len(showing["witness"]) for showing in failed[0]["showings"]] == [1, 0]
    done.stdout.fnmatch_lines(
        [
            "*was asked for on virtual-pixel7, and was never asked for on deaf-iphone*",
            "FAIL *virtual-pixel7+deaf-iphone/asks *parity: R16.same-request: *",
            "FAILED parity::asks[[]virtual-pixel7-deaf-iphone[]]*",
        ]
    )
    assert results(Path(pytester.path, "allure"))["parity: asks"] == ("failed", ["virtual-pixel7", "deaf-iphone"])
    assert not list(Path(pytester.path, "run").glob("allure-results/*"))
