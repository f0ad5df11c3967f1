"""An import from end to end: read the files, write the journal, judge it, and say what was read."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from datetime import timedelta
from datetime import timezone
from datetime import tzinfo
from itertools import islice
from pathlib import Path

from bgtask_harness.errors import BadInput
from bgtask_harness.importing import asked as asking
from bgtask_harness.importing.asked import Asked
from bgtask_harness.importing.calendar import Calendar
from bgtask_harness.importing.history import Plan
from bgtask_harness.importing.history import events_of
from bgtask_harness.importing.lines import Lines
from bgtask_harness.importing.log_events import LogCounts
from bgtask_harness.importing.log_events import LogReader
from bgtask_harness.importing.material import Log
from bgtask_harness.importing.material import Material
from bgtask_harness.importing.merging import Doubles
from bgtask_harness.importing.merging import clusters
from bgtask_harness.importing.merging import reach
from bgtask_harness.importing.opening import opened
from bgtask_harness.importing.owner import app_uid
from bgtask_harness.importing.splitting import Splitter
from bgtask_harness.importing.told import Reading
from bgtask_harness.importing.told import tell
from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.journal import Writer
from bgtask_harness.report import exit_status
from bgtask_harness.report import judge_run
from bgtask_harness.report import summary
from bgtask_harness.report import write_reports_of
from bgtask_reference import oracle
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Event
from bgtask_reference.events import Header

DEVICE = "imported"
NOTES_NAME = "import.txt"
_BATCH = 2000
_SDK = "ro.build.version.sdk"
_ZONE = "persist.sys.timezone"
_SHOWN = {"ro.product.model": "model", "ro.build.fingerprint": "build", "ro.build.version.release": "os"}
_MOST_LEVEL = 999


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import: its folder, and sentences about what was read and what was not."""

    folder: Path
    sentences: tuple[str, ...]


def import_run(asked: Asked) -> int:
    """Import, judge, write the report and print what there is to say.

    Returns:
        The exit status of `bgtask check`.

    Raises:
        BadInput: A file cannot be used, or nothing in any of them is known.

    """
    imported = import_files(asked)
    run = judge_run(asked.run_dir)
    page = write_reports_of(run)
    sys.stdout.write("".join(f"{line}\n" for line in [*imported.sentences, ""]))
    sys.stdout.write(summary(run))
    sys.stdout.write(f"report: {page}\n")
    return exit_status(run)


def import_files(asked: Asked) -> Imported:
    """Make a journal of the files in `RUN_DIR/imported/NAME`, with copies of what it was made from. Raises as above."""
    scenario = _name(asked.files)
    folder = asked.run_dir / DEVICE / scenario
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"{folder}: is not empty; give another --run-dir")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return _import(asked, scenario, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        _remove_empty(folder.parent, asked.run_dir)
        raise


def _import(asked: Asked, scenario: str, folder: Path) -> Imported:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".reading-") as workshop:
        materials = _read(asked, Path(workshop))
        if not any(each.log or each.dumps for each in materials):
            names = ", ".join(path.name for path in asked.files)
            raise BadInput(f"{names}: nothing in it is known; give a bugreport zip, logcat lines or a dumpsys text")
        _keep(materials, folder)
    return _write(asked, materials, scenario, folder)


# --- reading ------------------------------------------------------------------------------------------------------


def _read(asked: Asked, workshop: Path) -> list[Material]:
    materials: list[Material] = []
    for number, path in enumerate(asked.files, start=1):
        with opened(path) as text:
            material = Material(text.name)
            lines = Lines(text.stream)
            splitter = Splitter(material, workshop / f"{number}.txt", asked.app.spec.package)
            splitter.read(lines, sealed=text.sealed)
            material.overlong = lines.overlong
        materials.append(material)
    reports = [each.file for each in materials if each.report]
    if len(reports) > 1:
        raise BadInput(f"{', '.join(reports)}: one bug report at a time: nothing tells what lies between two")
    return materials


def _keep(materials: Iterable[Material], folder: Path) -> None:
    """Move the logs beside the journal and write the dumps there."""
    logs = [each.log for each in materials if each.log]
    for number, log in enumerate(logs, start=1):
        log.path = Path(shutil.move(log.path, folder / ("logcat.txt" if number == 1 else f"logcat-{number}.txt")))
    dumps = [dump for each in materials for dump in each.dumps]
    for number, dump in enumerate(dumps, start=1):
        (folder / "dumps").mkdir(exist_ok=True)
        path = folder / "dumps" / f"{number:04d}-{dump.service}.txt"
        path.write_text(dump.text, encoding="utf-8", errors="replace")


def _remove_empty(*folders: Path) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


# --- writing ------------------------------------------------------------------------------------------------------


def _write(asked: Asked, materials: Sequence[Material], scenario: str, folder: Path) -> Imported:
    zone, zone_told = _zone(asked, materials)
    counts, doubles = LogCounts(), Doubles()
    latest = max((each.date for each in materials if each.date), default=None)

    def calendar(log: Log) -> Calendar:
        return Calendar(log.file, zone, latest, asked.year)

    uid = app_uid(materials, asked.app.spec.package)
    logs = [each.log for each in materials if each.log]
    reader = LogReader(asked.app, uid, counts)
    together = clusters([reach(log, calendar(log)) for log in logs])
    plan = Plan(
        scenario,
        together,
        materials,
        zone,
        asked.app.spec.package,
        asked.wanted,
        calendar,
        reader,
        doubles,
    )
    closed = asked.vouched or (len(materials) == 1 and bool(logs) and logs[0].whole)
    _record(folder, _header(asked, materials, scenario, zone_told), events_of(plan), closed=closed)
    sentences = tell(Reading(asked, tuple(materials), counts, doubles.count, zone_told, closed))
    (folder / NOTES_NAME).write_text("".join(f"{line}\n" for line in sentences), encoding="utf-8", errors="replace")
    return Imported(folder, tuple(sentences))


def _record(folder: Path, header: Header, events: Iterator[Event], *, closed: bool) -> None:
    """Write the journal. It is left open when nobody can tell whether its end, or anything in it, was cut off."""
    writer = Writer(folder / JOURNAL_NAME, header, clock=lambda: 0)
    try:
        while batch := list(islice(events, _BATCH)):
            writer.append_many(batch)
        if closed:
            writer.close()
    finally:
        writer.abandon()


def _header(asked: Asked, materials: Sequence[Material], scenario: str, zone_told: str) -> Header:
    properties = {key: value for each in materials for key, value in each.properties.items()}
    notes = {"title": "imported", "files": ", ".join(each.file for each in materials), "timezone": zone_told}
    notes |= {"unfiltered": "vouched for by a person"} if asked.vouched else {}
    notes |= {name: properties[key] for key, name in _SHOWN.items() if key in properties}
    began = next((each.date for each in materials if each.date), None)
    return Header(
        format=FORMAT,
        harness_version=importlib.metadata.version("bgtask-harness"),
        catalogue=oracle.catalogue_hash(),
        scenario=scenario,
        app=asked.app.spec,
        device=DeviceSpec(name=DEVICE, api_level=_level(asked, properties.get(_SDK, "")), notes=notes),
        started="" if began is None else began.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _level(asked: Asked, printed: str) -> int | None:
    if asked.api_level is not None:
        return asked.api_level
    return int(printed) if printed.isdigit() and int(printed) <= _MOST_LEVEL else None


def _zone(asked: Asked, materials: Sequence[Material]) -> tuple[tzinfo | None, str]:
    """Give the phone's zone and how it is known."""
    if asked.timezone is not None:
        return asking.zone_named(asked.timezone), f"{asked.timezone}, as given"
    name = next((each.properties[_ZONE] for each in materials if _ZONE in each.properties), None)
    if name is not None:
        try:
            return asking.zone_named(name), f"{name}, the phone's property"
        except BadInput:
            pass  # this machine has no such zone; the offset below may still tell
    offset = next((each.offset_s for each in materials if each.offset_s is not None), None)
    if offset is not None:
        fixed = timezone(timedelta(seconds=offset))
        return fixed, f"{fixed} when the dump was made; an hour off where daylight saving changed before"
    return None, "unknown: local times are shown as if they were UTC"


def _name(files: Sequence[Path]) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", files[0].stem).strip(".-")[:80] or "files"
