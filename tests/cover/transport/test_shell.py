from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.transport.adb import AdbTransport
from bgtask_harness.transport.shell import CommandCut
from bgtask_harness.transport.shell import OutputTooLarge
from bgtask_harness.transport.shell import follow
from bgtask_harness.transport.shell import run


def soon() -> Deadline:
    return Deadline.after(5)


def test_streams_and_exit_status_come_apart(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.commands["getprop x"] = fake.Reply("value\n", "warning\n", 3)

    done = run(phone, ["getprop", "x"], soon())

    assert (done.command, done.stdout, done.stderr, done.exit_status) == ("getprop x", "value\n", "warning\n", 3)


def test_each_argument_is_quoted_for_the_phone_s_shell(server: Any, phone: AdbTransport) -> None:
    run(phone, ["echo", "", "a b", "$HOME", "it's", "x;y"], soon())

    assert server.asked[-1] == "shell,v2,raw:echo '' 'a b' '$HOME' 'it'\"'\"'s' 'x;y'"


def test_a_text_is_passed_on_as_it_is(server: Any, phone: AdbTransport) -> None:
    run(phone, "true; echo $?", soon())

    assert server.asked[-1] == "shell,v2,raw:true; echo $?"


def test_a_command_without_its_exit_packet_was_cut(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.commands["dumpsys"] = fake.Reply("half of it", "oh", end="cut")

    with pytest.raises(CommandCut, match="went away in the middle of `dumpsys`") as raised:
        run(phone, ["dumpsys"], soon())

    assert (raised.value.stdout, raised.value.stderr) == ("half of it", "oh")


def test_a_frozen_phone_ends_with_the_deadline(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.commands["sleep"] = fake.Reply(end="hang")

    with pytest.raises(DeadlineExceeded):
        run(phone, ["sleep"], Deadline.after(0.2))

    assert server.closed_by_client.wait(5)


def test_a_command_that_keeps_talking_does_not_outlive_its_deadline(
    server: Any, phone: AdbTransport, fake: Any
) -> None:
    done = threading.Event()

    def chat(connection: socket.socket) -> None:
        connection.sendall(b"OKAY")
        while not done.wait(0.01):
            connection.sendall(fake.packet(1, b"."))

    server.services["shell,v2,raw:chat"] = chat
    before = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        run(phone, ["chat"], Deadline.after(0.3))
    done.set()

    assert time.monotonic() - before < 2


def test_a_flood_is_cut_off_with_a_sentence(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.commands["yes"] = fake.Reply("y\n" * 1000)

    with pytest.raises(OutputTooLarge, match="`yes` printed more than 1000 bytes"):
        run(phone, ["yes"], soon(), limit=1000)


def test_bytes_that_are_no_text_are_replaced(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.commands["cat"] = fake.Reply(b"a\xff\xc3")

    assert run(phone, ["cat"], soon()).stdout == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"


def test_standard_input_is_at_its_end_from_the_start(server: Any, phone: AdbTransport, fake: Any) -> None:
    got = []

    def cat(connection: socket.socket) -> None:
        connection.sendall(b"OKAY")
        got.append(connection.recv(100))
        connection.sendall(fake.packet(3, b"\0"))

    server.services["shell,v2,raw:cat"] = cat
    run(phone, ["cat"], soon())

    assert got == [b"\x04\0\0\0\0"]


def test_a_phone_without_the_protocol_refuses(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.services["shell,v2,raw:true"] = lambda connection: connection.sendall(b"FAIL" + fake.block("closed"))

    with pytest.raises(Refused):
        run(phone, ["true"], soon())


def test_a_command_that_is_followed_gives_its_bytes_until_it_exits(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.commands["logcat -b all"] = fake.Reply("one\ntwo\n", "hint", 1)

    with follow(phone, ["logcat", "-b", "all"], soon()) as log:
        got = [log.recv(4, soon()), log.recv(100, soon()), log.recv(100, soon())]
        assert (log.exit_status, log.stderr) == (1, b"hint")

    assert got == [b"one\n", b"two\n", b""]


def test_a_followed_command_that_is_cut_is_a_lost_device(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.commands["logcat"] = fake.Reply("one\n", end="cut")

    with follow(phone, ["logcat"], soon()) as log:
        assert log.recv(100, soon()) == b"one\n"
        with pytest.raises(DeviceLostError, match="in the middle of `logcat`"):
            log.recv(100, soon())


def test_a_quiet_log_is_a_deadline_and_can_be_read_on(server: Any, phone: AdbTransport, fake: Any) -> None:
    more = threading.Event()

    def logcat(connection: socket.socket) -> None:
        connection.sendall(b"OKAY" + fake.packet(1, b"late\n")[:7])
        more.wait(5)
        connection.sendall(fake.packet(1, b"late\n")[7:])

    server.services["shell,v2,raw:logcat"] = logcat
    with follow(phone, ["logcat"], soon()) as log:
        with pytest.raises(DeadlineExceeded):
            log.recv(100, Deadline.after(0.1))
        more.set()
        assert log.recv(100, soon()) == b"late\n"


def test_closing_a_followed_command_ends_it_on_the_phone(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.commands["logcat"] = fake.Reply("one\n", end="hang")

    follow(phone, ["logcat"], soon()).close()

    assert server.closed_by_client.wait(5)
