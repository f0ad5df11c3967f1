"""What the shell does itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bgtask_harness.virtual.shell.streams import Streams

if TYPE_CHECKING:
    from bgtask_harness.virtual.shell.interpreter import Shell

Builtin = Callable[["Shell", Sequence[str], Streams], Awaitable[int]]

NAME = "/system/bin/sh"

DIRECTORIES = frozenset(
    {"/", "/data", "/data/local", "/data/local/tmp", "/dev", "/proc", "/sdcard", "/system", "/system/bin", "/vendor"},
)
"""Where one can `cd` to; the phone has no directories otherwise."""

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ESCAPE = re.compile(r"\\(0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|[abcefnrtv\\])")
_ESCAPES = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


class Exit(Exception):  # noqa: N818 - it is no error
    """The shell is left."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def _true(_shell: Shell, _argv: Sequence[str], _streams: Streams) -> int:
    return 0


async def _false(_shell: Shell, _argv: Sequence[str], _streams: Streams) -> int:
    return 1


async def _echo(_shell: Shell, argv: Sequence[str], streams: Streams) -> int:
    """Print: backslash escapes are expanded unless `-E`: Android's mksh is no POSIX sh."""
    words, newline, expand = list(argv[1:]), "\n", True
    while words and re.fullmatch("-[neE]+", words[0]):
        option = words.pop(0)
        newline = "" if "n" in option else newline
        expand = max(option.rfind("e"), 0) >= option.rfind("E") if {"e", "E"} & set(option) else expand
    text = " ".join(words)
    if expand:
        text, cut = unescape(text)
        newline = "" if cut else newline
    streams.out(text + newline)
    return 0


def unescape(text: str) -> tuple[str, bool]:
    r"""Expand the escapes of `echo`; True when a `\c` keeps the line from ending, which is all it does in mksh."""
    pieces, at, open_ended = [], 0, False
    for found in _ESCAPE.finditer(text):
        pieces.append(text[at : found.start()])
        at = found.end()
        if found[1] == "c":
            open_ended = True
        else:
            pieces.append(_escaped(found[1]))
    return "".join([*pieces, text[at:]]), open_ended


def _escaped(code: str) -> str:
    if code in _ESCAPES:
        return _ESCAPES[code]
    number = int(code[1:], 16) if code[0] == "x" else int(code, 8)
    return bytes([number & 0xFF]).decode(errors="surrogateescape")


async def _cd(shell: Shell, argv: Sequence[str], streams: Streams) -> int:
    wanted = argv[1] if len(argv) > 1 else shell.lookup("HOME")
    path = posixpath.normpath(posixpath.join(shell.directory, wanted))
    if path not in DIRECTORIES:
        streams.err(f"{NAME}: cd: {wanted}: No such file or directory\n")
        return 2
    shell.directory = path
    return 0


async def _pwd(shell: Shell, _argv: Sequence[str], streams: Streams) -> int:
    streams.out(shell.directory + "\n")
    return 0


async def _exit(shell: Shell, argv: Sequence[str], streams: Streams) -> int:
    wanted = argv[1] if len(argv) > 1 else str(shell.status)
    if not re.fullmatch(r"-?\d+", wanted):
        streams.err(f"{NAME}: exit: bad number: {wanted}\n")
        raise Exit(1)
    raise Exit(int(wanted) & 0xFF)


async def _export(shell: Shell, argv: Sequence[str], streams: Streams) -> int:
    for word in argv[1:]:
        name, equals, value = word.partition("=")
        if not _NAME.fullmatch(name):
            streams.err(f"{NAME}: export: {word}: not an identifier\n")
            return 1
        if equals:
            shell.variables[name] = value
    return 0


async def _exec(shell: Shell, argv: Sequence[str], streams: Streams) -> int:
    if len(argv) == 1:
        return 0
    raise Exit(await shell.invoke(argv[1:], streams))


BUILTINS: dict[str, Builtin] = {
    ":": _true,
    "cd": _cd,
    "echo": _echo,
    "exec": _exec,
    "exit": _exit,
    "export": _export,
    "false": _false,
    "pwd": _pwd,
    "true": _true,
}
