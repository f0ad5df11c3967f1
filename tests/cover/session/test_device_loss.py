"""A device that goes away in the middle: an event in the history, never a failed test, and nothing recorded is lost."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.broker.virtual import VirtualProvider
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.journal import read
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.report.run import Conclusion
from bgtask_harness.session import Session
from bgtask_harness.session import Settings
from bgtask_harness.session.finish import consequence
from bgtask_harness.session.finish import end_session
from bgtask_reference.events import DeviceLost
from bgtask_reference.events import Judgement
from bgtask_reference.events import RunStarted
from bgtask_reference.events import ScenarioEnded


def test_what_was_recorded_stays_and_what_depends_on_the_rest_is_inconclusive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[PhoneProcess] = []
    monkeypatch.setattr(
        "bgtask_harness.broker.virtual.PhoneProcess",
        lambda *given: started.append(PhoneProcess(*given)) or started[-1],
    )
    search = SearchPath.standard()
    profile = load_profile("virtual-pixel7", search)
    lease = VirtualProvider().acquire(profile, load_app(profile.default_app, search), LeaseOptions())
    deadline = Deadline.after(30)
    lease.device.launch(lease.app.spec, deadline)
    capabilities = lease.device.capabilities(lease.app.spec, deadline)
    folder = tmp_path / "virtual-pixel7" / "lost"
    session = Session(lease, capabilities, Settings("lost", folder))
    session.launch()
    session.open_window()
    session.make_run("token refresh")
    session.want_run("token refresh")
    os.kill(started[0].ready.pid, signal.SIGKILL)
    started[0]._process.wait()

    with pytest.raises(DeviceLostError) as caught:
        session.launch()
    judged = end_session(session, caught.value)
    lease.release()

    history = read(folder / "journal.jsonl")
    events = [entry.event for entry in history.entries]
    ended = next(event for event in events if isinstance(event, ScenarioEnded))
    assert history.whole
    assert any(isinstance(event, RunStarted) for event in events)
    assert len([event for event in events if isinstance(event, DeviceLost)]) == 1
    assert ended.outcome == "broken"
    assert "the virtual phone ended with status -9" in ended.reason
    assert judged.conclusion is Conclusion.INCONCLUSIVE
    assert not judged.counts[Judgement.FAIL]
    assert consequence(judged, caught.value) is caught.value
