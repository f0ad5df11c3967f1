"""The ledger: what was changed of one phone and is not put back yet. On disk before the phone is touched.

One file a phone, lines of JSON, only ever appended to. A line is on disk (fsync) before the change that it tells of is
made; a line that was cut off tells of a change that was not made. The file goes when nothing in it is open.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from bgtask_harness.devices.changes import Change

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach the phone: its serial at an adb server, or its UDID; and what its lock is called by.

    `kind` is `adb`, `usbmux` (an iPhone) or `simctl` (a simulator); with the last two a line is a notification to post.
    """

    serial: str
    host: str = ""
    port: int = 0
    identity: str = ""
    kind: str = "adb"

    def typed(self, line: str) -> str:
        """Give what a person types on this host to run a line on the phone."""
        if self.kind == "usbmux":
            return f"pymobiledevice3 notification post --udid {self.serial} {line}"
        if self.kind == "simctl":
            return f"xcrun simctl spawn {self.serial} notifyutil -p {line}"
        server = f" -H {self.host} -P {self.port}" if self.port and (self.host, self.port) != _USUAL else ""
        return f"adb{server} -s {self.serial} shell {json.dumps(line)}"


_USUAL = ("127.0.0.1", 5037)


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that is not put back yet.

    Attributes:
        number: Its number in the ledger.
        change: What.
        at: When, ISO 8601 UTC.
        applied: True when it was surely made, None when nobody knows.
        failure: Why it could not be put back; empty while nobody has failed to.

    """

    number: int
    change: Change
    at: str
    applied: bool | None = None
    failure: str = ""


@dataclass(slots=True)
class Ledger:
    """The ledger of one phone. None for a path keeps it in memory: for a phone that is gone when this process is.

    Whoever writes holds the phone's lock. Each call reads what others have written.
    """

    path: Path | None = None
    way: Way = field(default_factory=lambda: Way(""))
    _memory: list[dict[str, Any]] = field(default_factory=list)

    def begin(self, change: Change) -> int:
        """Record a change that is about to be made; it is on disk when this returns. Gives its number."""
        number = max((int(line["n"]) for line in self._lines()), default=0) + 1
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        way = dataclasses.asdict(self.way)
        self._append(
            {"v": FORMAT, "what": "change", "n": number, "at": now, "pid": os.getpid(), "way": way}
            | {"change": change.to_json()}
        )
        return number

    def applied(self, number: int) -> None:
        """Record that a change was made."""
        self._append({"what": "applied", "n": number})

    def restored(self, number: int) -> None:
        """Record that it is put back, or gone by itself. The last one takes the file along."""
        self._append({"what": "restored", "n": number})
        if not self.open_changes():
            self.forget()

    def failed(self, number: int, reason: str) -> None:
        """Record that it could not be put back: from now on the phone is in quarantine."""
        self._append({"what": "failed", "n": number, "reason": reason})

    def forget(self) -> None:
        """Forget everything: a person has seen to the phone."""
        self._memory.clear()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def open_changes(self) -> tuple[OpenChange, ...]:
        """Give what is not put back, oldest first."""
        found: dict[int, dict[str, Any]] = {}
        for line in self._lines():
            number = int(line["n"])
            if line["what"] == "change":
                found[number] = dict(line)
            elif line["what"] == "restored":
                found.pop(number, None)
            elif number in found:
                found[number][line["what"]] = line.get("reason", True)
        return tuple(
            OpenChange(
                number,
                Change.from_json(line["change"]),
                str(line.get("at", "")),
                line.get("applied"),
                str(line.get("failed", "")),
            )
            for number, line in sorted(found.items())
        )

    @property
    def quarantined(self) -> bool:
        """True when something in it could not be put back."""
        return any(one.failure for one in self.open_changes())

    def last_way(self) -> Way:
        """Give how the phone was reached when something was last changed."""
        ways = [line["way"] for line in self._lines() if isinstance(line.get("way"), Mapping)]
        return Way(**ways[-1]) if ways else self.way

    def _lines(self) -> list[dict[str, Any]]:
        if self.path is None:
            return self._memory
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return []
        return [line for raw in text.split(b"\n")[:-1] if (line := _read(raw)) is not None]

    def _append(self, line: dict[str, Any]) -> None:
        if self.path is None:
            self._memory.append(line)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _cut_torn_end(descriptor)
            os.write(descriptor, json.dumps(line, separators=(",", ":")).encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            _sync_folder(self.path.parent)


def _read(raw: bytes) -> dict[str, Any] | None:
    """Read a line; None for one that nobody wrote whole."""
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    known = isinstance(line, dict) and isinstance(line.get("n"), int) and isinstance(line.get("what"), str)
    return line if known else None


def _cut_torn_end(descriptor: int) -> None:
    """A last line without its end was never acted upon."""
    size = os.fstat(descriptor).st_size
    text = os.pread(descriptor, size, 0)
    whole = text.rfind(b"\n") + 1
    if whole != size:
        os.ftruncate(descriptor, whole)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
