"""The transport's wire, byte by byte: a host of a few lines against the daemon."""

from __future__ import annotations

import itertools
import socket
import struct
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.virtual.adbd.daemon import Daemon
from bgtask_harness.virtual.adbd.packets import Command
from bgtask_harness.virtual.adbd.packets import Decoder
from bgtask_harness.virtual.adbd.packets import Malformed
from bgtask_harness.virtual.adbd.packets import Packet
from bgtask_harness.virtual.adbd.packets import encode

VERSION, OLD = 0x01000001, 0x01000000


class MiniHost:
    """The host's side of a connection, one packet at a time."""

    def __init__(self, port: int, *, max_payload: int = 1 << 20, version: int = VERSION) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.file = self.socket.makefile("rb")
        self.checksum = 0
        self.send(Command.CNXN, version, max_payload, b"host::features=shell_v2")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, command: int, arg0: int, arg1: int, data: bytes = b"") -> None:
        self.socket.sendall(encode(Packet(command, arg0, arg1, data)))

    def recv(self) -> Packet:
        command, arg0, arg1, length, self.checksum, _ = struct.unpack("<6I", self.file.read(24))
        return Packet(command, arg0, arg1, self.file.read(length))

    def silent(self) -> bool:
        """Say whether nothing more comes: whatever it had to say, it says before it answers a ping."""
        self.send(Command.OPEN, 999, 0, b"no-such-service\0")
        return self.recv() == Packet(Command.CLSE, 0, 999)


Connect = Callable[..., MiniHost]


@pytest.fixture
def connect(hosted: Any) -> Iterator[Connect]:
    hosts: list[MiniHost] = []

    def make(**options: Any) -> MiniHost:
        hosts.append(MiniHost(hosted.port, **options))
        assert hosts[-1].recv().command == Command.CNXN
        return hosts[-1]

    yield make
    for host in hosts:
        host.__exit__()


PACKETS = st.builds(
    Packet, st.sampled_from(Command), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=50)
)


@given(st.lists(PACKETS, max_size=8), st.lists(st.integers(0, 400), max_size=5))
def test_packets_survive_however_the_bytes_are_cut(packets: list[Packet], cuts: list[int]) -> None:
    data = b"".join(encode(packet) for packet in packets)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    decoder = Decoder()

    found = [packet for start, end in itertools.pairwise(edges) for packet in decoder.feed(data[start:end])]

    assert found == packets


@given(st.binary(min_size=24, max_size=80))
def test_what_is_no_packet_is_refused(data: bytes) -> None:
    command, _, _, _, _, magic = struct.unpack_from("<6I", data)
    if magic == command ^ 0xFFFFFFFF:
        return
    with pytest.raises(Malformed):
        list(Decoder().feed(data))


def test_the_banner_tells_the_model_and_no_feature_that_is_not_there(hosted: Any) -> None:
    with MiniHost(hosted.port) as host:
        banner = host.recv()

    assert banner.arg0 == VERSION
    assert banner.data == (
        b"device::ro.product.name=panther;ro.product.model=Pixel 7;ro.product.device=panther;"
        b"features=shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir"
    )


def test_an_unknown_service_is_refused_with_the_host_s_id(connect: Connect) -> None:
    host = connect()
    host.send(Command.OPEN, 7, 0, b"jdwp:1\0")

    assert host.recv() == Packet(Command.CLSE, 0, 7)


def test_a_command_s_exit_status_comes_before_the_end_of_its_stream(connect: Connect) -> None:
    host = connect()
    host.send(Command.OPEN, 7, 0, b"shell,v2,raw:both\0")

    opened = host.recv()
    assert (opened.command, opened.arg1) == (Command.OKAY, 7)
    said = host.recv()
    assert said.data == b"\x01\x07\0\0\0to out\n\x02\x07\0\0\0to err\n\x03\x01\0\0\0\x03"
    assert host.recv() == Packet(Command.CLSE, opened.arg0, 7)


def test_only_one_write_is_under_way_until_the_host_says_okay(connect: Connect) -> None:
    host = connect(max_payload=4096)
    host.send(Command.OPEN, 7, 0, b"exec:flood 1\0")
    opened, first = host.recv(), host.recv()

    assert len(first.data) == 4096
    assert host.silent()
    host.send(Command.OKAY, 7, opened.arg0)
    assert len(host.recv().data) == 4096
    assert host.silent()


def test_what_a_host_writes_is_acknowledged_when_the_command_reads_it(connect: Connect) -> None:
    host = connect()
    host.send(Command.OPEN, 7, 0, b"exec:sleep 0.05; cat\0")
    opened = host.recv()
    host.send(Command.WRTE, 7, opened.arg0, b"hello")
    assert host.silent()

    assert host.recv() == Packet(Command.OKAY, opened.arg0, 7)
    assert host.recv().data == b"hello"


def test_a_write_to_a_stream_that_is_gone_is_answered_with_its_end(connect: Connect) -> None:
    host = connect()
    host.send(Command.WRTE, 5, 12345, b"late")

    assert host.recv() == Packet(Command.CLSE, 0, 5)


def test_closing_a_stream_cancels_its_command_and_is_answered(connect: Connect, phone: Any) -> None:
    host = connect()
    host.send(Command.OPEN, 7, 0, b"shell,v2,raw:logcat\0")
    opened = host.recv()
    host.send(Command.CLSE, 7, opened.arg0)

    assert host.recv() == Packet(Command.CLSE, opened.arg0, 7)
    assert host.silent()
    assert phone.cancelled == ["logcat"]
    assert phone.followers == 0


def test_a_command_that_fails_inside_ends_its_stream_without_an_exit_status(
    connect: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    host = connect()
    host.send(Command.OPEN, 7, 0, b"shell,v2,raw:broken\0")
    opened = host.recv()

    assert host.recv().data == b"\x01\x07\0\0\0before\n"
    assert host.recv() == Packet(Command.CLSE, opened.arg0, 7)
    assert "RuntimeError: planted" in capfd.readouterr().err


def test_an_old_host_gets_checksums(connect: Connect) -> None:
    host = connect(version=OLD)
    host.send(Command.OPEN, 7, 0, b"shell:echo ab\0")
    host.recv()

    assert host.recv().data == b"ab\n"
    assert host.checksum == sum(b"ab\n")


def test_garbage_ends_the_connection(connect: Connect) -> None:
    host = connect()
    host.socket.sendall(b"GET / HTTP/1.1\r\nHost: phone\r\n\r\n")

    assert host.file.read() == b""


@pytest.mark.parametrize(
    ("auth", "answers"), [("unauthorized", ["AUTH", "AUTH"]), ("accept", ["AUTH", "AUTH", "CNXN"])]
)
def test_a_phone_that_asks_for_a_key_answers_a_signature_with_another_token_and_a_new_key_as_its_owner_decides(
    host_phone: Callable[..., Any], auth: str, answers: list[str]
) -> None:
    port = host_phone(type("Asking", (Daemon,), {"auth": auth})).port
    with MiniHost(port) as host:
        seen = [host.recv()]
        host.send(Command.AUTH, 2, 0, b"\0" * 256)
        seen.append(host.recv())
        host.send(Command.AUTH, 3, 0, b"public key\0")
        if auth == "accept":
            seen.append(host.recv())
        else:
            host.socket.settimeout(0.2)
            with pytest.raises(TimeoutError):
                host.recv()

    assert [Command(packet.command).name for packet in seen] == answers
    assert seen[0].data != seen[1].data


def test_a_mute_phone_takes_the_connection_and_says_nothing(host_phone: Callable[..., Any]) -> None:
    with MiniHost(host_phone(type("Mute", (Daemon,), {"auth": "mute"})).port) as host:
        host.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            host.recv()


def test_a_dropped_host_may_come_back_at_once(hosted: Any) -> None:
    with MiniHost(hosted.port) as host:
        host.recv()
        hosted.call(hosted.listener.daemon.drop)
        assert host.file.read() == b""
    with MiniHost(hosted.port) as again:
        assert again.recv().command == Command.CNXN


def test_a_frozen_phone_takes_connections_and_answers_none_until_it_thaws(hosted: Any) -> None:
    hosted.call(lambda: hosted.listener.daemon.freeze(True))
    with MiniHost(hosted.port) as host:
        host.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            host.socket.recv(1)
        hosted.call(lambda: hosted.listener.daemon.freeze(False))
        host.socket.settimeout(5)
        assert host.recv().command == Command.CNXN
