"""What a person asked for: which files, which app, and what they know that the files do not say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from zoneinfo import ZoneInfoNotFoundError

from bgtask_harness.errors import BadInput
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles.durations import parse_duration
from bgtask_reference.events import AppSpec
from bgtask_reference.events import TaskSpec

_OLDEST_YEAR, _LAST_YEAR = 2008, 2200  # before the first there was no Android
_WANTED = re.compile(r"(?P<task>[^@]+)@(?P<when>[^/]+?)(?:/(?P<within>\w+))?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that a person expected: `when` is the phone's own local time, `within_ns` how late it may be."""

    task: str
    when: datetime
    within_ns: int


@dataclass(frozen=True, slots=True)
class Asked:
    """An import as it was asked for.

    Attributes:
        files: Bug reports, logs and dumps, in any order.
        app: The app file to judge by.
        run_dir: Where the journal and the report go.
        api_level: Android's API level, for files that do not say; outranks what they say.
        year: The year in which the first line without a year was written; None takes it from the files.
        timezone: Name of the phone's time zone; None takes it from the files.
        wanted: Runs that were expected.
        vouched: The person knows that no line was filtered out or cut off.

    """

    files: tuple[Path, ...]
    app: AppFile
    run_dir: Path
    api_level: int | None = None
    year: int | None = None
    timezone: str | None = None
    wanted: tuple[Wanted, ...] = ()
    vouched: bool = False

    def __post_init__(self) -> None:
        if not self.files:
            raise BadInput("import: no file was given; give a bugreport zip, saved logcat output or dumpsys texts")
        if self.year is not None and not _OLDEST_YEAR <= self.year <= _LAST_YEAR:
            raise BadInput(f"--year {self.year}: expected a year with four digits, such as 2026")


def parse_wanted(text: str, app: AppSpec) -> Wanted:
    """Read `TASK@2026-11-23 02:00[/1h]`. Without a bound the app file's `starts_within` counts.

    Raises:
        BadInput: It is not of that form, the task is not in the app file, or nothing states a bound.

    """
    match = _WANTED.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"--wanted {text}: expected TASK@TIME or TASK@TIME/WITHIN, such as sync@2026-11-23 02:00/1h")
    task = _task(match["task"].strip(), app, text)
    within = _within(match["within"], task, text)
    return Wanted(task.id, _moment(match["when"].strip(), text), within)


def zone_named(name: str) -> ZoneInfo:
    """Give the time zone of that name.

    Raises:
        BadInput: This machine knows none of that name.

    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"--timezone {name}: expected a name such as Europe/Berlin that this machine knows") from error


def _task(name: str, app: AppSpec, text: str) -> TaskSpec:
    found = [task for task in app.tasks if name in {task.id, task.title}]
    found = found or [task for task in app.tasks if task.id.endswith(name)]
    if len(found) != 1:
        known = ", ".join(f"{task.id} ({task.title})" for task in app.tasks)
        raise BadInput(f"--wanted {text}: expected the id or the title of one task of {app.name}: {known}")
    return found[0]


def _moment(when: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(when)
    except ValueError as error:
        raise BadInput(f"--wanted {text}: expected a time such as 2026-11-23 02:00, as the phone showed it") from error
    if moment.tzinfo is not None:
        raise BadInput(f"--wanted {text}: expected the time as the phone showed it, without a zone (see --timezone)")
    return moment


def _within(within: str | None, task: TaskSpec, text: str) -> int:
    if within is None:
        if task.starts_within_ns is None:
            raise BadInput(f"--wanted {text}: the app file states no starts_within for {task.title}; add /1h or so")
        return task.starts_within_ns
    try:
        return parse_duration(within)
    except ValueError as error:
        raise BadInput(f"--wanted {text}: {error}") from error
