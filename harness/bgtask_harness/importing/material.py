"""What was found in the files, before anything is made of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from datetime import datetime
from pathlib import Path

from bgtask_harness.importing.clock_texts import Reading


@dataclass(frozen=True, slots=True)
class Dump:
    """The text of one service, or of a file that holds one.

    Attributes:
        service: dumpsys' name of it.
        text: What it printed.
        file: Where it was found.
        ended: Local time at which it had been printed, to the second; None when nothing says so.
        seconds: How long it took to print.

    """

    service: str
    text: str
    file: str
    ended: datetime | None = None
    seconds: float = 0.0


@dataclass(slots=True)
class Log:
    """A log that was found, copied to a file of its own.

    Attributes:
        file: Name of the file that it was found in.
        path: The copy.
        lines: How many there are.
        whole: It came whole out of a zip: printed to its end, and its checksum is right.

    """

    file: str
    path: Path
    lines: int = 0
    whole: bool = False


@dataclass(slots=True)
class Material:
    """What one file held.

    Attributes:
        file: Its name.
        date: Local time at which a bug report began; the latest local time that a dump states.
        readings: Readings of both clocks, each with the number of dumps that stand before it.
        offset_s: How far the phone's local time is ahead of UTC; None when nothing says so.
        properties: The phone's properties that matter here.
        report: It is a bug report.
        finished: The bug report was written to its last line.
        log: Its log; None when it has none.
        dumps: The texts of services that a parser knows.
        not_read: Sections and services that nobody reads here, each with how often it was there.
        not_understood: Lines outside of any section that nobody knows.
        overlong: Lines that were cut because of their length.

    """

    file: str
    date: datetime | None = None
    readings: list[tuple[int, Reading]] = field(default_factory=list)
    offset_s: int | None = None
    properties: dict[str, str] = field(default_factory=dict)
    report: bool = False
    finished: bool = False
    log: Log | None = None
    dumps: list[Dump] = field(default_factory=list)
    not_read: Counter[str] = field(default_factory=Counter)
    not_understood: int = 0
    overlong: int = 0
