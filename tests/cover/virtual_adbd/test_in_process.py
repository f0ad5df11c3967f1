"""The same services without a wire: time stands still unless somebody moves it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import Refused
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.transport.port import Stream
from bgtask_harness.virtual.adbd.daemon import Daemon
from bgtask_harness.virtual.adbd.local import LocalDoor

SECOND = 1_000_000_000


def soon() -> Deadline:
    return Deadline.after(10)


@pytest.fixture
def transport(phone: Any) -> InProcessTransport:
    phone.door = LocalDoor(Daemon(phone), lambda: phone.followers)
    return InProcessTransport(phone)


def whole(stream: Stream) -> bytes:
    pieces = []
    while piece := stream.recv(65_536, soon()):
        pieces.append(piece)
    return b"".join(pieces)


def drained(stream: Stream) -> bytes:
    """What a follower has now."""
    pieces = []
    try:
        while piece := stream.recv(65_536, soon()):
            pieces.append(piece)
    except DeadlineExceeded:
        pass
    return b"".join(pieces)


def test_a_command_runs_to_its_end_without_time_passing(transport: InProcessTransport, phone: Any) -> None:
    stream = transport.open("shell,v2,raw:both", soon())

    assert whole(stream) == b"\x01\x07\0\0\0to out\n\x02\x07\0\0\0to err\n\x03\x01\0\0\0\x03"
    assert phone.kernel.now == 0


def test_what_a_command_waits_for_takes_virtual_time_alone(transport: InProcessTransport, phone: Any) -> None:
    assert whole(transport.open("exec:sleep 5; echo done", soon())) == b"done\n"
    assert phone.kernel.now == 5 * SECOND


def test_a_command_gets_as_much_of_the_phone_s_time_as_the_caller_would_have_waited(
    transport: InProcessTransport, phone: Any
) -> None:
    stream = transport.open("exec:sleep 500; echo done", soon())

    with pytest.raises(DeadlineExceeded, match="sleep 500"):
        stream.recv(100, soon())
    assert phone.kernel.now <= 10 * SECOND


def test_a_follower_hands_out_what_is_there_and_then_says_that_nothing_is(
    transport: InProcessTransport, phone: Any
) -> None:
    phone.log("I", "t", "first", uid=1, pid=2, tid=3)
    stream = transport.open("exec:logcat", soon())

    assert stream.recv(1000, soon()) == b"0.000 2 3 I t: first\n"
    with pytest.raises(DeadlineExceeded):
        stream.recv(1000, soon())
    phone.log("I", "t", "second", uid=1, pid=2, tid=3)
    assert drained(stream) == b"0.000 2 3 I t: second\n"
    assert phone.kernel.now == 0
    stream.close()
    assert phone.followers == 0


def test_a_jump_arrives_exactly_and_a_follower_loses_nothing(transport: InProcessTransport, phone: Any) -> None:
    for number in range(500):
        phone.log_at(number * 60, str(number))
    follower = transport.open("exec:logcat", soon())
    reached = whole(transport.open(f"bgtask-virtual:advance:{86_400 * SECOND}:0", soon()))

    assert reached == b"%d\n" % (86_400 * SECOND)
    assert [line.split(": ")[1] for line in drained(follower).decode().splitlines()] == [str(n) for n in range(500)]


def test_a_jump_until_output_stops_at_the_first_log_entry(transport: InProcessTransport, phone: Any) -> None:
    phone.log_at(100, "here")
    phone.log_at(200, "not yet")
    follower = transport.open("exec:logcat", soon())

    assert whole(transport.open(f"bgtask-virtual:advance:{900 * SECOND}:1", soon())) == b"%d\n" % (100 * SECOND)
    assert drained(follower) == b"100.000 1 1 I tick: here\n"


def test_a_jump_into_the_past_goes_nowhere(transport: InProcessTransport, phone: Any) -> None:
    phone.kernel.run_until(7 * SECOND)

    assert whole(transport.open("bgtask-virtual:advance:3:0", soon())) == b"%d\n" % (7 * SECOND)


def test_a_virtual_phone_says_what_it_is(transport: InProcessTransport) -> None:
    info = json.loads(whole(transport.open("bgtask-virtual:info", soon())))

    assert (info["virtual"], info["serial"], info["api_level"]) == (1, "FAKE0001", 36)


@pytest.mark.parametrize("service", ["jdwp:1", "bgtask-virtual:advance:-1:0", "bgtask-virtual:fly", ""])
def test_what_is_not_there_is_refused(transport: InProcessTransport, service: str) -> None:
    with pytest.raises(Refused):
        transport.open(service, soon())


def test_input_can_be_given_after_opening(transport: InProcessTransport) -> None:
    stream = transport.open("exec:head -n 2", soon())
    stream.send(b"one\ntw", soon())
    assert drained(stream) == b"one\n"
    stream.send(b"o\nthree\n", soon())

    assert whole(stream) == b"two\n"


def test_after_a_reboot_the_phone_comes_up_as_far_as_it_must(transport: InProcessTransport, phone: Any) -> None:
    follower = transport.open("exec:logcat", soon())
    whole(transport.open("reboot:", soon()))

    assert follower.recv(10, soon()) == b""
    assert not phone.online
    assert whole(transport.open("exec:cat /proc/uptime", soon())) == b"0.00 0.00\n"
    assert phone.online


def test_a_frozen_phone_says_nothing_and_a_dropped_stream_ends(transport: InProcessTransport, phone: Any) -> None:
    follower = transport.open("exec:logcat", soon())
    phone.door.freeze(True)
    with pytest.raises(DeadlineExceeded):
        transport.open("exec:echo hi", soon()).recv(10, soon())
    phone.door.freeze(False)
    phone.door.drop()

    assert follower.recv(10, soon()) == b""
    assert whole(transport.open("exec:echo hi", soon())) == b"hi\n"
