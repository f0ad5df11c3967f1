"""A history: what one journal holds, as values, ready to be judged.

`bgtask_harness.journal` reads it from disk; a test writes it by hand; the oracle sees only this.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from bgtask_reference.events.base import Event
from bgtask_reference.events.tasks import Norm
from bgtask_reference.events.tasks import TaskSpec


@dataclass(frozen=True, slots=True)
class AppEvidence:
    """What the build under test prints, as the app file states it.

    A statement is no proof: a source that showed no line in a whole journal is treated as absent.

    Attributes:
        app_log: The app file's own log templates are printed by this build.
        work_manager_level: The level that WorkManager's Configuration lets through: `DEBUG`, `INFO` or `ERROR`.
        beacon: The public JSON beacon is printed.
        hook: The debug hook answers.

    """

    app_log: bool = False
    work_manager_level: str = "INFO"
    beacon: bool = False
    hook: bool = False


@dataclass(frozen=True, slots=True)
class AppSpec:
    """The app file, resolved: what the oracle and the driver need of it.

    `activity` and `hook_receiver` are classes of the app, for whoever starts it or calls its debug hook; None when the
    app file names none.
    """

    name: str
    package: str
    tasks: tuple[TaskSpec, ...]
    norms: tuple[Norm, ...] = (Norm.PLATFORM, Norm.CONTRACT, Norm.EXPECTATION)
    evidence: AppEvidence = AppEvidence()
    work_manager_version: str | None = None
    activity: str | None = None
    hook_receiver: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """The device, resolved: what the oracle needs of it.

    Attributes:
        name: The profile's name.
        platform: `android` or `ios`.
        api_level: Android's API level; None when unknown.
        virtual: True for a phone without hardware.
        responds_within_ns: F1: an accepted force starts a run within this.
        notes: Further facts for the reader: model, build, serial.

    """

    name: str
    platform: str = "android"
    api_level: int | None = None
    virtual: bool = False
    responds_within_ns: int = 15_000_000_000
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """The first record of a journal: everything that judging needs beside the events."""

    format: int
    harness_version: str
    catalogue: str
    """Hash of the rule catalogue that was current when the journal was written."""
    scenario: str
    app: AppSpec
    device: DeviceSpec
    started: str = ""
    """ISO 8601, UTC, for people."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and its place in the journal. `host_ns` is when the harness recorded it (host monotonic clock)."""

    index: int
    host_ns: int
    event: Event


@dataclass(frozen=True, slots=True)
class History:
    """What could be read of one journal.

    Attributes:
        header: None when the first record is gone; then nothing can be judged.
        entries: Intact events in the order of their index.
        holes: `(first, last)` index ranges that are missing between intact ones.
        closed: True when the closing record is there. Without it the end of the history is unknown.

    """

    header: Header | None
    entries: tuple[Entry, ...]
    holes: tuple[tuple[int, int], ...] = ()
    closed: bool = False

    @property
    def whole(self) -> bool:
        """True when nothing is missing from the record itself."""
        return self.header is not None and self.closed and not self.holes
