"""What hosts get that speak the protocols by hand, in the wrong order, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import plistlib
import socket
import ssl
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.virtual.iphone.daemons import Daemons
from bgtask_harness.virtual.iphone.listener import Listener
from bgtask_harness.virtual.iphone.lockdown.certificates import certificate
from bgtask_harness.virtual.iphone.lockdown.certificates import new_record
from bgtask_harness.virtual.iphone.lockdown.certificates import private_key
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_harness.virtual.iphone.usbmux.daemon import Daemon

Serve = Callable[..., None]


class Raw:
    """A connection to usbmuxd without any client in between."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, address: str) -> Raw:
        return cls(*await asyncio.open_unix_connection(address))

    async def mux(self, **message: Any) -> dict[str, Any]:
        body = plistlib.dumps(message)
        self.writer.write(struct.pack("<IIII", 16 + len(body), 1, 8, 7) + body)
        length, _, _, tag = struct.unpack("<IIII", await self.reader.readexactly(16))
        assert tag == 7
        return plistlib.loads(await self.reader.readexactly(length - 16))

    async def connect(self, port: int, device: int = 1) -> int:
        answer = await self.mux(MessageType="Connect", DeviceID=device, PortNumber=socket.htons(port))
        return answer["Number"]

    async def ask(self, **message: Any) -> dict[str, Any]:
        body = plistlib.dumps(message)
        self.writer.write(struct.pack(">I", len(body)) + body)
        (length,) = struct.unpack(">I", await self.reader.readexactly(4))
        return plistlib.loads(await self.reader.readexactly(length))

    async def hung_up(self) -> bool:
        try:
            return await self.reader.read() == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.writer.close()


def by_hand(serve: Serve, phone: Any, script: Callable[[Raw], Any], **options: Any) -> None:
    async def run(address: str, _daemons: Any) -> None:
        raw = await Raw.open(address)
        await script(raw)
        raw.close()

    serve(phone, run, **options)


def with_lockdown(serve: Serve, phone: Any, script: Callable[[Raw], Any], **options: Any) -> None:
    async def run(raw: Raw) -> None:
        assert await raw.connect(62078) == 0
        await script(raw)

    by_hand(serve, phone, run, **options)


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n" * 10,
        struct.pack("<IIII", 8, 1, 8, 1),
        struct.pack("<IIII", 0xFFFFFFFF, 1, 8, 1),
        struct.pack("<IIII", 20, 0, 3, 1) + b"\0\0\0\0",
        struct.pack("<IIII", 20, 1, 8, 1) + b"<a/>",
        struct.pack("<IIII", 16 + 42, 1, 8, 1) + plistlib.dumps(["no dictionary"], fmt=plistlib.FMT_BINARY)[:42],
    ],
)
def test_garbage_ends_its_own_connection_alone(serve: Serve, phone: Any, garbage: bytes) -> None:
    async def run(address: str, _daemons: Any) -> None:
        other, raw = await Raw.open(address), await Raw.open(address)
        raw.writer.write(garbage)
        assert await raw.hung_up()
        assert len((await other.mux(MessageType="ListDevices"))["DeviceList"]) == 1
        raw.close()
        other.close()

    serve(phone, run)


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ({"MessageType": "Connect", "DeviceID": 9, "PortNumber": 1}, 2),
        ({"MessageType": "Connect", "DeviceID": [1], "PortNumber": 1}, 2),
        ({"MessageType": "Connect", "DeviceID": 1, "PortNumber": "one"}, 3),
        ({"MessageType": "Connect", "DeviceID": 1, "PortNumber": 4711}, 3),
        ({"MessageType": "Fly"}, 1),
        ({}, 1),
        ({"MessageType": "SavePairRecord", "PairRecordID": "x", "PairRecordData": "text"}, 1),
        ({"MessageType": "ReadPairRecord", "PairRecordID": "another phone"}, 2),
    ],
)
def test_usbmuxd_refuses_by_its_numbers(serve: Serve, phone: Any, message: dict[str, Any], number: int) -> None:
    async def script(raw: Raw) -> None:
        assert (await raw.mux(**message))["Number"] == number

    by_hand(serve, phone, script)


def test_who_listens_hears_of_phones_coming_and_going(serve: Serve, phone: Any) -> None:
    async def news(raw: Raw) -> str:
        length, _, _, tag = struct.unpack("<IIII", await raw.reader.readexactly(16))
        assert tag == 0
        return plistlib.loads(await raw.reader.readexactly(length - 16))["MessageType"]

    async def script(raw: Raw) -> None:
        assert (await raw.mux(MessageType="Listen"))["Number"] == 0
        assert await news(raw) == "Attached"
        phone.go(False)
        assert await news(raw) == "Detached"
        phone.go(True)
        assert await news(raw) == "Attached"

    by_hand(serve, phone, script)


def test_a_phone_that_was_away_comes_back_under_another_number(serve: Serve, phone: Any) -> None:
    async def script(raw: Raw) -> None:
        phone.go(False)
        assert (await raw.mux(MessageType="ListDevices"))["DeviceList"] == []
        assert await raw.connect(62078) == 2
        phone.go(True)
        (device,) = (await raw.mux(MessageType="ListDevices"))["DeviceList"]
        assert device["DeviceID"] == 2
        assert await raw.connect(62078, device=2) == 0

    by_hand(serve, phone, script)


def test_two_phones_on_one_usbmuxd_are_told_apart(serve: Serve, phone: Any, iphone15: Any) -> None:
    iphone15.udid = "00008120-000C48D21E42201E"

    async def script(address: str, daemons: Any) -> None:
        other, usbmuxd = Daemons(iphone15), Daemon()
        for each in (daemons, other):
            usbmuxd.attach(each)
        listener = Listener(usbmuxd)
        await listener.on_port()
        host, _, port = listener.address.partition(":")
        for number, expected in ((1, phone), (2, iphone15)):
            raw = Raw(*await asyncio.open_connection(host, int(port)))
            assert await raw.connect(62078, device=number) == 0
            assert (await raw.ask(Request="GetValue", Key="UniqueDeviceID"))["Value"] == expected.udid
            raw.close()
        listener.close()
        other.close()

    serve(phone, script)


def test_a_pair_record_is_kept_and_forgotten(serve: Serve, phone: Any) -> None:
    async def script(raw: Raw) -> None:
        assert "HostPrivateKey" in plistlib.loads(
            (await raw.mux(MessageType="ReadPairRecord", PairRecordID=phone.udid))["PairRecordData"]
        )
        await raw.mux(MessageType="SavePairRecord", PairRecordID=phone.udid, PairRecordData=b"mine")
        assert (await raw.mux(MessageType="ReadPairRecord", PairRecordID=phone.udid))["PairRecordData"] == b"mine"
        await raw.mux(MessageType="DeletePairRecord", PairRecordID=phone.udid)
        assert (await raw.mux(MessageType="ReadPairRecord", PairRecordID=phone.udid))["Number"] == 2

    by_hand(serve, phone, script)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"Request": "Fly"}, "InvalidRequest"),
        ({"Request": ["QueryType"]}, "InvalidRequest"),
        ({}, "InvalidRequest"),
        ({"Request": "StartService", "Service": "com.apple.syslog_relay"}, "SessionInactive"),
        ({"Request": "StartSession", "HostID": "nobody"}, "InvalidHostID"),
        ({"Request": "StopSession"}, "SessionInactive"),
        ({"Request": "GetValue", "Domain": "com.apple.mobile.battery"}, "GetProhibited"),
        ({"Request": "GetValue", "Key": "SerialNumber"}, "MissingValue"),
        ({"Request": "SetValue", "Key": "DeviceName", "Value": "x"}, "SetProhibited"),
        ({"Request": "Pair"}, "InvalidPairRecord"),
        ({"Request": "Pair", "PairRecord": {"HostID": "x", "DeviceCertificate": b"none"}}, "InvalidPairRecord"),
        ({"Request": "ValidatePair", "PairRecord": "x"}, "InvalidHostID"),
        ({"Request": "Unpair", "PairRecord": {"HostID": "x"}}, "InvalidHostID"),
    ],
)
def test_lockdown_refuses_by_its_words(serve: Serve, phone: Any, asked: dict[str, Any], error: str) -> None:
    async def script(raw: Raw) -> None:
        assert (await raw.ask(**asked))["Error"] == error
        assert (await raw.ask(Request="QueryType"))["Type"] == "com.apple.mobile.lockdown"

    with_lockdown(serve, phone, script)


def test_a_certificate_for_another_phone_s_key_does_not_pair(serve: Serve, phone: Any) -> None:
    key = private_key()

    async def script(raw: Raw) -> None:
        record = {"HostID": "x", "DeviceCertificate": certificate(key, key)}
        assert (await raw.ask(Request="Pair", PairRecord=record))["Error"] == "InvalidPairRecord"

    with_lockdown(serve, phone, script, paired=False)


def client_context(record: dict[str, Any] | None, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if record is not None:
        (folder / "chain.pem").write_bytes(record["HostCertificate"] + record["HostPrivateKey"])
        context.load_cert_chain(folder / "chain.pem")
    return context


@pytest.mark.parametrize("who", ["the computer", "nobody", "an impostor"])
def test_a_session_is_for_who_has_the_computer_s_key(
    serve: Serve, phone: Any, who: str, tmp_path: Path, paired_before: Identity
) -> None:
    record = paired_before.record
    shown = {"the computer": record, "nobody": None, "an impostor": new_record(private_key())}[who]

    async def script(raw: Raw) -> None:
        assert (await raw.ask(Request="StartSession", HostID=record["HostID"]))["EnableSessionSSL"]
        heard = None
        with contextlib.suppress(ssl.SSLError, ConnectionError, asyncio.IncompleteReadError):
            await raw.writer.start_tls(client_context(shown, tmp_path))
            heard = await raw.ask(Request="GetValue", Key="SerialNumber")
        assert (heard is not None) == (who == "the computer")

    with_lockdown(serve, phone, script)


def test_before_a_session_only_what_is_public_is_told(serve: Serve, phone: Any) -> None:
    async def script(raw: Raw) -> None:
        told = (await raw.ask(Request="GetValue"))["Value"]
        assert told["ProductVersion"] == "16.5"
        assert not {"SerialNumber", "PasswordProtected", "TimeIntervalSince1970"} & set(told)
        assert (await raw.ask(Request="GetValue", Key="DevicePublicKey"))["Value"].startswith(b"-----BEGIN RSA")

    with_lockdown(serve, phone, script, paired=False)


@pytest.mark.parametrize("garbage", [b"\xff\xff\xff\xff", struct.pack(">I", 4) + b"<a/>"])
def test_garbage_to_lockdown_ends_the_conversation(serve: Serve, phone: Any, garbage: bytes) -> None:
    async def script(raw: Raw) -> None:
        raw.writer.write(garbage)
        assert await raw.hung_up()

    with_lockdown(serve, phone, script)
