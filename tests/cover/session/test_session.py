"""Sessions on a real virtual phone: the same driver, transport and adb server that a run uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Unsupported
from bgtask_harness.journal import read
from bgtask_harness.report.run import Conclusion
from bgtask_harness.session import NothingSeen
from bgtask_harness.session import Session
from bgtask_harness.session.finish import consequence
from bgtask_harness.session.finish import end_session
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import Event
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import LogLost
from bgtask_reference.events import Outcome
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import RunWanted
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened

Opener = Callable[..., Session]
Kind = TypeVar("Kind", bound=Event)


def of(events: list[Event], kind: type[Kind]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


def recorded(folder: Path) -> list[Event]:
    return [entry.event for entry in read(folder / "journal.jsonl").entries]


def test_every_stimulus_is_recorded_before_its_answer_and_numbered(open_session: Opener) -> None:
    session = open_session()
    session.launch()
    session.set_state("logged-in", on=True)
    events = session.events
    end_session(session, None)

    sent, answered = of(events, StimulusSent), of(events, StimulusAnswered)
    assert [one.verb for one in sent] == ["app.clear-data", "app.launch", "app.state"]
    assert [one.number for one in sent] == [one.number for one in answered] == [1, 2, 3]
    assert all(events.index(one) < events.index(two) for one, two in zip(sent, answered, strict=True))
    assert all(one.outcome is Outcome.ACCEPTED for one in answered)
    assert "am broadcast -a bgtask.HOOK" in answered[-1].raw


def test_every_sentinel_comes_back_and_nothing_is_lost(open_session: Opener, tmp_path: Path) -> None:
    session = open_session()
    session.launch()
    session.look()
    end_session(session, None)

    events = recorded(tmp_path / "virtual-pixel7" / "scenario")
    sampled = [one.number for one in of(events, ClockSampled)]
    assert sampled == list(range(1, len(sampled) + 1))
    assert [one.number for one in of(events, SentinelSeen)] == sampled
    assert of(events, LogLost) == []


def test_a_session_leaves_journal_raw_log_and_dumps(open_session: Opener, tmp_path: Path) -> None:
    session = open_session()
    end_session(session, None)

    folder = tmp_path / "virtual-pixel7" / "scenario"
    history = read(folder / "journal.jsonl")
    assert history.whole
    assert b"bgtask-harness" in (folder / "logcat.txt").read_bytes()
    names = sorted(path.name for path in (folder / "dumps").iterdir())
    assert names[0].startswith("0001-")
    assert any("dumpsys-jobscheduler" in name for name in names)


def test_the_first_run_is_natural_and_wanted_before_it_is_asked_for(open_session: Opener) -> None:
    session = open_session()
    session.launch()
    session.open_window()

    rung = session.make_run("token refresh")

    events = session.events
    end_session(session, None)
    wanted, started = of(events, RunWanted)[0], of(events, RunStarted)[0]
    assert rung is Rung.NATURAL_FIRST_RUN
    assert wanted.within_ns == 60_000_000_000
    assert events.index(wanted) < events.index(started)


def test_a_due_run_is_waited_for_in_the_phone_s_time(open_session: Opener) -> None:
    session = open_session()
    session.launch()
    session.make_run("episode notifications")
    before = of(session.events, ClockSampled)[-1].boot_ns

    rung = session.make_run("episode notifications", rungs=(Rung.WAIT_UNTIL_DUE,))

    passed = of(session.events, ClockSampled)[-1].boot_ns - before
    judged = end_session(session, None)
    assert rung is Rung.WAIT_UNTIL_DUE
    assert 5.9 * 3600 < passed / 1e9 < 6.1 * 3600
    assert judged.conclusion is Conclusion.PASS


def test_a_wait_ends_at_the_moment_that_was_waited_for(open_session: Opener) -> None:
    """So that a worker can be cancelled in the middle of its run: 30 seconds of it, and 5 of them are over."""
    session = open_session()
    session.launch()
    session.server("library sync", "ok", duration="30s")
    session.schedule("library sync")
    session.wait_for_run("library sync", finished=False)
    session.advance(5)
    session.cancel("library sync")
    session.advance(5)
    events = session.events
    end_session(session, None)

    assert [one for one in of(events, RunStopped) if one.subject.task and "librarysync" in one.subject.task]


def test_a_forced_job_has_its_mask_on_record_before_it_is_sent(open_session: Opener) -> None:
    session = open_session()
    session.launch()
    session.make_run("token refresh")
    session.advance("10s")
    session.diagnose()
    session.look()

    answer = session.force("token refresh", session.periodic_name("token refresh"), want=False)

    sent = of(session.events, StimulusSent)[-1]
    end_session(session, None)
    assert (sent.verb, sent.level) == ("job.run", ForceLevel.FORCED)
    assert "delay" in sent.mask
    assert answer.outcome is Outcome.ACCEPTED


def test_a_reboot_is_seen_and_the_log_is_taken_up_again(open_session: Opener) -> None:
    session = open_session(disruption=Disruption.REBOOT, needs=(Capability.REBOOT,))
    session.reboot()
    events = session.events
    end_session(session, None)

    assert of(events, PhoneBooted)
    assert of(events, SentinelSeen)[-1].number == of(events, ClockSampled)[-1].number


def test_a_window_is_closed_at_the_end(open_session: Opener, tmp_path: Path) -> None:
    session = open_session()
    session.open_window()
    end_session(session, None)

    events = recorded(tmp_path / "virtual-pixel7" / "scenario")
    assert len(of(events, WindowOpened)) == len(of(events, WindowClosed)) == 1


def test_what_never_comes_is_nothing_seen_and_no_failure(open_session: Opener) -> None:
    session = open_session()

    with pytest.raises(NothingSeen, match="a second moon did not show within 5s"):
        session.wait_for(lambda event: False, within="5s", what="a second moon")
    with pytest.raises(NothingSeen, match="no run of library sync began"):
        session.wait_for_run("library sync", within=1)
    end_session(session, None)


def test_what_the_app_file_does_not_name_is_a_sentence(open_session: Opener) -> None:
    session = open_session()

    with pytest.raises(BadInput, match=r"task 'tea': .*known are token refresh, library sync"):
        session.task("tea")
    with pytest.raises(BadInput, match=r"control\.states`: there is no state 'tea'; known are logged-in"):
        session.set_state("tea", on=True)
    with pytest.raises(BadInput, match='such as "90s"'):
        session.advance("soon")
    with pytest.raises(Unsupported, match="nothing told under which job"):
        session.force("token refresh")
    end_session(session, None)


def test_more_than_the_profile_allows_is_unsupported_and_on_record(
    open_session: Opener, lease: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        type(lease.profile),  # type: ignore[attr-defined]
        "allows",
        lambda self, disruption: disruption is Disruption.OBSERVE,
    )

    with pytest.raises(Unsupported, match="give --allow-disruption reboot"):
        open_session(disruption=Disruption.REBOOT)

    events = recorded(tmp_path / "virtual-pixel7" / "scenario")
    assert of(events, ScenarioEnded)[0].outcome == "unsupported"
    assert read(tmp_path / "virtual-pixel7" / "scenario" / "journal.jsonl").whole


def test_a_session_that_exercised_nothing_has_no_consequence_of_its_own(open_session: Opener) -> None:
    session = open_session()
    judged = end_session(session, None)

    assert judged.conclusion in {Conclusion.NOT_EXERCISED, Conclusion.PASS}
    assert consequence(judged, None) is None
