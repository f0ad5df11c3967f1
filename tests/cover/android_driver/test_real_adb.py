"""The driver through a real adb server, against a virtual phone in its own process: rows of what adb does to people."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress

import pytest

from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.android.connect import regain_through
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import Refused
from bgtask_harness.transport.adb import AdbTransport
from bgtask_harness.transport.port import Stream
from bgtask_harness.transport.server import AdbServer
from bgtask_harness.transport.shell import follow
from bgtask_harness.transport.shell import run
from bgtask_harness.transport.smart_socket import NoServer

HOUR_NS = 3_600_000_000_000
ARGUMENTS = [
    "--phone",
    "pixel7-api36",
    "--program",
    "bgtask_reference.lineage.tvmaniac:fixed",
    "--package",
    "com.thomaskioko.tvmaniac",
    "--mode",
    "hook",
]


def soon() -> Deadline:
    return Deadline.after(20)


@contextmanager
def phone_process() -> Iterator[PhoneProcess]:
    started = PhoneProcess(ARGUMENTS, Deadline.after(60))
    try:
        yield started
    finally:
        started.end()


@pytest.fixture(scope="module")
def phone() -> Iterator[PhoneProcess]:
    """A phone that every test leaves as it was."""
    with phone_process() as started:
        yield started


@pytest.fixture
def doomed() -> Iterator[PhoneProcess]:
    """A phone that a test may kill."""
    with phone_process() as started:
        yield started


def server_of(phone: PhoneProcess) -> AdbServer:
    return AdbServer("127.0.0.1", phone.ready.adb_server_port)


def transport_to(phone: PhoneProcess, serial: str | None = None) -> AdbTransport:
    return AdbTransport("127.0.0.1", phone.ready.adb_server_port, serial or phone.ready.serial)


def opened(phone: PhoneProcess) -> AndroidDevice:
    address = ("127.0.0.1", phone.ready.adb_server_port)
    return open_device({"serial": phone.ready.serial}, "virtual-pixel7", server=address, deadline=soon())


def read_until(log: Stream, wanted: bytes) -> bytes:
    """Give everything up to the end of what was wanted, or of the stream."""
    seen = b""
    while wanted not in seen and (more := log.recv(65536, soon())):
        seen += more
    return seen


def test_the_phone_is_opened_and_says_what_it_is(phone: PhoneProcess) -> None:
    facts = opened(phone).facts

    assert (facts.model, facts.api_level, facts.virtual) == ("Pixel 7", 36, True)


def test_streams_and_exit_status_survive_the_whole_way(phone: PhoneProcess) -> None:
    done = run(transport_to(phone), "echo out; echo err >&2; exit 3", soon())

    assert (done.stdout, done.stderr, done.exit_status) == ("out\n", "err\n", 3)


def test_arguments_arrive_as_they_were_given(phone: PhoneProcess) -> None:
    words = ["a  b", "it's", "$HOME", "`x`", "x;y", "ü", "*"]

    assert run(transport_to(phone), ["echo", *words], soon()).stdout == " ".join(words) + "\n"


def test_many_short_commands_each_give_their_exit_packet(phone: PhoneProcess) -> None:
    transport = transport_to(phone)

    assert {run(transport, f"exit {number % 7}", soon()).exit_status - number % 7 for number in range(300)} == {0}


def test_the_clock_moves_on_only_as_far_as_it_was_told(phone: PhoneProcess) -> None:
    device = opened(phone)
    before = device.clocks(1, soon())

    reached = device.advance_to(before.boot_ns + HOUR_NS, until_output=False, deadline=soon())
    after = device.clocks(2, soon())

    assert reached == before.boot_ns + HOUR_NS
    assert after.boot_id == before.boot_id
    walked = (after.boot_ns - before.boot_ns, after.wall_ns - before.wall_ns)
    assert all(HOUR_NS - after.error_ns <= step < HOUR_NS + 60 * 10**9 for step in walked)


def test_the_sentinel_comes_back_in_the_log(phone: PhoneProcess) -> None:
    device = opened(phone)
    log = device.open_log(soon())
    device.clocks(7, soon())

    seen = read_until(log, device.sentinel(7).encode())
    device.close()

    assert b"bgtask-harness: " + device.sentinel(7).encode() in seen


def test_a_service_that_no_phone_has_is_refused(phone: PhoneProcess) -> None:
    with pytest.raises(Refused):
        transport_to(phone).open("nonsense:", soon())


def test_an_unknown_serial_is_lost(phone: PhoneProcess) -> None:
    with pytest.raises(DeviceLostError, match="device 'nobody' not found"):
        transport_to(phone, "nobody").open("shell,v2,raw:true", soon())


def test_a_frozen_phone_is_a_deadline_and_goes_on_afterwards(phone: PhoneProcess) -> None:
    transport = transport_to(phone)
    run(transport, "true", soon())
    os.kill(phone.ready.pid, signal.SIGSTOP)
    try:
        before = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            run(transport, "true", Deadline.after(0.3))
        assert time.monotonic() - before < 3
    finally:
        os.kill(phone.ready.pid, signal.SIGCONT)

    assert run(transport, "true", soon()).exit_status == 0


def test_a_phone_that_was_disconnected_is_lost_and_can_be_had_back(phone: PhoneProcess) -> None:
    server, transport = server_of(phone), transport_to(phone)
    server.query(f"host:disconnect:{phone.ready.serial}", soon())
    with pytest.raises(DeviceLostError):
        run(transport, "true", soon())

    regain_through(server, phone.ready.serial)(soon())

    assert run(transport, "true", soon()).exit_status == 0


def test_regaining_a_phone_that_is_there_leaves_it_alone(phone: PhoneProcess) -> None:
    with follow(transport_to(phone), "sleep 60", soon()) as running:
        regain_through(server_of(phone), phone.ready.serial)(soon())

        with pytest.raises(DeadlineExceeded):  # a phone that is connected again has ended it
            running.recv(1, Deadline.after(0.2))


@contextmanager
def adbd_that(answers: bytes) -> Iterator[int]:
    """A listener that answers every packet of a host with one of its own: it never lets anybody in."""
    header = struct.Struct("<6I")

    def serve() -> None:
        with suppress(OSError, struct.error):
            connection = listener.accept()[0]
            with connection:
                while True:
                    size = header.unpack(connection.recv(header.size, socket.MSG_WAITALL))[3]
                    connection.recv(size, socket.MSG_WAITALL)
                    connection.sendall(answers)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def packet(command: bytes, first: int, data: bytes) -> bytes:
    number = struct.unpack("<I", command)[0]
    return struct.pack("<6I", number, first, 0, len(data), sum(data), number ^ 0xFFFFFFFF) + data


def test_an_unauthorized_phone_is_one_sentence_with_what_to_do(phone: PhoneProcess) -> None:
    with adbd_that(packet(b"AUTH", 1, bytes(20))) as port:
        serial = f"127.0.0.1:{port}"
        server_of(phone).query(f"host:connect:{serial}", soon())
        address = ("127.0.0.1", phone.ready.adb_server_port)
        try:
            with pytest.raises(DeviceNotFound, match=r"it is (unauthorized|authorizing): unlock it and accept"):
                open_device({"serial": serial}, "lab", server=address, deadline=soon())
            with pytest.raises(DeviceLostError, match="accept the dialog"):
                run(transport_to(phone, serial), "true", soon())
        finally:
            server_of(phone).query(f"host:disconnect:{serial}", soon())


def test_two_phones_that_fit_are_both_named(phone: PhoneProcess) -> None:
    with phone_process() as other:
        server = server_of(phone)
        server.query(f"host:connect:{other.ready.serial}", soon())
        try:
            with pytest.raises(DeviceNotFound, match="2 devices fit the profile"):
                open_device({"model": "Pixel 7"}, "lab", server=(server.host, server.port), deadline=soon())
        finally:
            server.query(f"host:disconnect:{other.ready.serial}", soon())


def test_a_phone_that_dies_in_the_middle_of_a_command_is_lost(doomed: PhoneProcess) -> None:
    transport = transport_to(doomed)
    killer = threading.Timer(0.2, os.kill, (doomed.ready.pid, signal.SIGKILL))
    killer.start()

    with pytest.raises(DeviceLostError):
        run(transport, "echo begun; sleep 60", soon())
    killer.join()


def test_a_log_whose_phone_dies_is_lost(doomed: PhoneProcess) -> None:
    with opened(doomed).open_log(soon()) as log:
        os.kill(doomed.ready.pid, signal.SIGKILL)

        with pytest.raises(DeviceLostError):
            read_until(log, b"no such line")


def test_a_server_that_is_killed_is_a_lost_device_and_stays_dead(doomed: PhoneProcess) -> None:
    transport = transport_to(doomed)
    log = opened(doomed).open_log(soon())
    with suppress(DeviceLostError), server_of(doomed).connect(soon()) as connection:
        connection.ask("host:kill", soon())

    with log, pytest.raises(DeviceLostError):
        read_until(log, b"no such line")
    with pytest.raises(DeviceLostError):  # in its last moment it may still take a connection, and break it
        run(transport, "true", soon())
    with pytest.raises(NoServer):
        run(transport, "true", soon())
