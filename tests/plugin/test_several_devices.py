"""Several devices: a worker for each, a result for each test whatever becomes of its worker, and who holds what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import LocalLocks
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.broker.virtual import phone_arguments
from bgtask_harness.deadline import Deadline
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile

pytest_plugins = ["pytester"]

USAGE_ERROR = 4
RUNS = """
import os

def test_runs(device):
    device.launch()
    device.open_window()
    device.make_run("token refresh")
    print(os.environ.get("PYTEST_XDIST_WORKER"), device.name)
"""
DIES = """
import os
import pytest

@pytest.fixture
def deadly():
    os._exit(1)

def test_dies_first(deadly, device):
    pass
"""


def phones(count: int) -> list[str]:
    return [word for number in range(1, count + 1) for word in ("--device", f"virtual-pixel7#{number}")]


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("--run-dir=run", "test_own.py", *arguments)


def conclusions(pytester: pytest.Pytester) -> dict[str, str]:
    """What each scenario came to, in the run's own Allure results."""
    found = {}
    for path in (pytester.path / "run" / "allure-results").glob("*-result.json"):
        result = json.loads(path.read_text())
        found[f"{result['parameters'][0]['value']}/{result['name']}"] = result["status"]
    return found


@pytest.mark.parametrize("count", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_a_number_makes_another_virtual_phone_of_a_profile(pytester: pytest.Pytester, count: int) -> None:
    pytester.makepyfile(test_own=RUNS)

    done = run(pytester, *phones(count), "-n", "auto", "-rP")

    names = [f"virtual-pixel7#{number}" for number in range(1, count + 1)]
    done.assert_outcomes(passed=count)
    assert done.ret == 0
    told = [line.split() for line in done.stdout.lines if line.startswith("gw")]
    assert sorted(device for _, device in told) == names
    assert len({worker for worker, _ in told}) == count
    assert conclusions(pytester) == {f"{name}/runs": "passed" for name in names}


def test_a_test_whose_worker_dies_before_it_has_its_device_leaves_a_result(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own=DIES + RUNS)

    done = run(pytester, "--device", "virtual-pixel7", "-n", "1")

    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["INCONCLUSIVE *virtual-pixel7/dies_first *broken: worker 'gw0' crashed while running*"])
    assert conclusions(pytester) == {"virtual-pixel7/dies_first": "broken", "virtual-pixel7/runs": "passed"}


def test_with_alluredir_as_well(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own=DIES)

    run(pytester, "--device", "virtual-pixel7", "-n", "1", "--alluredir=allure")

    (path,) = (pytester.path / "allure").glob("*-result.json")
    result = json.loads(path.read_text())
    assert (result["name"], result["status"]) == ("test_dies_first[virtual-pixel7]", "broken")
    assert "crashed while running" in result["statusDetails"]["message"]


def test_tests_that_nobody_has_begun_are_errors_and_leave_results(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own=DIES + RUNS)

    done = run(pytester, *phones(2), "-n", "auto", "--max-worker-restart=0")

    assert done.ret == 1
    lost = {f"virtual-pixel7#{number}/{test}" for number in (1, 2) for test in ("dies_first", "runs")}
    assert set(conclusions(pytester)) == lost
    assert set(conclusions(pytester).values()) == {"broken"}
    done.stdout.fnmatch_lines(["*not run: the worker that holds virtual-pixel7#* died too often"])


def test_what_kept_a_test_from_its_device_is_on_record(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own=RUNS)

    done = run(pytester, "--device", "virtual-pixel7", "--virtual-app", "nowhere:program")

    done.assert_outcomes(errors=1)
    assert conclusions(pytester) == {"virtual-pixel7/runs": "broken"}


# --- a phone that somebody else may have: a virtual one behind an adb server, found as a physical one is --------------


@pytest.fixture(scope="module")
def attached() -> Iterator[PhoneProcess]:
    search = SearchPath.standard()
    profile = load_profile("virtual-pixel7", search)
    arguments = phone_arguments(profile, load_app(profile.default_app, search), LeaseOptions())
    phone = PhoneProcess(arguments, Deadline.after(60))
    yield phone
    phone.end()


@pytest.fixture
def desk(
    pytester: pytest.Pytester, attached: PhoneProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> PhoneProcess:
    """A lab's profiles: one phone, under two names."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(attached.ready.adb_server_port))
    monkeypatch.setenv("BGTASK_STATE_DIR", str(tmp_path / "leases"))
    folder = pytester.mkdir("device_profiles")
    written = (
        f'schema = 1\n[find]\nserial = "{attached.ready.serial}"\n'
        '[allow]\ndisruption = "clear-data"\n[app]\ndefault = "tvmaniac@fixed"\n'
    )
    for name in ("desk", "other"):
        (folder / f"{name}.toml").write_text(written)
    pytester.makepyfile(test_own=RUNS)
    return attached


@pytest.mark.parametrize("workers", [(), ("-n", "auto")])
def test_a_second_session_is_told_who_holds_the_device(
    pytester: pytest.Pytester, desk: PhoneProcess, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    locks = LocalLocks(tmp_path / "leases")
    held = locks.hold(desk.ready.serial, Deadline.after(5), 60, lambda sentence: None)

    done = run(pytester, "--device", "desk", *workers)
    held.release()

    said = "\n".join(done.outlines + done.errlines)
    owner = locks.owner(desk.ready.serial)
    assert owner is not None
    assert f"device {desk.ready.serial} is held by process {owner.pid} (`{owner.command}`) since {owner.since}" in said
    assert "--lease-wait" in said
    assert done.ret == (USAGE_ERROR if workers else 1)


def test_one_phone_under_two_names_is_one_sentence(pytester: pytest.Pytester, desk: PhoneProcess) -> None:
    done = run(pytester, "--device", "desk", "--device", "other", "-n", "auto")

    assert done.ret == USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: *this very run, which asks for it under two names*"])


def test_the_worker_that_replaces_a_crashed_one_gets_the_same_phone_although_it_is_held(
    pytester: pytest.Pytester, desk: PhoneProcess, tmp_path: Path
) -> None:
    dies = "import os\n\ndef test_dies(device):\n    os._exit(1)\n"
    pytester.makepyfile(test_own=dies + RUNS)

    done = run(pytester, "--device", "desk", "-n", "1")

    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["INCONCLUSIVE *desk/dies *the record ends before the scenario does", "PASS *desk/runs*"])
    owner = LocalLocks(tmp_path / "leases").owner(desk.ready.serial)
    assert owner is not None
    assert owner.fence == 1
