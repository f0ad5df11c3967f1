"""What a program gets, and what most of them share: options, and input by lines from files or standard input."""

from __future__ import annotations

import getopt
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Sequence
from typing import Protocol

from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.port import ShellPort
from bgtask_harness.virtual.shell.streams import Streams


class Surroundings(Protocol):
    """What a program may know: the shell that runs it."""

    @property
    def phone(self) -> ShellPort:
        """The phone."""

    @property
    def pid(self) -> int:
        """Whose process this is."""

    def read_file(self, path: str) -> bytes | None:
        """A file's content, None when there is none."""

    def remove_file(self, path: str) -> bool:
        """Remove a file that was pushed; False when there is none."""

    def child(self) -> ChildShell:
        """A shell of its own."""


class ChildShell(Protocol):
    """A shell, as `sh` uses it."""

    @property
    def status(self) -> int:
        """Of the last command."""

    async def run(self, line: str, streams: Streams) -> int:
        """Run a command line."""


Program = Callable[[Surroundings, Sequence[str], Streams], Awaitable[int]]
"""A program: its surroundings, its argv and its streams; gives its exit status."""


class UsageError(Exception):
    """Toybox does not understand its arguments; the message is what it prints after its name."""


def options(argv: Sequence[str], short: str, long: Sequence[str] = ()) -> tuple[list[tuple[str, str]], list[str]]:
    """Take options and operands apart, in `getopt`'s notation. Operands may come first.

    Raises:
        UsageError: There is an option that the program does not have.

    """
    if not any(word.startswith("-") for word in argv[1:]):
        return [], list(argv[1:])
    try:
        return getopt.gnu_getopt(list(argv[1:]), short, list(long))
    except getopt.GetoptError as error:
        if "requires argument" in error.msg:
            raise UsageError(f"Missing argument to -{error.opt}") from error
        dashes = "--" if len(error.opt) > 1 else ""
        raise UsageError(f"Unknown option '{dashes}{error.opt}' (see \"{argv[0]} --help\")") from error


def number(text: str) -> int:
    """Read a count.

    Raises:
        UsageError: It is none.

    """
    if not text.removeprefix("-").removeprefix("+").isdigit():
        raise UsageError(f"not integer: {text}")
    return int(text)


class Lines:
    """Standard input or a file, line by line, as it comes. Line ends stay on; bytes that are no text are surrogates."""

    def __init__(self, read: Callable[[], Awaitable[bytes]]) -> None:
        self._read = read
        self._buffer = b""
        self._ended = False

    async def next(self) -> str:
        """Give the next line; empty at the end."""
        while b"\n" not in self._buffer and not self._ended:
            more = await self._read()
            self._ended = not more
            self._buffer += more
        line, newline, rest = self._buffer.partition(b"\n")
        self._buffer = rest
        return (line + newline).decode(errors="surrogateescape")


def opened(shell: Surroundings, name: str, io: CommandIO, program: str) -> Lines | None:
    """Open an operand; `-` is standard input. None after saying that there is no such file."""
    if name == "-":
        return Lines(io.read)
    content = shell.read_file(name)
    if content is None:
        quoted = name or "''"
        io.err(f"{program}: {quoted}: No such file or directory\n")
        return None
    chunks = [content]

    async def read() -> bytes:
        return chunks.pop() if chunks else b""

    return Lines(read)
