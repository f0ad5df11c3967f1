"""The shipped suite on a virtual iPhone: scenarios by the same names, judged by the rules of BackgroundTasks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
pytest.importorskip("pymobiledevice3", reason="needs the extra ios")


def judged(pytester: pytest.Pytester, *arguments: str) -> tuple[pytest.RunResult, dict[str, list[dict[str, str]]]]:
    """Run the suite and give each scenario's verdicts that came to something."""
    done = pytester.runpytest_subprocess(*arguments, "--run-dir=run", "-p", "no:cacheprovider", timeout=100)
    verdicts = json.loads(Path(pytester.path, "run", "verdicts.json").read_text())
    return done, {
        journal["scenario"]: [verdict for verdict in journal["verdicts"] if verdict["judgement"] in {"pass", "fail"}]
        for journal in verdicts["journals"]
    }


@pytest.mark.parametrize("device", ["virtual-iphone13", "virtual-iphone15"])
def test_a_task_runs_by_the_system_and_holds_the_rules(pytester: pytest.Pytester, device: str) -> None:
    done, verdicts = judged(pytester, "--device", device, "-k", "runs_to_success and token")
    done.assert_outcomes(passed=1, deselected=pytester_deselected(done))
    (told,) = verdicts.values()
    assert {verdict["judgement"] for verdict in told} == {"pass"}
    assert {"R2.begin-date", "R10.completed-once", "R12.resubmitted", "R13.permitted"} <= {v["rule"] for v in told}
    assert {verdict["level"] for verdict in told if verdict["level"]} == {"natural"}


def pytester_deselected(done: pytest.RunResult) -> int:
    return done.parseoutcomes().get("deselected", 0)


def test_the_work_of_each_task_is_halted_at_its_expiration(pytester: pytest.Pytester) -> None:
    done, verdicts = judged(pytester, "--device", "virtual-iphone13", "-k", "expires_in_mid_run")
    done.assert_outcomes(passed=3, deselected=pytester_deselected(done))
    for told in verdicts.values():
        assert {"R11.expiry", "R11.expiry-halts"} <= {verdict["rule"] for verdict in told}


def test_a_worker_that_outlives_its_expiration_is_found(pytester: pytest.Pytester) -> None:
    # U6 completes a task at its expiration and does not cancel its worker, which goes on.
    pytester.makepyfile(
        test_slow="""
        import pytest

        @pytest.mark.scenario(needs=["app-hook"], disruption="nudge", tasks="one-reachable", platforms=["ios"])
        def test_takes_too_long(device, task):
            device.launch()
            device.server(task, "ok", duration="302s")
            device.open_window()
            device.schedule(task)
            device.advance("5s")
            device.act("lock", {}, device.device.lock)
            device.advance("5s")
            device.wait_until_due(task)
            device.advance("6m")
            device.launch()
            device.advance("5s")
        """
    )
    done, verdicts = judged(pytester, "--device", "virtual-iphone15", "--app", "tvmaniac@U6", "test_slow.py")
    assert done.ret == 1
    (told,) = verdicts.values()
    assert {verdict["rule"] for verdict in told if verdict["judgement"] == "fail"} == {"R11.expiry-halts"}


def test_the_suite_has_for_each_platform_what_is_written_for_it(pytester: pytest.Pytester) -> None:
    def collected(device: str) -> set[str]:
        done = pytester.runpytest_inprocess("--device", device, "--collect-only", "-q", "-p", "no:cacheprovider")
        return {line.partition("::")[2].partition("[")[0] for line in done.outlines if "::" in line}

    iphone, pixel = collected("virtual-iphone15"), collected("virtual-pixel7")
    assert {"test_runs_to_success", "test_cancel_in_mid_run", "test_waits_for_network"} <= iphone & pixel
    assert "test_cold_launch" in iphone - pixel
    assert "test_doze_holds_it_back" in pixel - iphone


def test_a_test_that_is_not_for_this_platform_says_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_other="""
        import pytest

        @pytest.mark.scenario(platforms=["android"])
        def test_of_androids(device):
            pass
        """
    )
    done = pytester.runpytest_subprocess("--device", "virtual-iphone15", "--run-dir=run", "-rs", "test_other.py")
    done.stdout.fnmatch_lines(["*UNSUPPORTED: this is written for android so far, and virtual-iphone15 is ios*"])


def test_what_dasd_holds_back_and_launches_all_the_same_is_found(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        hasty="""
        class Ignored:
            may_proceed = True

            def __init__(self, sound):
                self.line = sound.line

        def launches(layers):
            class Hasty(layers.dasd):
                def decision(self, activity):
                    return Ignored(super().decision(activity))

            return layers.replace(dasd=Hasty)
        """
    )
    scenario = "battery_saver_holds_it_back and token"
    done, verdicts = judged(
        pytester, "--device", "virtual-iphone15", "--virtual-fault", "hasty:launches", "-k", scenario
    )
    assert done.ret == 1
    (told,) = verdicts.values()
    assert "R5.decided" in {verdict["rule"] for verdict in told if verdict["judgement"] == "fail"}
