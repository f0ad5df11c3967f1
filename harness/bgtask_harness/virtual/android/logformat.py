"""How `logcat` prints an entry: formats and modifiers of `-v`, and the filters of its command line.

Source: system/logging/liblog/logprint.cpp. A message of several lines gets the head of the format before each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.android.logentry import LogEntry

FORMATS = ("brief", "process", "tag", "thread", "raw", "time", "threadtime", "long")
MODIFIERS = ("color", "descriptive", "epoch", "monotonic", "printable", "uid", "usec", "nsec", "UTC", "year", "zone")
PRIORITIES = "VDIWEFS"
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class LogFormat:
    """One format with its modifiers."""

    name: str = "threadtime"
    modifiers: frozenset[str] = frozenset()

    def lines(self, entry: LogEntry, clocks: Clocks) -> list[str]:
        """Give the lines of an entry, without line ends."""
        head, tail = self._head(entry, clocks)
        body = entry.message.rstrip("\n").split("\n") if entry.message.strip("\n") else [""]
        if self.name == "long":
            return [head, *body, tail]
        return [head + line + tail for line in body]

    def _head(self, entry: LogEntry, clocks: Clocks) -> tuple[str, str]:
        pid, tid, tag, priority = entry.pid, entry.tid, entry.tag, entry.priority
        stamp = self._stamp(entry, clocks)
        uid = f"{_uid_name(entry.uid):>5}:" if "uid" in self.modifiers else ""
        if self.name == "threadtime":
            return f"{stamp} {uid.replace(':', ' ')}{pid:5d} {tid:5d} {priority} {tag:<8s}: ", ""
        if self.name == "process":
            return f"{priority}({uid}{pid:5d}) ", f"  ({tag})"
        if self.name == "time":
            return f"{stamp} {priority}/{tag:<8s}({uid}{pid:5d}): ", ""
        if self.name == "long":
            return f"[ {stamp} {uid}{pid:5d}:{tid:5d} {priority}/{tag:<8s} ]", ""
        heads = {
            "brief": f"{priority}/{tag:<8s}({uid}{pid:5d}): ",
            "tag": f"{priority}/{tag:<8s}: ",
            "thread": f"{priority}({uid}{pid:5d}:{tid:5d}) ",
            "raw": "",
        }
        return heads[self.name], ""

    def _stamp(self, entry: LogEntry, clocks: Clocks) -> str:
        if "epoch" in self.modifiers or "monotonic" in self.modifiers:
            whole, rest = divmod(entry.boot_ns if "monotonic" in self.modifiers else entry.wall_ns, _NS)
            width = 10 if "epoch" in self.modifiers else 6
            return f"{whole:>{width}d}.{self._fraction(rest)}"
        moment = clocks.local(entry.wall_ns)
        date = moment.strftime("%Y-%m-%d" if "year" in self.modifiers else "%m-%d")
        zone = moment.strftime(" %z") if "zone" in self.modifiers else ""
        return f"{date} {moment:%H:%M:%S}.{self._fraction(entry.wall_ns % _NS)}{zone}"

    def _fraction(self, nanoseconds: int) -> str:
        if "nsec" in self.modifiers:
            return f"{nanoseconds:09d}"
        return f"{nanoseconds // 1_000:06d}" if "usec" in self.modifiers else f"{nanoseconds // 1_000_000:03d}"


_UID_NAMES = {0: "root", 1001: "radio", 2000: "shell"}


def _uid_name(uid: int) -> str:
    """Names of five letters at most are printed; longer ones (`system`, `u0_a234`) are printed as numbers."""
    return _UID_NAMES.get(uid, str(uid))


class Filter:
    """Filter specifications `tag:priority`; the last `*` decides for every other tag, everything when there is none."""

    def __init__(self, specifications: Sequence[str]) -> None:
        self._tags: dict[str, str] = {}
        self._default = "V"
        for specification in specifications:
            tag, _, priority = specification.partition(":")
            letter = (priority or ("V" if tag != "*" else "D"))[:1].upper()
            letter = "V" if letter == "*" else letter
            if letter not in PRIORITIES:
                raise ValueError(specification)
            if tag == "*":
                self._default = letter
            else:
                self._tags[tag] = letter

    def passes(self, entry: LogEntry) -> bool:
        """Say whether an entry is printed."""
        limit = self._tags.get(entry.tag, self._default)
        return limit != "S" and PRIORITIES.index(entry.priority) >= PRIORITIES.index(limit)
