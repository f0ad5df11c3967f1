"""Keeps of a service's text what a parser needs: bounded, and of the long ones only the lines that matter."""

from __future__ import annotations

MOST_BYTES = 32 << 20
"""Of one text. The longest that matters, `dumpsys jobscheduler` of a busy phone, has 1 MB."""


class Keeper:
    """Keeps every line as long as there is room. A text that did not fit ends inside a line, as a cut one does."""

    keeps = True

    def __init__(self) -> None:
        self.lines = 0
        self._kept = bytearray()
        self._full = False

    def take(self, raw: bytes) -> None:
        """Take the next line."""
        self.lines += 1
        if not self._wants(raw):
            return
        self._full = self._full or len(self._kept) + len(raw) > MOST_BYTES
        if not self._full:
            self._kept += raw

    def text(self) -> str:
        """Give what was kept."""
        kept = self._kept.decode(errors="replace")
        return kept.rstrip("\n") if self._full else kept

    def _wants(self, raw: bytes) -> bool:  # noqa: ARG002 - those below look at it
        return True


class _Nothing(Keeper):
    keeps = False

    def _wants(self, raw: bytes) -> bool:  # noqa: ARG002 - same
        return False


class _Holding(Keeper):
    """Lines that hold some words."""

    def __init__(self, words: bytes) -> None:
        super().__init__()
        self._words = words

    def _wants(self, raw: bytes) -> bool:
        return self._words in raw


class _PackageBlock(Keeper):
    """The blocks of one package in `dumpsys package`, which is tens of megabytes long."""

    def __init__(self, package: str) -> None:
        super().__init__()
        self._begin = f"Package [{package}]".encode()
        self._inside = False

    def _wants(self, raw: bytes) -> bool:
        if raw.lstrip().startswith(b"Package ["):
            self._inside = raw.lstrip().startswith(self._begin)
        elif raw[:1].strip():
            self._inside = False
        return self._inside


def keeper(service: str | None, package: str) -> Keeper:
    """Give the keeper for a service's text; None is a service that nobody reads."""
    if service is None:
        return _Nothing()
    if service == "alarm":
        return _Holding(b"nowRTC=")
    return _PackageBlock(package) if service == "package" else Keeper()
