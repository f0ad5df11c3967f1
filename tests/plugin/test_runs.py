"""Whole runs on virtual phones: what passes, what fails, what neither does, and what the shell is told."""

from __future__ import annotations

import json

import pytest

pytest_plugins = ["pytester"]

NOTHING_EXERCISED = 5
RUNS = "def test_runs(device, task):\n    device.launch()\n    device.open_window()\n    device.make_run(task)\n"


def own(pytester: pytest.Pytester, body: str) -> None:
    """One module of the user's, given by path: the shipped suite stays out."""
    pytester.makepyfile(test_own=body)


ARGUMENTS = ("--device", "virtual-pixel7", "--run-dir=run", "test_own.py")


def run(pytester: pytest.Pytester, *more: str) -> pytest.RunResult:
    """Run it in this process: a pytest of its own takes a second to start."""
    return pytester.runpytest_inprocess(*ARGUMENTS, *more)


def run_apart(pytester: pytest.Pytester, *more: str) -> pytest.RunResult:
    """Run it as a person does: for workers, and for what a whole run leaves."""
    return pytester.runpytest_subprocess(*ARGUMENTS, *more)


def test_a_task_that_runs_passes_and_leaves_a_report(pytester: pytest.Pytester) -> None:
    own(pytester, RUNS)

    done = run_apart(pytester)

    done.assert_outcomes(passed=3)
    assert done.ret == 0
    done.stdout.fnmatch_lines(["PASS *virtual-pixel7/runs-token-refresh * rules held: *", "PASS: 3 scenarios*"])
    done.stdout.fnmatch_lines(["report: */run/index.html"])
    names = {path.name for path in (pytester.path / "run").iterdir()}
    assert {"verdicts.json", "index.html", "allure-results", "virtual-pixel7"} <= names
    assert json.loads((pytester.path / "run" / "verdicts.json").read_text())


def test_a_run_in_the_same_folder_sets_the_one_before_aside(pytester: pytest.Pytester) -> None:
    own(pytester, RUNS)

    run(pytester, "-k", "token")
    again = run(pytester, "-k", "library")

    assert again.ret == 0
    assert (pytester.path / "run.previous" / "virtual-pixel7" / "runs-token-refresh").is_dir()
    assert not (pytester.path / "run" / "virtual-pixel7" / "runs-token-refresh").exists()


def test_a_fault_from_outside_fails_with_the_rule_and_its_witness(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        broken="""
        def overeager(layers):
            class Impatient(layers.work_manager):
                def backoff_delay_ms(self, work):
                    return 0
            return layers.replace(work_manager=Impatient)
        """
    )
    own(
        pytester,
        """
        def test_backs_off(device):
            device.launch()
            device.server("token refresh", "network_error")
            device.open_window()
            device.schedule("token refresh")
            for _ in range(2):
                device.wait_for_run("token refresh", within="10m", mark=device.mark)
        """,
    )
    pytester.makeini("[pytest]\n")

    done = pytester.run(
        "env",
        f"PYTHONPATH={pytester.path}",
        *pytester._getpytestargs(),
        *("--device", "virtual-pixel7", "--run-dir=run", "--virtual-fault", "broken:overeager", "test_own.py"),
    )

    assert done.ret == 1
    done.stdout.fnmatch_lines(["R6.backoff (platform*) is broken by *tokenrefresh*", "  | *ended with retry*"])
    done.stdout.fnmatch_lines(["broken:", "  R6.backoff (platform), token refresh on virtual-pixel7, in 1 scenario: *"])
    done.stdout.no_fnmatch_line("*running.py*")


def test_a_run_that_exercised_no_rule_proves_nothing_and_does_not_succeed(pytester: pytest.Pytester) -> None:
    own(pytester, "def test_idle(device):\n    assert device.name == 'virtual-pixel7'\n")

    done = run(pytester)

    done.assert_outcomes(passed=1)
    assert done.ret == NOTHING_EXERCISED
    done.stdout.fnmatch_lines(["no rule was exercised, so this run proves nothing"])


def test_the_user_s_own_assertion_is_the_user_s_failure(pytester: pytest.Pytester) -> None:
    own(pytester, f"{RUNS}    assert device.name == 'another'\n")

    done = run(pytester, "-k", "token")

    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["E *assert 'virtual-pixel7' == 'another'"])
    done.stdout.fnmatch_lines(["PASS *virtual-pixel7/runs-token-refresh*"])


def test_what_the_profile_does_not_allow_is_skipped_with_the_option_that_does(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("device_profiles")
    (folder / "careful.toml").write_text('extends = "virtual-pixel7"\n[allow]\ndisruption = "observe"\n')
    own(
        pytester,
        "import pytest\n"
        "@pytest.mark.scenario(disruption='kill')\n"
        "def test_it(device):\n"
        "    device.kill()\n"
        "def test_unmarked(device):\n"
        "    device.kill()\n",
    )
    arguments = ("--run-dir=run", "test_own.py", "-rs")

    done = pytester.runpytest_inprocess("--device", "careful", *arguments)
    allowed = pytester.runpytest_inprocess("--device", "careful", "--allow-disruption", "kill", *arguments)

    done.assert_outcomes(skipped=2)
    assert done.ret == NOTHING_EXERCISED
    done.stdout.fnmatch_lines(["*UNSUPPORTED: this does `kill` to the phone*; give --allow-disruption kill"])
    done.stdout.fnmatch_lines(["SKIPPED *careful/it *unsupported: this does `kill`*"])
    allowed.assert_outcomes(passed=2)


def test_an_app_that_is_not_on_the_phone_is_an_error(pytester: pytest.Pytester) -> None:
    own(pytester, "def test_it(device):\n    pass\n")

    done = run(pytester, "--virtual-app", "nowhere:program")

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["BadInput: *nowhere*"])


def test_with_xdist_each_device_has_a_worker_of_its_own(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("device_profiles")
    (folder / "second.toml").write_text('extends = "virtual-pixel7"\n')
    own(pytester, f"import os\n{RUNS}    print(os.environ['PYTEST_XDIST_WORKER'], device.name)\n")

    done = run_apart(pytester, "--device", "second", "-n", "auto", "-k", "token", "-rP")

    done.assert_outcomes(passed=2)
    assert done.ret == 0
    done.stdout.fnmatch_lines(["PASS *second/runs-token-refresh*", "PASS *virtual-pixel7/runs-token-refresh*"])
    told = [line.split() for line in done.stdout.lines if line.startswith("gw")]
    assert len({worker for worker, _ in told}) == len({device for _, device in told}) == 2


def test_a_worker_that_crashes_gives_its_device_to_the_next(pytester: pytest.Pytester) -> None:
    own(pytester, f"import os\ndef test_dies(device):\n    os._exit(1)\n{RUNS}")

    done = run_apart(pytester, "-n", "1", "-k", "dies or token")

    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*worker 'gw0' crashed*test_dies*"])
    done.stdout.fnmatch_lines(["PASS *virtual-pixel7/runs-token-refresh*"])


def test_with_alluredir_the_timeline_is_attached_there_and_only_there(pytester: pytest.Pytester) -> None:
    own(pytester, RUNS)

    done = run_apart(pytester, "-k", "token", "--alluredir=allure")

    assert done.ret == 0
    assert list((pytester.path / "allure").glob("*-attachment.svg"))
    assert not (pytester.path / "run" / "allure-results").exists()
