"""What a session changed is put back on every way out, and what it cannot know it asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bgtask_harness.broker import Lease
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.port import Disruption
from bgtask_harness.errors import Unsupported
from bgtask_harness.journal import read
from bgtask_harness.nemesis.healing import NotPutBack
from bgtask_harness.session import Session
from bgtask_harness.session.finish import end_session
from bgtask_reference.events import Outcome
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent

Opener = Callable[..., Session]
STATE = (
    "settings get global wifi_on; settings get global auto_time; settings get global low_power; dumpsys battery; "
    "dumpsys deviceidle get deep; dumpsys connectivity"
)


def soon() -> Deadline:
    return Deadline.after(20)


def state(lease: Lease) -> str:
    return lease.device.tell(STATE, soon()).stdout


def setting(lease: Lease, name: str) -> str:
    return lease.device.hook(lease.app.spec, "state", {"name": name}, soon()).text


@pytest.mark.parametrize("error", [None, AssertionError("mine"), KeyboardInterrupt(), Unsupported("not here")])
def test_everything_is_as_it_was_however_a_test_ends(
    open_session: Opener, lease: Lease, error: BaseException | None
) -> None:
    before = state(lease)
    session = open_session()
    session.launch()
    session.set_state("logged-in", on=True)
    session.server("token refresh", "network_error")
    session.pull("power", "unplugged")
    session.pull("doze", "deep")
    session.pull("wifi", "off")
    session.move_wall_clock(3_600_000_000_000)
    assert state(lease) != before
    clock = lease.device.clocks(0, soon())

    end_session(session, error)

    after = lease.device.clocks(0, soon())
    moved = (after.wall_ns - after.boot_ns) - (clock.wall_ns - clock.boot_ns)
    assert state(lease) == before
    assert abs(moved + 3_600_000_000_000) < 2_000_000_000
    assert setting(lease, "active_provider") == ""
    assert not lease.ledger.open_changes()


def test_a_state_that_nobody_set_is_asked_for_first_and_put_back_as_it_was(
    open_session: Opener, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = type(lease.profile)
    monkeypatch.setattr(profile, "allows", lambda self, disruption: disruption is not Disruption.CLEAR_DATA)
    lease.device.hook(lease.app.spec, "state", {"name": "active_provider", "value": "SIMKL"}, soon())
    session = open_session()

    session.set_state("logged-in", on=True)
    session.set_state("logged-in", on=False)
    end_session(session, None)

    sent = [
        event.arguments for event in session.events if isinstance(event, StimulusSent) and event.verb == "app.state"
    ]
    assert sent[0] == {"name": "active_provider"}
    assert setting(lease, "active_provider") == "SIMKL"


def test_a_lever_is_on_record_before_it_is_pulled_and_again_when_it_is_let_go(open_session: Opener) -> None:
    session = open_session()
    session.pull(Lever.WIFI, "off")
    session.release(Lever.WIFI)
    mark = session.mark
    end_session(session, None)

    sent = [(one.verb, one.arguments) for one in session.events[:mark] if isinstance(one, StimulusSent)]
    answered = [one.outcome for one in session.events[:mark] if isinstance(one, StimulusAnswered)]
    assert sent[-2:] == [("env.wifi", {"value": "off"}), ("env.wifi", {"value": "as it was", "subject": ""})]
    assert answered[-2:] == [Outcome.ACCEPTED, Outcome.ACCEPTED]


def test_a_lever_is_pulled_only_where_the_profile_allows_as_much(
    open_session: Opener, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session()
    nudge = {Disruption.OBSERVE, Disruption.NUDGE}
    monkeypatch.setattr(type(lease.profile), "allows", lambda self, disruption: disruption in nudge)

    session.pull("standby-bucket", "rare")
    with pytest.raises(Unsupported, match="this does `network` to the phone"):
        session.pull("wifi", "off")
    end_session(session, None)


def test_what_the_phone_does_not_take_back_breaks_the_scenario_and_stops_the_next(
    open_session: Opener, lease: Lease, tmp_path: Path
) -> None:
    session = open_session()
    session.pull("wifi", "off")
    lease.ledger.begin(Change(Lever.DATA_SAVER, "on", was="off", restore=("echo no; false",)))

    end_session(session, None)

    entries = read(tmp_path / "virtual-pixel7" / "scenario" / "journal.jsonl").entries
    ended = next(one.event for one in entries if isinstance(one.event, ScenarioEnded))
    assert ended.outcome == "broken"
    assert "data-saver on (was off) is not put back" in ended.reason
    assert [one.change.lever for one in lease.ledger.open_changes()] == [Lever.DATA_SAVER]
    with pytest.raises(NotPutBack, match=r'type adb .* shell "echo no; false"'):
        open_session(folder=tmp_path / "virtual-pixel7" / "next")
    lease.ledger.forget()
