from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bgtask_harness.report import RunVerdicts
from bgtask_harness.report.allure import environment_properties
from bgtask_harness.report.allure import write_results
from bgtask_harness.report.continuous_integration import executor
from bgtask_reference.events import DeviceSpec

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
CI = ("GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL")


@pytest.fixture
def results(judged: RunVerdicts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    for name in CI:
        monkeypatch.delenv(name, raising=False)
    return read(write_results(judged, tmp_path / "allure-results"))


def read(folder: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(path.read_text()) for path in folder.glob("*-result.json")]
    return {result["name"]: result for result in found}


def labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def test_conclusions_become_statuses(results: dict[str, dict[str, Any]]) -> None:
    assert {name: result["status"] for name, result in results.items()} == {
        "retry-backoff": "failed",
        "cancel-pending": "broken",
        "reboot": "skipped",
        "library-sync": "passed",
    }


def test_a_failure_says_what_and_has_its_story_as_trace(results: dict[str, dict[str, Any]]) -> None:
    details = results["retry-backoff"]["statusDetails"]

    assert details["message"].startswith("R6.backoff (platform): attempt 3 began 22.0 s after")
    assert "38.0 s too early\n1790090167.100000" in details["trace"]


def test_steps_are_verdicts_worst_first(results: dict[str, dict[str, Any]]) -> None:
    steps = [(step["name"], step["status"]) for step in results["retry-backoff"]["steps"]]

    assert steps[:2] == [
        ("FAIL R6.backoff (platform): token refresh", "failed"),
        ("INCONCLUSIVE R10.ends (platform): library sync", "broken"),
    ]
    assert len(steps) == 5, "a rule that had nothing to check is no step"


def test_each_label_is_given_once(results: dict[str, dict[str, Any]]) -> None:
    for result in results.values():
        for name in ("device", "host", "thread", "suite"):
            assert labels(result, name) == ["virtual-pixel7"]


def test_every_attachment_is_there(results: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    for result in results.values():
        sources = {attachment["source"] for attachment in result["attachments"]}
        assert {"timeline", "verdicts"} <= {attachment["name"] for attachment in result["attachments"]}
        assert all((tmp_path / "allure-results" / source).is_file() for source in sources)


def test_journal_and_raw_log_are_attached_where_they_are(run_dir: Path, judged: RunVerdicts, tmp_path: Path) -> None:
    results = read(write_results(replace(judged, folder=run_dir), tmp_path / "allure-results"))

    assert [a["name"] for a in results["reboot"]["attachments"]] == ["timeline", "verdicts", "journal", "raw log"]


def test_a_scenario_keeps_its_history_from_run_to_run(judged: RunVerdicts, tmp_path: Path) -> None:
    first = read(write_results(judged, tmp_path / "a"))
    second = read(write_results(judged, tmp_path / "b"))

    assert {name: r["historyId"] for name, r in first.items()} == {name: r["historyId"] for name, r in second.items()}


def test_writing_again_replaces_and_leaves_what_is_not_ours(judged: RunVerdicts, tmp_path: Path) -> None:
    write_results(judged, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    write_results(judged, tmp_path)

    assert len(list(tmp_path.glob("*-result.json"))) == 4
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_times_are_those_of_the_journal(results: dict[str, dict[str, Any]]) -> None:
    assert results["reboot"]["start"] == 1_795_464_251_000
    assert results["reboot"]["stop"] >= results["reboot"]["start"]


def test_the_environment_is_one_line_a_fact(judged: RunVerdicts) -> None:
    hostile = replace(judged.journals[1].header, device=DeviceSpec("a=b\nc: é"))  # type: ignore[type-var]
    journal = replace(judged.journals[1], history=replace(judged.journals[1].history, header=hostile))

    assert environment_properties(RunVerdicts(Path(), "c", (journal,))).splitlines() == [
        "app = tvmaniac@fixed",
        "device.a\\=b c\\: \\u00e9 = android",
        "harness = 0.1.0",
        "rules = c",
    ]


def test_outside_of_ci_nobody_is_named_as_executor(results: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert results
    assert not (tmp_path / "allure-results" / "executor.json").exists()


@pytest.mark.parametrize(
    ("environment", "name", "order"),
    [
        ({"GITHUB_ACTIONS": "true", "GITHUB_RUN_NUMBER": "41", "GITHUB_REPOSITORY": "a/b"}, "GitHub Actions", 41),
        ({"GITLAB_CI": "true", "CI_PIPELINE_IID": "7", "CI_PROJECT_PATH": "a/b"}, "GitLab CI", 7),
        ({"JENKINS_URL": "https://ci.example/", "BUILD_NUMBER": "3"}, "Jenkins", 3),
    ],
)
def test_a_ci_job_is_named(environment: dict[str, str], name: str, order: int) -> None:
    described = executor(environment)

    assert described
    assert (described["name"], described["buildOrder"]) == (name, order)


def test_the_categories_of_the_package_and_of_reports_are_the_same() -> None:
    package = ROOT / "harness" / "bgtask_harness" / "report" / "categories.json"

    assert package.read_text() == (ROOT / "reports" / "categories.json").read_text()


def finisher() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reports_finish", ROOT / "reports" / "finish.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_generated_page_is_repaired_once(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(
        '<html><head><script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n<script>window.dataLayer=[];'
        "function gtag(){dataLayer.push(arguments);}gtag('js',new Date());</script><title>t</title></head>"
        "<body><script>app()</script><script>window.allureReportDataReady=true</script></body></html>"
    )
    finish = finisher()

    assert finish.main([str(tmp_path)]) == 0
    once = page.read_text()
    assert finish.main([str(tmp_path)]) == 0

    assert page.read_text() == once
    assert "googletagmanager" not in once
    assert "gtag(" not in once
    assert once.index("window.allureReportData||{}") < once.index("app()")
    assert "<title>t</title>" in once


def test_a_folder_without_a_report_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert finisher().main([str(tmp_path)]) == 2
    assert "no report found" in capsys.readouterr().err


def test_the_lock_file_names_no_registry() -> None:
    lock = (ROOT / "reports" / "package-lock.json").read_text()

    assert "://" not in lock
    assert '"allure": "3.18.0"' in lock


def test_with_allure_pytest_the_running_test_gets_the_attachments(pytester: pytest.Pytester, run_dir: Path) -> None:
    pytester.makepyfile(
        f"""
        from pathlib import Path
        from bgtask_harness.report import attach_to_allure, judge_run

        def test_it():
            run_dir = Path({str(run_dir)!r})
            attach_to_allure(run_dir, judge_run(run_dir).journals[3])
        """
    )

    pytester.runpytest_subprocess("--alluredir", "results").assert_outcomes(passed=1)

    (result,) = read(pytester.path / "results").values()
    assert [a["name"] for a in result["attachments"]] == ["timeline", "verdicts", "journal", "raw log"]
    assert "virtual-pixel7" in labels(result, "device")
