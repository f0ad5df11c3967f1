"""`IndentingPrintWriter`: text with an indentation that blocks add to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class IndentingWriter:
    """Collects lines; each is indented by two blanks for every block it is in."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indent = ""

    def line(self, text: str = "") -> None:
        """Add a line; an empty one is not indented."""
        self._lines.append(self._indent + text if text else "")

    def raw(self, text: str) -> None:
        """Add a line that is not indented."""
        self._lines.append(text)

    @contextmanager
    def indented(self, levels: int = 1) -> Iterator[None]:
        """Indent what is added inside."""
        self._indent += "  " * levels
        try:
            yield
        finally:
            self._indent = self._indent[2 * levels :]

    def text(self) -> str:
        """Give everything, each line ended."""
        return "\n".join([*self._lines, ""])
