"""An import in sentences: what was read, what was not, what the phone's own texts say of the app. No verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bgtask_harness.importing.asked import Asked
from bgtask_harness.importing.log_events import MOST_UNKNOWN
from bgtask_harness.importing.log_events import LogCounts
from bgtask_harness.importing.material import Dump
from bgtask_harness.importing.material import Material
from bgtask_harness.importing.night import idling_at
from bgtask_harness.observe import observe_text
from bgtask_reference.events import NO_STAMP
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed

_NAMED = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, counted."""

    asked: Asked
    materials: tuple[Material, ...]
    counts: LogCounts
    doubles: int
    zone: str
    closed: bool


def tell(reading: Reading) -> list[str]:
    """Give the sentences in their order."""
    return [
        *(line for material in reading.materials for line in _of_file(material)),
        *_of_log(reading),
        f"Time zone: {reading.zone}.",
        *_of_level(reading),
        *_of_proof(reading),
        *(line for material in reading.materials for line in _of_jobs(material, reading)),
        *(line for material in reading.materials for line in _of_idling(material, reading)),
    ]


def _of_file(material: Material) -> Iterator[str]:
    dumps = ", ".join(dump.service for dump in material.dumps) or "none"
    log = f"a log of {material.log.lines} lines" if material.log else "no log"
    kind = f"bug report of {material.date}" if material.report else "text"
    yield f"{material.file}: {kind}; {log}; dumps: {dumps}."
    if material.report and not material.finished:
        yield f"{material.file}: breaks off before its last line."
    if material.not_read:
        yield f"{material.file}: {_listed(material.not_read)} not read."
    if material.not_understood:
        yield f"{material.file}: {material.not_understood} lines were not understood."
    if material.overlong:
        yield f"{material.file}: {material.overlong} lines were too long and were cut."


def _listed(not_read: Counter[str]) -> str:
    names = [name for name, _ in sorted(not_read.items())]
    more = f" and {len(names) - _NAMED} more parts" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _of_log(reading: Reading) -> Iterator[str]:
    counts = reading.counts
    if counts.lines:
        yield f"Log: {counts.events} events in {counts.lines} lines; {counts.unknown} lines were not understood."
    if counts.unknown > MOST_UNKNOWN:
        yield f"Of those only the first {MOST_UNKNOWN} are in the journal."
    if counts.foreign:
        yield f"{counts.foreign} lines were other apps' and were passed over."
    if reading.doubles:
        yield f"{reading.doubles} lines were in two files and count once."
    if counts.lines and not counts.events:
        yield f"No line tells of {reading.asked.app.spec.package}: is it the right app file?"


def _of_level(reading: Reading) -> Iterator[str]:
    printed = any("ro.build.version.sdk" in each.properties for each in reading.materials)
    if reading.asked.api_level is None and not printed:
        yield "API level: unknown; --api N states it."


def _of_proof(reading: Reading) -> Iterator[str]:
    if reading.closed and reading.asked.vouched:
        yield "You vouch that no line was filtered out or cut off: what these lines prove is said as proven."
    elif reading.closed:
        yield "The bug report is whole as the phone wrote it: what its lines prove is said as proven."
    else:
        yield (
            "Nothing tells whether lines were filtered out or cut off, so nothing is said as proven; a bugreport zip"
            " that the phone wrote tells, and --unfiltered vouches for it."
        )


# --- what the phone says of the app -------------------------------------------------------------------------------


def _of_jobs(material: Material, reading: Reading) -> Iterator[str]:
    for dump in material.dumps:
        if dump.service == "jobscheduler":
            for event in observe_text("dumpsys-jobscheduler", dump.text, NO_STAMP, reading.asked.app.spec.package):
                if isinstance(event, JobsListed):
                    yield from _jobs(event, dump)


def _jobs(listed: JobsListed, dump: Dump) -> Iterator[str]:
    at = f" at {dump.ended}" if dump.ended else " when the dump was made"
    if not listed.jobs:
        yield f"JobScheduler{at}: {'no job' if listed.complete else 'no job shown'} of the app."
    for job in listed.jobs:
        yield f"JobScheduler{at}: job {job.uid}/{job.job_id} {_state(job)}."


def _state(job: JobRow) -> str:
    waits = ", ".join(job.unsatisfied)
    bucket = f", standby bucket {job.standby_bucket}" if job.standby_bucket else ""
    if waits:
        return f"waited for {waits}{bucket}"
    because = f" ({', '.join(job.not_ready_because)} missing)" if job.not_ready_because else ""
    known = {True: "was ready", False: f"was not ready{because}", None: "was registered"}
    return f"{known[job.ready]}{bucket}"


def _of_idling(material: Material, reading: Reading) -> Iterator[str]:
    for dump in material.dumps:
        for wanted in reading.asked.wanted if dump.service == "deviceidle" and dump.ended else ():
            state = idling_at(dump, wanted.when)
            if state is not None:
                yield f"Device idle at {wanted.when}: {state}, by its own history; no proof of what held the task back."
