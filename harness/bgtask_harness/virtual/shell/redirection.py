"""`>`, `<` and `>&`: which descriptor leads where."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

from bgtask_harness.virtual.shell.expansion import Lookup
from bgtask_harness.virtual.shell.expansion import string
from bgtask_harness.virtual.shell.streams import Content
from bgtask_harness.virtual.shell.streams import Null
from bgtask_harness.virtual.shell.streams import Sink
from bgtask_harness.virtual.shell.streams import Source
from bgtask_harness.virtual.shell.streams import Streams
from bgtask_harness.virtual.shell.syntax import Redirection

DEV_NULL = "/dev/null"


class CannotRedirect(Exception):  # noqa: N818 - reads as what it is
    """A file cannot be opened; the message is what mksh prints."""


def redirect(
    streams: Streams, redirections: Sequence[Redirection], lookup: Lookup, read_file: Callable[[str], bytes | None]
) -> Streams:
    """Give the streams of a command.

    Raises:
        CannotRedirect: A file is not there, or cannot be written: all but `/dev/null`.

    """
    if not redirections:
        return streams
    stdin: Source = streams.stdin
    sinks: dict[int, Sink] = {1: streams.stdout, 2: streams.stderr}
    for redirection in redirections:
        target = string(redirection.target, lookup)
        match redirection.kind:
            case "read":
                stdin = _opened(target, read_file)
            case "write":
                sinks[redirection.descriptor] = _created(target)
            case "duplicate":
                sinks[redirection.descriptor] = _duplicated(target, sinks)
    return Streams(stdin, sinks[1], sinks[2])


def _opened(path: str, read_file: Callable[[str], bytes | None]) -> Source:
    if path == DEV_NULL:
        return Null()
    content = read_file(path)
    if content is None:
        raise CannotRedirect(f"can't open {path}: No such file or directory")
    return Content(content)


def _created(path: str) -> Sink:
    if path != DEV_NULL:
        raise CannotRedirect(f"can't create {path}: Read-only file system")
    return Null()


def _duplicated(target: str, sinks: dict[int, Sink]) -> Sink:
    if target == "-":
        return Null()
    if not target.isdigit() or int(target) not in sinks:
        raise CannotRedirect(f"{target}: bad file descriptor")
    return sinks[int(target)]
