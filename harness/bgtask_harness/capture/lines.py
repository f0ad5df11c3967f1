"""Bytes in, whole lines out, however the bytes were cut."""

from __future__ import annotations


class LineSplitter:
    """Splits a stream at line feeds. Bytes that are no UTF-8 are replaced; they never break a line.

    `limit` bounds a line that does not end: past it the bytes are dropped up to the next line feed.
    """

    def __init__(self, limit: int = 1 << 20) -> None:
        self._limit = limit
        self._rest = b""
        self._dropping = False
        self.dropped = 0
        """Lines that were too long."""

    def feed(self, data: bytes) -> list[str]:
        """Give the lines that these bytes complete, without their line feeds."""
        text = self.block(data)
        return [] if text is None else text.split("\n")

    def block(self, data: bytes) -> str | None:
        """Give the same lines as one text, with line feeds between them; None when these bytes complete none."""
        whole, line_feed, rest = data.rpartition(b"\n")
        if not line_feed:
            self._keep(self._rest + data)
            return None
        text = self._rest + whole
        self._rest = b""
        if self._dropping:
            text = text.partition(b"\n")[2]
            self._dropping = False
            if not text:
                self._keep(rest)
                return None
        self._keep(rest)
        return text.decode(errors="replace")

    def rest(self) -> str:
        """Give what came after the last line feed: the beginning of a line whose end never came."""
        return self._rest.decode(errors="replace")

    def _keep(self, rest: bytes) -> None:
        if self._dropping or len(rest) > self._limit:
            self.dropped += not self._dropping
            self._dropping = True
            rest = b""
        self._rest = rest
