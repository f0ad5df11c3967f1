"""One entry of the log."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PAYLOAD = 4068
"""LOGGER_ENTRY_MAX_PAYLOAD (system/logging/liblog/include/log/log_read.h): priority, tag, message and two NULs."""

_HEADER = 28
"""sizeof(struct logger_entry), what each entry costs beside its payload."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry. `number` orders the entries of all buffers; times in nanoseconds."""

    number: int
    buffer: str
    wall_ns: int
    boot_ns: int
    uid: int
    pid: int
    tid: int
    priority: str
    tag: str
    message: str
    dropped: int = 0
    """How many lines it stands for, when it says that they were left out."""

    @property
    def size(self) -> int:
        """Bytes that it takes in its ring."""
        return _HEADER + 3 + len(self.tag.encode()) + len(self.message.encode())


def cut(tag: str, message: str) -> str:
    """Give what of a message fits into one entry."""
    room = MAX_PAYLOAD - 3 - len(tag.encode())
    return message.encode()[: max(room, 0)].decode(errors="ignore")
