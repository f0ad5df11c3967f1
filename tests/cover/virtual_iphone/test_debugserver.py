"""A debugger without lldb: attaches, finds functions in the images, calls Objective-C by registers and memory."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.ios.port import ObjcObject

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from pymobiledevice3.exceptions import InvalidServiceError
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.remote.userspace_tunnel import UserspaceRsdTunnel

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Serve = Callable[..., None]
SERVICE = "com.apple.debugserver.DVTSecureSocketProxy"
REMOTE = "com.apple.internal.dt.remote.debugproxy"
LAUNCH = "_simulateLaunchForTaskWithIdentifier:"


class Debugger:
    """As much of gdb-remote as a test needs, on a pymobiledevice3 connection."""

    def __init__(self, service: Any) -> None:
        self.service = service
        self.registers: list[str] = []

    async def send(self, packet: str) -> None:
        content = packet.encode().replace(b"}", b"}]")
        await self.service.sendall(b"$" + content + b"#%02x" % (sum(content) & 0xFF))

    async def receive(self) -> str:
        while await self.service.recvall(1) != b"$":
            pass
        content = b""
        while (byte := await self.service.recvall(1)) != b"#":
            content += bytes([(await self.service.recvall(1))[0] ^ 0x20]) if byte == b"}" else byte
        await self.service.recvall(2)
        return content.decode("latin-1")

    async def ask(self, packet: str) -> str:
        await self.send(packet)
        return await self.receive()

    async def attach(self, pid: int) -> str:
        for setting in ("QStartNoAckMode", "QThreadSuffixSupported", "QListThreadsInStopReply"):
            assert await self.ask(setting) == "OK"
        return await self.ask(f"vAttach;{pid:x}")

    async def read(self, address: int, size: int) -> bytes:
        return bytes.fromhex(await self.ask(f"m{address:x},{size:x}"))

    async def text(self, address: int, text: str) -> int:
        data = text.encode() + b"\0"
        assert await self.ask(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"
        return address

    async def register(self, name: str, value: int | None = None) -> int:
        while name not in self.registers:
            described = await self.ask(f"qRegisterInfo{len(self.registers):x}")
            assert not described.startswith("E"), f"no register {name}"
            self.registers.append(described.partition(":")[2].partition(";")[0])
        number = self.registers.index(name)
        if value is not None:
            assert await self.ask(f"P{number:x}={struct.pack('<Q', value).hex()};thread:1a2b;") == "OK"
        return struct.unpack("<Q", bytes.fromhex(await self.ask(f"p{number:x};thread:1a2b;")))[0]

    async def images(self) -> dict[str, int]:
        listed = json.loads(await self.ask('jGetLoadedDynamicLibrariesInfos:{"fetch_all_solibs":true}'))
        return {image["pathname"].rpartition("/")[2]: image["load_address"] for image in listed["images"]}

    async def symbol(self, base: int, name: str) -> int:
        """Find an export as dyld does: load commands, then the trie."""
        count, size = struct.unpack_from("<II", await self.read(base, 32), 16)
        commands = await self.read(base + 32, size)
        at, text, linkedit, trie = 0, 0, (0, 0), (0, 0)
        for _ in range(count):
            kind, length = struct.unpack_from("<II", commands, at)
            if kind == 0x19:
                label, address, _, offset = struct.unpack_from("<16sQQQ", commands, at + 8)
                text = address if label.startswith(b"__TEXT") else text
                linkedit = (address, offset) if label.startswith(b"__LINKEDIT") else linkedit
            elif kind == 0x80000033:
                trie = struct.unpack_from("<II", commands, at + 8)
            at += length
        data = await self.read(base - text + linkedit[0] + trie[0] - linkedit[1], trie[1])
        return base + find(data, name.encode())

    async def call(self, function: int, trap: int, *arguments: int) -> int:
        for number, argument in enumerate(arguments):
            await self.register(f"x{number}", argument)
        await self.register("lr", trap)
        await self.register("pc", function)
        assert (await self.ask("vCont;c:1a2b")).startswith("T05")
        assert await self.register("pc") == trap
        return await self.register("x0")


def uleb(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if not byte & 0x80:
            return value, at


def find(trie: bytes, name: bytes, at: int = 0) -> int:
    terminal, at = uleb(trie, at)
    if not name:
        return uleb(trie, at + 1)[0]
    at += terminal
    for _ in range(trie[at]):
        end = trie.index(b"\0", at + 1)
        edge, (child, after) = trie[at + 1 : end], uleb(trie, end + 1)
        if name.startswith(edge):
            return find(trie, name[len(edge) :], child)
        at = after - 1
    raise LookupError(name)


def with_debugger(serve: Serve, phone: Any, script: Callable[[Debugger], Any]) -> None:
    async def run(address: str, _daemons: Any) -> None:
        if phone.version >= (17, 4):
            async with UserspaceRsdTunnel() as tunnel:
                service = await tunnel.start_lockdown_service_without_checkin(REMOTE)
                await script(Debugger(service))
                await service.close()
            return
        client = await create_using_usbmux(usbmux_address=address)
        service = await client.start_lockdown_service(SERVICE)
        await script(Debugger(service))
        await service.close()
        await client.close()

    serve(phone, run)


@pytest.mark.parametrize("version", [(16, 5), (26, 1)], ids=["by lockdown", "by tunnel"])
def test_a_message_is_sent_by_registers_and_memory_alone(serve: Serve, phone: Any, version: tuple[int, ...]) -> None:
    phone.version = version
    said: list[str] = []
    phone.on_log(lambda record: said.append(record.message))

    async def script(debugger: Debugger) -> None:
        assert (await debugger.attach(90)).startswith("T11thread:1a2b;")
        held = phone.held[90]
        images = await debugger.images()
        objc, foundation = images["libobjc.A.dylib"], images["CoreFoundation"]
        get_class = await debugger.symbol(objc, "_objc_getClass")
        select = await debugger.symbol(objc, "_sel_registerName")
        send = await debugger.symbol(objc, "_objc_msgSend")
        string = await debugger.symbol(foundation, "_CFStringCreateWithCString")
        trap = images["Demo"] + 0x3000
        assert await debugger.ask(f"Z0,{trap:x},4") == "OK"
        before = await debugger.register("pc")
        saved = await debugger.ask("QSaveRegisterState;thread:1a2b;")
        page = int(await debugger.ask("_M1000,rw"), 16)
        scheduler = await debugger.call(get_class, trap, await debugger.text(page, "BGTaskScheduler"))
        shared = await debugger.call(select, trap, await debugger.text(page, "sharedScheduler"))
        instance = await debugger.call(send, trap, scheduler, shared)
        task = await debugger.call(string, trap, 0, await debugger.text(page, "com.example.task"), 0x08000100)
        launch = await debugger.call(select, trap, await debugger.text(page, LAUNCH))
        assert await debugger.call(send, trap, instance, launch, task) == 0
        assert await debugger.ask(f"QRestoreRegisterState:{saved};thread:1a2b;") == "OK"
        assert await debugger.register("pc") == before
        assert await debugger.ask(f"_m{page:x}") == "OK"
        assert not held.running
        assert await debugger.ask("D") == "OK"
        assert held.running
        assert held.calls[-1] == (
            ObjcObject("BGTaskScheduler"),
            LAUNCH,
            (ObjcObject("__NSCFString", text="com.example.task"),),
        )

    with_debugger(serve, phone, script)
    assert said == [f"{LAUNCH} com.example.task"]


def test_a_class_that_is_not_loaded_is_nil_and_nil_answers_nothing(serve: Serve, phone: Any) -> None:
    async def script(debugger: Debugger) -> None:
        await debugger.attach(90)
        images = await debugger.images()
        trap, page = images["Demo"] + 0x3000, int(await debugger.ask("_M1000,rw"), 16)
        await debugger.ask(f"Z0,{trap:x},4")
        get_class = await debugger.symbol(images["libobjc.A.dylib"], "_objc_getClass")
        send = await debugger.symbol(images["libobjc.A.dylib"], "_objc_msgSend")
        assert await debugger.call(get_class, trap, await debugger.text(page, "NoSuchClass")) == 0
        assert await debugger.call(send, trap, 0, 0) == 0

    with_debugger(serve, phone, script)
    assert phone.held == {}, "a debugger that hangs up lets the process go"


def test_a_selector_that_nothing_responds_to_ends_in_abort(serve: Serve, phone: Any) -> None:
    async def script(debugger: Debugger) -> None:
        await debugger.attach(90)
        images = await debugger.images()
        trap, page = images["Demo"] + 0x3000, int(await debugger.ask("_M1000,rw"), 16)
        await debugger.ask(f"Z0,{trap:x},4")
        objc = images["libobjc.A.dylib"]
        scheduler = await debugger.call(
            await debugger.symbol(objc, "_objc_getClass"), trap, await debugger.text(page, "BGTaskScheduler")
        )
        selector = await debugger.call(
            await debugger.symbol(objc, "_sel_registerName"), trap, await debugger.text(page, "fly")
        )
        await debugger.register("x0", scheduler)
        await debugger.register("x1", selector)
        await debugger.register("pc", await debugger.symbol(objc, "_objc_msgSend"))
        assert (await debugger.ask("vCont;c:1a2b")).startswith("T06")

    with_debugger(serve, phone, script)


def test_a_running_process_is_interrupted_and_its_end_is_told(serve: Serve, phone: Any) -> None:
    async def script(debugger: Debugger) -> None:
        await debugger.attach(90)
        await debugger.send("c")
        await debugger.service.sendall(b"\x03")
        assert (await debugger.receive()).startswith("T11")
        assert not phone.held[90].running
        await debugger.send("c")
        assert await debugger.ask("qC") == "QC1a2b", "and whoever asks meanwhile is answered"
        phone.signal(90, 9)
        assert await debugger.receive() == "X09"

    with_debugger(serve, phone, script)


def test_an_attachment_that_the_phone_refuses_says_why_when_asked_to(serve: Serve, phone: Any) -> None:
    async def script(debugger: Debugger) -> None:
        assert await debugger.attach(4711) == "E96"
        assert await debugger.ask("QEnableErrorStrings") == "OK"
        assert await debugger.ask(f"vAttach;{4711:x}") == f"E96;{b'no such process'.hex()}"
        assert await debugger.ask("?") == "E02"

    with_debugger(serve, phone, script)


@pytest.mark.parametrize(
    ("packet", "answer"),
    [
        ("m0,10", "E08"),
        ("M180000000,1:00", "E09"),
        ("_Mffffffffff,rw", "E08"),
        ("p7f", "E16"),
        ("P0=zz", "E16"),
        ("QRestoreRegisterState:9", "E16"),
        ("qNobodyKnowsThis", ""),
        ("qMemoryRegionInfo:0", "start:0;size:104a3c000;"),
        ("jGetLoadedDynamicLibrariesInfos:", "OK"),
    ],
)
def test_what_cannot_be_done_is_answered_by_an_error(serve: Serve, phone: Any, packet: str, answer: str) -> None:
    async def script(debugger: Debugger) -> None:
        await debugger.attach(90)
        assert await debugger.ask(packet) == answer

    with_debugger(serve, phone, script)


def test_without_an_image_there_is_no_debugserver(serve: Serve, phone: Any) -> None:
    phone.image_mounted = False

    async def run(address: str, _daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        with pytest.raises(InvalidServiceError):
            await client.start_lockdown_service(SERVICE)
        await client.close()

    serve(phone, run)
