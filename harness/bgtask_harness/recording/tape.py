"""A tape: everything that was typed at a phone and what it answered, in order, as a file beside the journal.

A journal tells what was done in words of the harness; a tape holds the lines themselves, so that another phone can be
told the same. `tape.jsonl` begins with `{"tape": VERSION, ...}`; every other line is an `Exchange`. The log is not on
it: an exchange that follows the log says when that began, and what came is in `logcat.txt`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import msgspec

from bgtask_harness.errors import BadInput

TAPE_NAME = "tape.jsonl"
VERSION = 1
"""A reader refuses a newer one. Recordings from before there were tapes have none, and their journal is read."""

SHELL = "shell,v2,raw:"
ASK_ZONE = "getprop persist.sys.timezone"
"""Asked for the tape alone: whoever is told the same has to stand in the same zone."""


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One service that was opened on the phone.

    Attributes:
        at_ns: When, on the host's monotonic clock.
        until_ns: When it had ended, on the same clock.
        service: As adb names it: `shell,v2,raw:COMMAND` for a command.
        stdout: What it printed; all that came, for a service that is no command.
        stderr: What a command printed there.
        exit_status: A command's; None for one that was cut off, and for what is no command.
        follows: It began to follow the log; what came is kept elsewhere.
        hung_up: It is followed no longer.
        refused: The phone does not have it.

    """

    at_ns: int
    until_ns: int
    service: str
    stdout: str = ""
    stderr: str = ""
    exit_status: int | None = None
    follows: bool = False
    hung_up: bool = False
    refused: bool = False

    @property
    def command(self) -> str | None:
        """The line that was typed; None for a service that is no command."""
        return self.service.removeprefix(SHELL) if self.service.startswith(SHELL) else None


class _Head(msgspec.Struct, frozen=True):
    tape: int


class TapeWriter:
    """Writes exchanges as they end. Any thread may."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO | None = path.open("xb", buffering=0)
        self._lock = threading.Lock()
        self._file.write(msgspec.json.encode(_Head(VERSION)) + b"\n")

    def add(self, exchange: Exchange) -> None:
        """Write one. After `close` it is dropped: a thread may still be hanging up."""
        line = encode(exchange)
        with self._lock:
            if self._file is not None:
                self._file.write(line)

    def close(self) -> None:
        """Write no more. Twice is harmless."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            file.close()


def encode(exchange: Exchange) -> bytes:
    """Give an exchange's line, line feed included."""
    return msgspec.json.encode(exchange) + b"\n"


def copy_tape(raw: bytes, change: Callable[[Exchange], Exchange]) -> bytes:
    """Give a tape with every exchange changed. Raises as `read_tape`."""
    lines = [msgspec.json.encode(_Head(VERSION)) + b"\n", *(encode(change(each)) for each in read_tape(raw))]
    return b"".join(lines)


def read_tape(raw: bytes, name: str = TAPE_NAME) -> tuple[Exchange, ...]:
    """Read a tape's exchanges in the order in which they began. A last line that was cut off is left out.

    Raises:
        BadInput: It is no tape, of a newer version, or a line in it is damaged; says which.

    """
    lines = raw.split(b"\n")
    _check_head(lines[0], name)
    return tuple(sorted(_exchanges(lines[1:-1], name), key=lambda each: each.at_ns))


def _exchanges(lines: Iterable[bytes], name: str) -> Iterable[Exchange]:
    for number, line in enumerate(lines, start=2):
        try:
            yield msgspec.json.decode(line, type=Exchange)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadInput(f"{name}, line {number}: is damaged ({error}); record again") from error


def _check_head(line: bytes, name: str) -> None:
    try:
        head = msgspec.json.decode(line, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(f'{name}: is no tape: its first line is not {{"tape": {VERSION}}}; record again') from error
    if head.tape > VERSION:
        raise BadInput(f"{name}: is of version {head.tape}, and this version of bgtask reads up to {VERSION}")
