"""What the small parsers of the environment share: facts that were read, and the lines they were read from."""

from __future__ import annotations

from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp

Facts = dict[str, bool | int | str]

_KEPT = 2000


def sampled(parser: str, stamp: Stamp, facts: Facts, lines: list[str], text: str) -> tuple[Event, ...]:
    """Give the sample; a text that told no fact at all is unknown, its beginning kept."""
    if facts:
        return (EnvironmentSampled(stamp=stamp, source=Source.SYSTEM_DUMP, raw="\n".join(lines), facts=facts),)
    return (LineUnknown(stamp=stamp, source=Source.SYSTEM_DUMP, raw=text[:_KEPT], parser=parser),)


def whole_lines(text: str) -> list[str]:
    """Give the lines, without a last one that was cut before its line break."""
    return [line.rstrip("\r") for line in text.split("\n")[:-1]]


BOOLEANS = {"true": True, "false": False}
