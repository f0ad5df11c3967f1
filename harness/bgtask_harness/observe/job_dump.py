"""`dumpsys jobscheduler`, API 26 to 36: the registered jobs of a package, the history and what is active now.

Sections are recognised by their titles, the lines of a job by their labels, never by indentation alone. A job whose
block broke off before its `Ready:` line is left out of a whole dump: its missing lines would read as absent facts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache

from bgtask_harness.observe.facts import Facts
from bgtask_harness.observe.job_block import JobBlock
from bgtask_harness.observe.job_history import package_of_tag
from bgtask_harness.observe.job_history import parse_history_row
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import JobHistoryRow
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp

PARSER = "dumpsys-jobscheduler"

_REGISTERED = re.compile(r"Registered \d{1,9} jobs:", re.ASCII)
_TITLE = re.compile(
    r"(?P<history>Job history:)|(?P<active>Active jobs:)|(?P<end>PersistStats:.*)|"
    r"Pending queue:|Idle contexts \(\d+\):|Recently (?:completed|cancelled) jobs:|Concurrency:|Settings:|"
    r"\w*Controller:|Uid \w[\w ]*:|Cached UID->package map:|Backing up uids:.*|(?:Historical|Current|Last) stats.*|"
    r"mReadyToRock=.*|mReportedActive=.*|Started users:.*|Media Cloud Providers:.*|Thermal status:.*",
    re.ASCII,
)
_SLOT = re.compile(
    r"\s*Slot #\d{1,3}(?:\(ID=-?\d+\))?: [0-9a-f]+ "
    r"(?:\{(?P<braced>[^\s{}]+)\} #|(?P<namespace>[^\s#{]\S*):|#)\w{1,20}/(?P<job>-?\d{1,10}) (?P<tag>\S+).*",
    re.ASCII,
)
"""`JobStatus.toShortString` puts a namespace in braces and keeps the `#`; the other form is that of `JOB` lines."""
_IDLE = re.compile(r"\s*Currently idle: (?:true|false)")
"""`IdleController.dumpControllerStateLocked`."""
_TIMED_OUT = re.compile(r"\*\*\* SERVICE '\S+' DUMP TIMEOUT")


@dataclass(slots=True)
class _Dump:
    """What has been read so far."""

    package: str
    section: str = ""
    header: bool = False
    ended: bool = False
    broken: bool = False
    block: JobBlock | None = None
    jobs: list[JobRow] = field(default_factory=list)
    history: list[JobHistoryRow] = field(default_factory=list)
    active: list[tuple[str | None, int]] = field(default_factory=list)
    idle: str = ""
    used: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def observe_jobs(text: str, stamp: Stamp, package: str) -> tuple[Event, ...]:
    """Give the jobs of a package; an empty package name means all.

    `complete` needs the title of the registered jobs and the last line that API 28 and later print (`PersistStats:`);
    an API 26 or 27 dump is never complete, because nothing marks its end. `Job history:` is not printed when empty.
    """
    dump = _Dump(package)
    lines = text.split("\n")
    for line in lines[:-1]:
        _take(dump, line.rstrip("\r"))
    _close_block(dump)
    _sort_out_halves(dump)
    cut = bool(lines[-1].strip()) or dump.broken or _TIMED_OUT.search(text) is not None
    listed = JobsListed(
        stamp=stamp,
        source=Source.JOB_DUMP,
        raw="\n".join(dump.used),
        package=package or None,
        jobs=tuple(dump.jobs),
        history=tuple(dump.history),
        active=tuple(dump.active),
        complete=dump.header and dump.ended and not cut,
    )
    return (listed, *_idleness(stamp, dump.idle), *(_unknown(stamp, line) for line in dump.unknown))


def _idleness(stamp: Stamp, line: str) -> tuple[Event, ...]:
    """Whether the phone counts as idle, which nothing else of it tells."""
    if not line:
        return ()
    facts: Facts = {"device-idle": line.strip().endswith("true")}
    return (EnvironmentSampled(stamp=stamp, source=Source.JOB_DUMP, raw=line, facts=facts),)


def _unknown(stamp: Stamp, line: str) -> LineUnknown:
    return LineUnknown(stamp=stamp, source=Source.JOB_DUMP, raw=line, parser=PARSER)


def _take(dump: _Dump, line: str) -> None:
    text = line.strip()
    if not text:
        return
    if dump.section == "other" and not _title(text):
        _elsewhere(dump, line)
        return
    block = JobBlock.begun_by(line)
    if block is not None and dump.section in {"", "registered"}:
        _close_block(dump)
        dump.block = block
        return
    title = _title(text)
    if title == "registered":
        _enter(dump, title)
        dump.header = True
        return
    if dump.block is not None and dump.block.holds(line):
        dump.block.take(line)
        return
    if title:
        _enter(dump, title)
        return
    if dump.block is not None:
        _enter(dump, "other" if dump.header else "")
    _in_section(dump, line)


@lru_cache(maxsize=4096)
def _title(text: str) -> str:
    """Give the section that a line begins; empty for any other line. Most lines come again in the next dump."""
    if _REGISTERED.fullmatch(text):
        return "registered"
    title = _TITLE.fullmatch(text)
    return (title.lastgroup or "other") if title else ""


def _enter(dump: _Dump, section: str) -> None:
    _close_block(dump)
    dump.section = section
    dump.ended |= section == "end"


def _elsewhere(dump: _Dump, line: str) -> None:
    if "Currently idle:" in line and _IDLE.fullmatch(line):
        dump.idle = line


def _in_section(dump: _Dump, line: str) -> None:
    if dump.section == "other":
        _elsewhere(dump, line)
        return
    row = parse_history_row(line) if dump.section in {"history", ""} else None
    if row is not None:
        if not dump.package or package_of_tag(row.tag) == dump.package:
            dump.history.append(row)
            dump.used.append(line)
        return
    slot = _SLOT.fullmatch(line) if dump.section in {"active", ""} else None
    if slot:
        if not dump.package or package_of_tag(slot["tag"]) == dump.package:
            dump.active.append((slot["braced"] or slot["namespace"], int(slot["job"])))
            dump.used.append(line)
        return
    if dump.section == "history" and dump.package and dump.package in line:
        dump.unknown.append(line)


def _close_block(dump: _Dump) -> None:
    block, dump.block = dump.block, None
    if block is None:
        return
    row = block.row()
    if dump.package and dump.package not in {row.source_package, package_of_tag(row.component)}:
        return
    dump.jobs.append(row)
    dump.used += block.lines
    dump.unknown += block.unknown


def _sort_out_halves(dump: _Dump) -> None:
    """An excerpt shows what its author chose; a dump with its header shows each job whole or has lost lines."""
    if not dump.header:
        return
    whole = [row for row in dump.jobs if row.ready is not None]
    dump.broken = len(whole) != len(dump.jobs)
    dump.jobs = whole
