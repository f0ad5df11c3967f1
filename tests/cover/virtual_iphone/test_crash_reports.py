"""Crash reports by unmodified pymobiledevice3, and the file conduit that brings them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.virtual.iphone.services import afc

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from pymobiledevice3.exceptions import AfcFileNotFoundError
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.remote.userspace_tunnel import UserspaceRsdTunnel
from pymobiledevice3.services.crash_reports import CrashReportsManager

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NAME = "Demo-2026-11-23-010203.ips"


class Folder:
    def __init__(self) -> None:
        self.content = {"a": b"0123456789"}

    def files(self) -> dict[str, bytes]:
        return self.content

    def remove(self, name: str) -> bool:
        return self.content.pop(name, None) is not None

    def born_ns(self) -> int:
        return 7


def code(answer: tuple[int, bytes]) -> int:
    kind, content = answer
    assert kind == afc.STATUS
    return struct.unpack("<Q", content)[0]


@pytest.mark.parametrize("version", [(16, 5), (26, 1)], ids=["by lockdown", "by tunnel"])
def test_reports_are_listed_read_and_removed(
    serve: Callable[..., None], phone: Any, tmp_path: Path, version: tuple[int, ...]
) -> None:
    phone.version = version

    async def use(provider: Any) -> None:
        async with CrashReportsManager(provider) as manager:
            await manager.flush()
            assert await manager.ls() == [f"/{NAME}"]
            await manager.pull(str(tmp_path), progress_bar=False)
            await manager.clear()
            with pytest.raises(AfcFileNotFoundError):
                await manager.afc.stat(NAME)

    async def script(address: str, _daemons: Any) -> None:
        if version < (17,):
            client = await create_using_usbmux(usbmux_address=address)
            await use(client)
            await client.close()
        else:
            async with UserspaceRsdTunnel() as tunnel:
                await use(tunnel)

    serve(phone, script)
    assert phone.reports == {}
    assert (tmp_path / NAME).read_bytes() == b'{"app_name":"Demo"}\n{}'


def test_a_file_is_read_on_from_where_the_last_read_ended() -> None:
    conduit = afc.Conduit(Folder())
    kind, handle = conduit.answer(afc.FILE_OPEN, struct.pack("<Q", afc.READ_ONLY) + b"/a\0")
    assert kind == afc.FILE_OPENED
    asked = handle + struct.pack("<Q", 6)
    assert [conduit.answer(afc.FILE_READ, asked)[1] for _ in range(3)] == [b"012345", b"6789", b""]
    assert code(conduit.answer(afc.FILE_CLOSE, handle)) == afc.SUCCESS
    assert code(conduit.answer(afc.FILE_READ, asked)) == afc.BAD_ARGUMENT


@pytest.mark.parametrize(
    ("operation", "content", "expected"),
    [
        (99, b"", afc.UNKNOWN_OPERATION),
        (afc.FILE_INFO, b"b\0", afc.NOT_FOUND),
        (afc.READ_DIR, b"/elsewhere\0", afc.NOT_FOUND),
        (afc.REMOVE_PATH, b"/b\0", afc.NOT_FOUND),
        (afc.FILE_OPEN, struct.pack("<Q", 3) + b"a\0", afc.DENIED),
        (afc.FILE_OPEN, b"short", afc.BAD_ARGUMENT),
        (afc.FILE_INFO, b"\xff\xfe\0", afc.BAD_ARGUMENT),
    ],
)
def test_what_cannot_be_done_is_a_status(operation: int, content: bytes, expected: int) -> None:
    assert code(afc.Conduit(Folder()).answer(operation, content)) == expected
