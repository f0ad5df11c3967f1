"""What adb does to people, each row of it: the driver says what happened in one error of its own, in time.

Rows: drop in mid-command, server killed, half open, frozen, offline, unauthorized, connect refused, gone for good, and
every way back.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.android.connect import regain_through
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.transport.port import Stream
from bgtask_harness.transport.shell import CommandCut
from bgtask_harness.transport.shell import run
from bgtask_harness.transport.smart_socket import NoServer


def soon(seconds: float = 10) -> Deadline:
    return Deadline.after(seconds)


def later(seconds: float, action: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, action)
    timer.start()
    return timer


def works(lab: Any) -> bool:
    return bool(run(lab.transport, "echo here", soon()).stdout == "here\n")


def read_to_the_end(stream: Stream) -> None:
    while stream.recv(65536, soon()):
        pass


class Watch:
    """How long something took."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


def test_a_drop_in_mid_command_is_a_cut_with_what_had_come(lab: Any) -> None:
    later(0.3, lab.wire.cut)

    with pytest.raises(CommandCut) as caught:
        run(lab.transport, "echo begun; sleep 20", soon())

    assert caught.value.stdout == "begun\n"


def test_a_log_that_is_dropped_ends_with_a_loss_and_not_in_silence(lab: Any) -> None:
    device = lab.device()
    log = device.open_log(soon())
    later(0.2, lab.wire.cut)

    with log, pytest.raises(DeviceLostError):
        read_to_the_end(log)


def test_a_phone_that_was_dropped_and_still_listens_is_back_at_once(lab: Any) -> None:
    device = lab.device()
    lab.wire.cut()
    watch = Watch()

    device.regain(soon())

    assert works(lab)
    assert watch.seconds < 3


def test_a_server_that_is_killed_cuts_the_command_and_is_not_started_again(lab: Any) -> None:
    killer = later(0.3, lab.kill_server)

    with pytest.raises(DeviceLostError):
        run(lab.transport, "echo begun; sleep 20", soon())
    killer.join()
    with pytest.raises(NoServer, match="start one with `adb start-server`"):
        run(lab.transport, "true", soon())


def test_a_server_that_somebody_starts_again_has_forgotten_the_phone_and_gets_it_back(lab: Any) -> None:
    device = lab.device()
    lab.kill_server()
    lab.start_server_again()
    assert lab.state() == "gone"

    device.regain(soon())

    assert works(lab)


def test_half_open_is_a_deadline_although_the_server_calls_it_a_device(lab: Any) -> None:
    assert works(lab)
    lab.wire.hold()
    watch = Watch()

    with pytest.raises(DeadlineExceeded):
        run(lab.transport, "true", soon(0.5))

    assert lab.state() == "device"
    assert watch.seconds < 3


@pytest.mark.slow
def test_half_open_is_healed_by_connecting_anew(lab: Any) -> None:
    device = lab.device()
    lab.wire.hold()
    watch = Watch()

    device.regain(soon(20))

    assert works(lab)
    assert watch.seconds < 9  # one probe of 3 s, then at once


def test_a_phone_that_hangs_is_a_deadline_and_goes_on_afterwards(lab: Any) -> None:
    device = lab.device()
    os.kill(lab.phone.ready.pid, signal.SIGSTOP)
    try:
        with pytest.raises(DeadlineExceeded):
            device.clocks(1, soon(0.5))
        with pytest.raises(DeadlineExceeded):
            device.regain(soon(2))
    finally:
        os.kill(lab.phone.ready.pid, signal.SIGCONT)

    device.regain(soon(20))
    assert works(lab)


def test_offline_is_one_sentence_with_what_to_do(lab: Any) -> None:
    assert works(lab)
    lab.wire.unplug()
    lab.until("offline", "gone")

    with pytest.raises(DeviceLostError, match=r"(offline|not found); (pull the cable|look at)"):
        run(lab.transport, "true", soon())
    with pytest.raises(DeviceNotFound, match=r"it is offline|sees no device"):
        lab.device()


def test_a_phone_that_was_away_is_back_as_soon_as_it_listens_again(lab: Any) -> None:
    """adb itself says `already connected` to a phone that it lists as offline, and goes on waiting."""
    device = lab.device()
    lab.wire.unplug()
    lab.until("offline", "gone")
    lab.wire.plug()
    watch = Watch()

    device.regain(soon())

    assert works(lab)
    assert watch.seconds < 5


def test_a_phone_that_refuses_the_connection_stays_away_until_the_deadline(lab: Any) -> None:
    device = lab.device()
    lab.wire.unplug()
    watch = Watch()

    with pytest.raises(DeadlineExceeded, match="comes back"):
        device.regain(soon(1.5))

    assert watch.seconds < 4


def test_a_connection_that_is_refused_says_so_with_success(lab: Any) -> None:
    """`OKAY` and the reason in its text: nothing here may take that for a phone."""
    lab.wire.unplug()
    lab.address.query(f"host:disconnect:{lab.serial}", soon())

    assert "failed to connect" in lab.connect()
    regain_through(lab.address, lab.serial)(soon())
    with pytest.raises(DeviceLostError, match=r"not found|device offline"):
        run(lab.transport, "true", soon())


def test_a_phone_that_never_says_who_it_is_does_not_hold_anybody_up(lab: Any) -> None:
    """A server waits 10 s for it; nobody here does."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        serial = f"127.0.0.1:{mute.getsockname()[1]}"
        watch = Watch()

        regain_through(lab.address, serial)(soon(1))

        assert watch.seconds < 3
        with pytest.raises(DeviceNotFound, match=r"it is (offline|connecting|authorizing)|no device fits"):
            open_device({"serial": serial}, "lab", server=("127.0.0.1", lab.server.port), deadline=soon())


def test_a_phone_that_asks_for_the_key_is_left_to_the_person_at_it(
    make_lab: Callable[..., Any], shy: tuple[Any, Path]
) -> None:
    """Connecting anew would take the dialog away from under the finger."""
    phone, asks = shy
    lab = make_lab(phone)
    lab.attach()
    device = lab.device()
    asks.touch()
    time.sleep(0.2)
    lab.wire.cut()
    lab.until("unauthorized", "authorizing")

    with pytest.raises(DeviceLostError, match="accept the dialog"):
        run(lab.transport, "true", soon())
    (connection,) = lab.wire.lines
    later(1, asks.unlink)
    device.regain(soon())

    assert works(lab)
    assert lab.wire.lines == [connection]


def test_a_phone_that_dies_is_lost_for_good(make_lab: Callable[..., Any], doomed: Any) -> None:
    lab = make_lab(doomed)
    lab.attach()
    device = lab.device()
    later(0.2, lambda: os.kill(doomed.ready.pid, signal.SIGKILL))

    with pytest.raises(DeviceLostError):
        run(lab.transport, "echo begun; sleep 20", soon())
    with pytest.raises(DeadlineExceeded):
        device.regain(soon(1))


@pytest.mark.slow
def test_a_phone_on_tcp_that_reboots_is_back_as_soon_as_it_has_booted(lab: Any) -> None:
    """By itself adb 36 would take 3 s more, adb 29 10 s."""
    device = lab.device()
    before = device.clocks(1, soon()).boot_id
    watch = Watch()

    device.reboot(soon(60), lambda sentence: None)

    assert device.clocks(2, soon()).boot_id != before
    assert watch.seconds < 60
