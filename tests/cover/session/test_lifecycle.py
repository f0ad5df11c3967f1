"""What a scenario of an app's life asks of a session: time zones, workers that throw, and how long it may wait."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from bgtask_harness.broker import Lease
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.port import Capability
from bgtask_harness.errors import Unsupported
from bgtask_harness.session import Session
from bgtask_harness.session import Settings
from bgtask_harness.session.finish import end_session
from bgtask_harness.session.setup import lacking
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished

Opener = Callable[..., Session]


def test_another_time_zone_is_put_back_at_the_end(open_session: Opener, lease: Lease) -> None:
    asked = "getprop persist.sys.timezone; settings get global auto_time_zone"
    before = lease.device.tell(asked, Deadline.after(10)).stdout
    session = open_session()

    session.set_time_zone("Pacific/Kiritimati")
    assert lease.device.tell(asked, Deadline.after(10)).stdout.startswith("Pacific/Kiritimati\n")
    end_session(session, None)

    assert lease.device.tell(asked, Deadline.after(10)).stdout == before


def test_a_time_zone_that_the_phone_does_not_know_is_unsupported_and_changes_nothing(
    open_session: Opener, lease: Lease
) -> None:
    session = open_session()

    with pytest.raises(Unsupported, match="expected a name of the time zone database"):
        session.set_time_zone("half past nine")

    assert Lever.TIME_ZONE not in {one.change.lever for one in lease.ledger.open_changes()}


def test_a_phone_whose_clock_can_be_moved_on_affords_anything_and_any_other_its_patience(
    open_session: Opener,
) -> None:
    session = open_session(patience_s=60.0)
    assert session.affords("30d")

    session.capabilities -= {Capability.ADVANCE_TIME}
    assert (session.affords("1m"), session.affords("61s")) == (True, False)


def test_a_worker_throws_in_the_state_that_the_app_file_names(open_session: Opener) -> None:
    session = open_session()

    session.make_throw("token refresh")
    with pytest.raises(Unsupported, match=r"key `control\.throws`: no state lets library sync throw"):
        session.make_throw("library sync")
    session.schedule("token refresh")
    ended = session.wait_for_run("token refresh")

    assert isinstance(ended, RunFinished)
    assert ended.result is Result.FAILURE


def test_a_locked_phone_is_rebooted_only_where_somebody_types_its_code(lease: Lease) -> None:
    asked = Settings("scenario", Path(), needs=(Capability.REBOOT,))
    locked = frozenset({Capability.REBOOT_WITH_A_PERSON})
    somebody = dataclasses.replace(lease.profile, unlocked_within_ns=60_000_000_000)

    said = lacking(asked, lease.profile, locked)
    assert said is not None
    assert "or say `limits.unlocked_within` in its profile when somebody is there to type the code" in said
    assert lacking(asked, somebody, locked) is None
    assert lacking(asked, somebody, frozenset()) is not None


def test_a_reboot_that_nobody_unlocks_is_unsupported_and_says_who_is_waited_for(
    open_session: Opener, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody = dataclasses.replace(lease.profile, unlocked_within_ns=1_000_000)
    monkeypatch.setattr(lease, "profile", somebody)
    session = open_session()
    session.capabilities = session.capabilities - {Capability.REBOOT} | {Capability.REBOOT_WITH_A_PERSON}
    lease.device.tell("locksettings set-pin 1234", Deadline.after(10))

    with pytest.raises(Unsupported, match=r"nobody typed the code of virtual-pixel7 within 0 s; it waits for it"):
        session.reboot()

    lease.device.tell("locksettings clear --old 1234", Deadline.after(10))
    session.reboot()
