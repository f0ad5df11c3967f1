"""The shipped suite on a simulator: what needs BGTaskScheduler is UNSUPPORTED with its reason, the worker is judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_mac import a_mac

from bgtask_harness.journal import read
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import StimulusSent

pytest_plugins = ["pytester"]

APP = """
schema = 1
package = "com.example.one"
name = "one"

[[tasks]]
id = "com.example.one.sync"
title = "sync"
interval = "1h"
starts_within = "60s"
ends_within = "60s"

[control]
endpoints = { "com.example.one.sync" = "sync" }

[evidence]
app_log = true
beacon = true
hook = true
"""
WORKER = """
import pytest

@pytest.mark.scenario(needs=["app-hook"], disruption="kill", platforms=["ios"])
def test_works(device, task):
    device.open_window()
    device.kill()
    device.launch()
    device.make_run(task)
    device.look()
"""


@pytest.fixture
def app(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Mac with an app whose worker runs when its hook says so; gives the app file."""
    monkeypatch.setenv("BGTASK_STATE_DIR", str(Path(pytester.path, "state")))
    mac = a_mac(Path(pytester.path, "mac"), monkeypatch)
    bundle, task = "com.example.one", "com.example.one.sync"
    run = f"{bundle}.bgt.run.com_2eexample_2eone_2esync"
    hears = {name: [_answer(name)] for name in (f"{bundle}.bgt.ping", run, *_sentinels(bundle))}
    hears[run] = [_beacon(task, "start", process="hook"), _beacon(task, "end", result="success"), *hears[run]]
    mac.has_app(bundle, hears, _launched(task), UIBackgroundModes=["fetch"], BGTaskSchedulerPermittedIdentifiers=[task])
    return pytester.makefile(".toml", app=APP)


def _sentinels(bundle: str) -> list[str]:
    return [f"{bundle}.bgt.sentinel.{digit}" for digit in range(10)]


def _launched(task: str) -> list[dict[str, str]]:
    framework = {"subsystem": "com.apple.BackgroundTasks", "category": "Framework", "messageType": "Debug"}
    registers = {**framework, "eventMessage": f"registerForTaskWithIdentifier: {task}"}
    return [registers, {"category": "bgtask-beacon", "eventMessage": '{"v":1,"event":"launched"}'}]


def _answer(name: str) -> dict[str, str]:
    said = {"v": 1, "event": "hook", "name": name, "answer": "ok"}
    return {"category": "bgt", "eventMessage": json.dumps(said)}


def _beacon(task: str, event: str, **more: str) -> dict[str, str]:
    said = {"v": 1, "event": event, "task": task, "attempt_id": "1", "run_attempt": 1, **more}
    return {"category": "bgtask-beacon", "eventMessage": json.dumps(said)}


def verdicts(pytester: pytest.Pytester) -> list[dict[str, Any]]:
    (journal,) = json.loads(Path(pytester.path, "run", "verdicts.json").read_text())["journals"]
    told: list[dict[str, Any]] = journal["verdicts"]
    return told


def on_a_simulator(pytester: pytest.Pytester, app: Path, *arguments: str) -> pytest.RunResult:
    device = ("--device", "simulator-iphone15", "--app", str(app), "--run-dir=run", "-rs", "-p", "no:cacheprovider")
    return pytester.runpytest_subprocess(*device, *arguments, timeout=100)


def test_the_worker_runs_by_the_hook_and_is_judged(pytester: pytest.Pytester, app: Path) -> None:
    pytester.makepyfile(test_worker=WORKER)
    on_a_simulator(pytester, app, "test_worker.py").assert_outcomes(passed=1)
    judged = {one["rule"] for one in verdicts(pytester) if one["judgement"] == "pass"}
    assert {"R13.permitted", "R13.registered-in-time", "R13.registered-once"} <= judged
    told = [
        entry.event for entry in read(Path(pytester.path, "run/simulator-iphone15/works-sync/journal.jsonl")).entries
    ]
    (sent,) = [one for one in told if isinstance(one, StimulusSent) and one.verb == "app.run"]
    assert sent.level is ForceLevel.IN_APP
    assert [one.result for one in told if isinstance(one, RunFinished)] == [Result.SUCCESS]


def test_what_needs_the_scheduler_is_unsupported_with_that_reason(pytester: pytest.Pytester, app: Path) -> None:
    scenarios = "cold_launch or comes_again_when_due or simulated_launch"
    done = on_a_simulator(pytester, app, "-k", scenarios)
    skipped = done.parseoutcomes()
    assert skipped.get("skipped") == 3
    assert not {"passed", "failed", "errors"} & skipped.keys()
    reasons = [line for line in done.outlines if line.startswith("SKIPPED")]
    assert all("BGTaskScheduler is unavailable on simulators (Code=1)" in line for line in reasons)


def test_an_app_that_knows_no_such_command_is_as_it_was(pytester: pytest.Pytester, app: Path) -> None:
    asks = "device.make_run(task)", 'device.server(task, "network_error")'
    pytester.makepyfile(test_server=WORKER.replace(*asks))
    on_a_simulator(pytester, app, "test_server.py").assert_outcomes(passed=1)
    assert not list(Path(pytester.path, "state").glob("*.ledger"))


def test_without_a_mac_it_is_an_error_in_one_sentence(pytester: pytest.Pytester) -> None:
    done = pytester.runpytest_subprocess(
        "--device", "simulator-iphone15", "--run-dir=run", "-k", "cold_launch and token"
    )
    done.stdout.fnmatch_lines(["*Unsupported: there is no xcrun on PATH: simulators need a Mac with Xcode*"])
    done.assert_outcomes(errors=1, deselected=done.parseoutcomes().get("deselected", 0))
