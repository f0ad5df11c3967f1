"""What was said to an iPhone and what it answered, in the driver's words: an iPhone has no shell, so there is no tape.

`calls.jsonl` begins with `{"calls": VERSION}`; every other line is a `Call`. The log is not in it: `follow` and
`unfollow` say when it was followed, and what came is in `oslog.ndjson`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import BinaryIO

import msgspec

from bgtask_harness.devices.ios.link import Spoken
from bgtask_harness.errors import BadInput

CALLS_NAME = "calls.jsonl"
VERSION = 1


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was said to the phone.

    Attributes:
        at_ns: When, on the host's monotonic clock.
        until_ns: When it had ended, on the same clock.
        verb: What, as `devices.ios` names it.
        arguments: Of that verb.
        answer: What the phone gave.
        refused: The sentence of what went wrong.

    """

    at_ns: int
    until_ns: int
    verb: str
    arguments: dict[str, str] = {}
    answer: Any = None
    refused: str = ""


class _Head(msgspec.Struct, frozen=True):
    calls: int


class CallWriter:
    """Writes calls as they end. Any thread may."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO | None = path.open("xb", buffering=0)
        self._lock = threading.Lock()
        self._file.write(_line(_Head(VERSION)))

    def take(self, spoken: Spoken) -> None:
        """Write one. After `close` it is dropped: a log may still be ending."""
        call = Call(spoken.at_ns, spoken.until_ns, spoken.verb, dict(spoken.arguments), spoken.answer, spoken.refused)
        with self._lock:
            if self._file is not None:
                self._file.write(_line(call))

    def close(self) -> None:
        """Write no more. Twice is harmless."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            file.close()


def _line(value: object) -> bytes:
    return msgspec.json.encode(value, enc_hook=repr) + b"\n"


def copy_calls(raw: bytes, change: Callable[[str], str]) -> bytes:
    """Give the calls with every text in them changed. Raises as `read_calls`."""
    lines = [_line(_Head(VERSION)), *(_line(msgspec.convert(_changed(each, change), Call)) for each in read_calls(raw))]
    return b"".join(lines)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, msgspec.Struct):
        return _changed(msgspec.to_builtins(value), change)
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _changed(each, change) for key, each in value.items()}
    return [_changed(each, change) for each in value] if isinstance(value, list) else value


def read_calls(raw: bytes, name: str = CALLS_NAME) -> tuple[Call, ...]:
    """Read calls in the order in which they began. A last line that was cut off is left out.

    Raises:
        BadInput: It is none, of a newer version, or a line in it is damaged; says which.

    """
    head, *lines = raw.split(b"\n")
    try:
        version = msgspec.json.decode(head, type=_Head).calls
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(f'{name}: its first line is not {{"calls": {VERSION}}}; record again') from error
    if version > VERSION:
        raise BadInput(f"{name}: is of version {version}, and this version of bgtask reads up to {VERSION}")
    return tuple(sorted((_read(line, name, at) for at, line in enumerate(lines[:-1], 2)), key=lambda call: call.at_ns))


def _read(line: bytes, name: str, number: int) -> Call:
    try:
        return msgspec.json.decode(line, type=Call)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(f"{name}, line {number}: is damaged ({error}); record again") from error
