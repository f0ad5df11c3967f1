"""A virtual phone as a process of its own: started, waited for, ended by closing its stdin."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO
from typing import Generic
from typing import TypeVar

import msgspec

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError

_MODULE = "bgtask_harness.virtual"
_IPHONE_MODULE = "bgtask_harness.virtual.iphone"
_END_S = 10.0
_CHUNK = 65536
_BAD_INPUT_STATUS = 2


class Ready(msgspec.Struct, frozen=True):
    """The line that a virtual phone prints once it answers on its own private adb server."""

    serial: str
    adb_server_port: int
    adbd_port: int
    pid: int


class IPhoneReady(msgspec.Struct, frozen=True):
    """The line that a virtual iPhone prints once its own usbmuxd answers there."""

    udid: str
    usbmuxd: str
    pid: int


Said = TypeVar("Said")


class VirtualProcess(Generic[Said]):
    """A virtual phone that runs. It ends with this object, and by itself when this process dies.

    Attributes:
        ready: How to reach it.

    """

    def __init__(
        self, module: str, said: type[Said], arguments: list[str], deadline: Deadline, log: Path | None = None
    ) -> None:
        """Start one and wait until it is ready: until `module` has printed a `said`.

        Raises:
            BadInput: It refused what it was given; its own sentence.
            HarnessError: It ended, or was not ready in time; its last words.

        """
        self._log = _open_log(log)
        command = [sys.executable, "-m", module, *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        try:
            self.ready = self._wait_until_ready(said, deadline)
        except BaseException:
            self.end()
            raise

    def check(self) -> None:
        """Make sure that it still runs.

        Raises:
            DeviceLostError: It has ended; says its last words.

        """
        status = self._process.poll()
        if status is not None:
            raise DeviceLostError(f"the virtual phone ended with status {status}: {self._last_words()}")

    def end(self) -> None:
        """End it. Twice is harmless."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(timeout=_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _wait_until_ready(self, said: type[Said], deadline: Deadline) -> Said:
        line = self._first_line(deadline)
        try:
            return msgspec.json.decode(line, type=said)
        except msgspec.MsgspecError as error:
            raise HarnessError(f"the virtual phone said {line[:200]!r} instead of how to reach it: {error}") from error

    def _first_line(self, deadline: Deadline) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None
        seen = b""
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while b"\n" not in seen:
                if not selector.select(deadline.remaining()):
                    raise HarnessError(f"the virtual phone was not ready in time: {self._last_words()}")
                chunk = os.read(stdout.fileno(), _CHUNK)
                if not chunk:
                    raise self._ended_early()
                seen += chunk
        return seen.partition(b"\n")[0]

    def _ended_early(self) -> HarnessError:
        status = self._process.wait(timeout=_END_S)
        if status == _BAD_INPUT_STATUS:
            return BadInput(self._last_words())
        return HarnessError(f"the virtual phone ended with status {status} before it was ready: {self._last_words()}")

    def _last_words(self) -> str:
        self._log.flush()
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


class PhoneProcess(VirtualProcess[Ready]):
    """A virtual Android phone that runs."""

    def __init__(self, arguments: list[str], deadline: Deadline, log: Path | None = None) -> None:
        """Start one and wait until it is ready, with the errors of `VirtualProcess`."""
        super().__init__(_MODULE, Ready, arguments, deadline, log)


class IPhoneProcess(VirtualProcess[IPhoneReady]):
    """A virtual iPhone that runs."""

    def __init__(self, arguments: list[str], deadline: Deadline, log: Path | None = None) -> None:
        """Start one and wait until it is ready, with the errors of `VirtualProcess`."""
        super().__init__(_IPHONE_MODULE, IPhoneReady, arguments, deadline, log)


def _open_log(path: Path | None) -> BinaryIO:
    if path is None:
        return tempfile.TemporaryFile()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w+b")
