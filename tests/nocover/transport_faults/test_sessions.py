"""The same rows through a whole session: an event in the history, an end in time, and nothing red.

On a phone that never starts work a run that was wanted is a failure, on a healthy one a pass. Whatever becomes of the
transport in the middle of it, neither may be said any more.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from typing import TypeVar

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import Inconclusive
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.session import NothingSeen
from bgtask_harness.session import Session
from bgtask_harness.session import barrier
from bgtask_harness.session import looking
from bgtask_harness.session.finish import Nonconformant
from bgtask_harness.session.finish import consequence
from bgtask_harness.session.finish import end_session
from bgtask_harness.session.reach import PROBE_S
from bgtask_harness.transport.shell import run
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import DeviceLost
from bgtask_reference.events import DeviceRegained
from bgtask_reference.events import Event
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Outcome
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent

LONGEST_S = 60
"""What a session may take, whatever happens: the phones here are waited for 6 s when they went away."""
WAIT_S, CALL_S = 2, 5.0
TASK, SERVED = "token refresh", "library sync"
Kind = TypeVar("Kind", bound=Event)


@pytest.fixture(autouse=True)
def short_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is not answered costs 20 s; here it may cost less."""
    monkeypatch.setattr(barrier, "CALL_S", CALL_S)
    monkeypatch.setattr(looking, "CALL_S", CALL_S)


def nobody(event: Event) -> bool:
    return False


def later(seconds: float, action: Callable[[], object]) -> None:
    threading.Timer(seconds, action).start()


def played(lab: Any, fault: Callable[[], object]) -> tuple[Session, JudgedJournal, BaseException | None]:
    """Have a run wanted and asked for, break the transport, wait as with a physical phone, end as the plugin does."""
    session = lab.session()
    began = time.monotonic()
    error: BaseException | None = None
    try:
        session.launch()
        session.open_window()
        session.want_run(TASK, within=0.5)
        session.schedule(TASK)
        fault()
        with suppress(NothingSeen):
            session.wait_for(nobody, within=WAIT_S)
        session.look()
    except DeviceLostError as lost:
        error = lost
    judged = end_session(session, error)
    assert time.monotonic() - began < LONGEST_S
    return session, judged, consequence(judged, error)


def of(judged: JudgedJournal, kind: type[Kind]) -> list[Kind]:
    return [entry.event for entry in judged.history.entries if isinstance(entry.event, kind)]


def verdict(judged: JudgedJournal, rule: str) -> Judgement:
    (found,) = [one for one in judged.verdicts if one.rule == rule and one.task.endswith("tokenrefresh")]
    return found.judgement


def nothing_is_said(judged: JudgedJournal, end: BaseException | None) -> None:
    """No failure and no pass of the rule, and the test is not red."""
    assert not judged.counts[Judgement.FAIL]
    assert verdict(judged, "R1.nudged") is Judgement.INCONCLUSIVE
    assert judged.conclusion is Conclusion.INCONCLUSIVE
    assert end is not None
    assert not isinstance(end, AssertionError)
    assert len(of(judged, ScenarioEnded)) == 1
    assert judged.history.whole


def sound_again(judged: JudgedJournal) -> None:
    """After the phone came back its log was read to the last sentinel."""
    assert len(of(judged, CaptureOpened)) >= 2
    assert of(judged, SentinelSeen)[-1].number == of(judged, ClockSampled)[-1].number


# --- what the scenario comes to when nothing happens ------------------------------------------------------------------


def test_without_a_fault_a_lazy_phone_fails(lazy_lab: Any) -> None:
    _, judged, end = played(lazy_lab, lambda: None)

    assert verdict(judged, "R1.nudged") is Judgement.FAIL
    assert isinstance(end, Nonconformant)


def test_without_a_fault_a_healthy_phone_passes(lab: Any) -> None:
    _, judged, end = played(lab, lambda: None)

    assert verdict(judged, "R1.nudged") is Judgement.PASS
    assert end is None


# --- the rows ---------------------------------------------------------------------------------------------------------


def test_dropped_while_it_waits_it_goes_on_and_the_hole_is_on_record(either_lab: Any) -> None:
    _, judged, end = played(either_lab, either_lab.wire.cut)

    assert of(judged, LogLost)
    nothing_is_said(judged, end)
    sound_again(judged)


def test_away_for_a_while_it_is_waited_for(either_lab: Any) -> None:
    def fault() -> None:
        either_lab.wire.unplug()
        later(2, either_lab.wire.plug)

    _, judged, end = played(either_lab, fault)

    assert len(of(judged, DeviceLost)) == len(of(judged, DeviceRegained)) == 1
    nothing_is_said(judged, end)
    sound_again(judged)


@pytest.mark.slow
def test_half_open_is_a_loss_and_is_healed(lazy_lab: Any) -> None:
    _, judged, end = played(lazy_lab, lazy_lab.wire.hold)

    assert "no answer in time" in of(judged, DeviceLost)[0].reason
    assert of(judged, DeviceRegained)
    nothing_is_said(judged, end)
    sound_again(judged)


def hangs(lab: Any, seconds: float) -> tuple[Session, JudgedJournal, BaseException | None]:
    pid = lab.phone.ready.pid

    def fault() -> None:
        os.kill(pid, signal.SIGSTOP)
        later(seconds, lambda: os.kill(pid, signal.SIGCONT))

    try:
        return played(lab, fault)
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
def test_a_phone_that_hangs_for_long_is_a_loss_and_a_return(lazy_lab: Any) -> None:
    _, judged, end = hangs(lazy_lab, WAIT_S + CALL_S + PROBE_S + 2)

    assert of(judged, DeviceLost)
    assert of(judged, DeviceRegained)
    nothing_is_said(judged, end)
    sound_again(judged)


@pytest.mark.slow
def test_a_phone_that_hangs_for_a_moment_was_never_lost(lazy_lab: Any) -> None:
    session, judged, end = hangs(lazy_lab, WAIT_S + 1)

    assert not session.away
    assert not of(judged, DeviceLost)
    assert not of(judged, LogLost)
    assert isinstance(end, Nonconformant | Inconclusive)  # the clocks were read slowly, so little is known of when


@pytest.mark.slow
def test_a_server_that_is_killed_is_a_lost_phone(lazy_lab: Any) -> None:
    session, judged, end = played(lazy_lab, lazy_lab.kill_server)

    assert session.away
    assert "no adb server answers" in of(judged, DeviceLost)[0].reason
    assert not of(judged, DeviceRegained)
    assert isinstance(end, DeviceLostError)
    nothing_is_said(judged, end)


@pytest.mark.slow
def test_a_server_that_somebody_starts_again_brings_the_phone_back(lazy_lab: Any) -> None:
    def fault() -> None:
        lazy_lab.kill_server()
        lazy_lab.start_server_again()

    _, judged, end = played(lazy_lab, fault)

    assert of(judged, DeviceRegained)
    nothing_is_said(judged, end)
    sound_again(judged)


@pytest.mark.slow
def test_a_phone_that_asks_for_the_key_again_is_waited_for_until_somebody_accepts(
    make_lab: Callable[..., Any], shy: tuple[Any, Path]
) -> None:
    phone, asks = shy
    lab = make_lab(phone)
    lab.attach()

    def fault() -> None:
        asks.touch()
        time.sleep(0.2)
        lab.wire.cut()
        later(2, asks.unlink)

    _, judged, end = played(lab, fault)

    assert of(judged, DeviceLost)
    assert of(judged, DeviceRegained)
    nothing_is_said(judged, end)
    sound_again(judged)


@pytest.mark.slow
def test_a_phone_that_is_gone_for_good_ends_the_scenario(lazy_lab: Any) -> None:
    session, judged, end = played(lazy_lab, lazy_lab.wire.unplug)

    assert session.away
    assert len(of(judged, DeviceLost)) == 1
    assert "was not back within 6 s" in str(end)
    nothing_is_said(judged, end)


@pytest.mark.slow
def test_a_phone_that_reboots_by_itself_is_a_boot_and_no_mystery(lazy_lab: Any) -> None:
    lazy_lab.profile = patient(lazy_lab.profile)

    _, judged, end = played(lazy_lab, lambda: run(lazy_lab.transport, "reboot", Deadline.after(5)))

    assert of(judged, PhoneBooted)
    nothing_is_said(judged, end)
    sound_again(judged)


@pytest.mark.slow
def test_dropped_again_and_again_while_it_is_being_had_back(lazy_lab: Any) -> None:
    def fault() -> None:
        for number in range(5):
            later(0.1 + number * 0.15, lazy_lab.wire.cut)

    _, judged, end = played(lazy_lab, fault)

    assert of(judged, LogLost)
    nothing_is_said(judged, end)
    sound_again(judged)


# --- stimuli, jumps, reboots ------------------------------------------------------------------------------------------


def patient(profile: Any) -> Any:
    return dataclasses.replace(profile, boots_within_ns=30_000_000_000)


def test_a_stimulus_that_was_cut_is_never_sent_again(lab: Any) -> None:
    """Nobody knows whether the phone has done it."""
    session = lab.session()
    later(0.5, lab.wire.cut)

    def sleeps(limit: Deadline) -> Answer:
        done = run(lab.transport, "sleep 20", limit)
        raise AssertionError(done)

    with pytest.raises(DeviceLostError) as caught:
        session.act("wait", {}, sleeps)
    judged = end_session(session, caught.value)

    (sent,) = [one for one in of(judged, StimulusSent) if one.verb == "wait"]
    (answer,) = [one for one in of(judged, StimulusAnswered) if one.number == sent.number]
    assert answer.outcome is Outcome.UNKNOWN
    assert of(judged, DeviceLost)
    assert of(judged, DeviceRegained)
    assert not judged.counts[Judgement.FAIL]
    assert judged.conclusion is Conclusion.INCONCLUSIVE
    sound_again(judged)


@pytest.mark.slow
def test_what_was_changed_is_put_back_although_the_phone_went_away_in_between(lab: Any) -> None:
    session = lab.session()
    session.launch()
    session.server(SERVED, "error")
    lab.wire.unplug()
    later(1.5, lab.wire.plug)
    with pytest.raises(DeviceLostError) as caught:
        session.home()
    ledger = session._lease.ledger
    assert ledger.open_changes()
    judged = end_session(session, caught.value)

    assert of(judged, DeviceRegained)
    assert not ledger.open_changes()


@pytest.mark.slow
def test_a_reboot_that_was_asked_for_is_no_loss(lab: Any) -> None:
    lab.profile = patient(lab.profile)
    session = lab.session(disruption=Disruption.REBOOT, needs=(Capability.REBOOT,))
    session.reboot()
    judged = end_session(session, None)

    assert of(judged, PhoneBooted)
    assert not of(judged, DeviceLost)
    sound_again(judged)


@pytest.mark.slow
def test_a_drop_in_the_middle_of_a_jump_makes_the_jump_inconclusive_and_no_longer(lab: Any) -> None:
    """The phone's clock may have moved without anybody reading its log."""
    session = lab.session(advances=True)
    session.launch()
    session.schedule(TASK)
    session.wait_for_run(TASK)
    session.open_window()
    session.want_run(TASK, within=600)
    later(0.02, lab.wire.cut)
    for _ in range(20):
        session.advance("1h")
    judged = end_session(session, None)

    assert of(judged, LogLost)
    assert not judged.counts[Judgement.FAIL]
    assert verdict(judged, "R1.nudged") is Judgement.INCONCLUSIVE
    sound_again(judged)


def test_a_server_that_was_never_told_of_the_phone_is_one_sentence(make_lab: Callable[..., Any], phone: Any) -> None:
    lab = make_lab(phone)

    with pytest.raises(DeviceNotFound, match="sees no device at all"):
        lab.device()
