"""The shipped suite on an iPhone of a desk: a virtual iPhone's usbmuxd stands for this computer's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker.iphone import iphone_arguments
from bgtask_harness.broker.phone_process import IPhoneProcess
from bgtask_harness.deadline import Deadline
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile

pytest_plugins = ["pytester"]
pytest.importorskip("pymobiledevice3", reason="needs the extra ios")


@pytest.fixture
def on_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give its UDID."""
    search = SearchPath.standard(None)
    profile, app = load_profile("virtual-iphone15", search), load_app("tvmaniac@fixed", search)
    phone = IPhoneProcess(iphone_arguments(profile, app, LeaseOptions()), Deadline.after(60))
    monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", phone.ready.usbmuxd)
    monkeypatch.setenv("BGTASK_STATE_DIR", str(tmp_path / "state"))
    yield phone.ready.udid
    phone.end()


def test_a_scenario_runs_on_it_and_it_is_listed_when_asked_for(pytester: pytest.Pytester, on_the_desk: str) -> None:
    device = ("--device", "iphone15", "--app", "tvmaniac@fixed", "-p", "no:cacheprovider")
    done = pytester.runpytest_subprocess(*device, "-k", "simulated_launch and token", "--run-dir=run", timeout=100)
    done.assert_outcomes(passed=1, deselected=done.parseoutcomes().get("deselected", 0))
    assert (Path(pytester.path) / "run" / "iphone15").is_dir()
    pytester.runpytest_subprocess(*device, "--list-devices").stdout.fnmatch_lines([f"*{on_the_desk}*iPhone15,4*"])
    pytester.runpytest_subprocess("--list-devices").stdout.no_fnmatch_line(f"*{on_the_desk}*")
