"""The package list: who is installed, as which uid, and whether it is in the stopped state."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import Enum

from bgtask_harness.virtual.android.jobs import InstalledPackage

SYSTEM_UID = 1000
SHELL_UID = 2000
FIRST_APPLICATION_UID = 10_000
PER_USER_RANGE = 100_000

SYSTEM_PACKAGES: dict[str, int] = {"android": SYSTEM_UID, "com.android.shell": SHELL_UID}
"""The few packages of the system itself that commands may name."""


class ExitReason(Enum):
    """`ApplicationExitInfo.REASON_*`, by the words that `exit-info` prints."""

    CRASH = 4
    USER_REQUESTED = 10
    OTHER = 13

    @property
    def words(self) -> str:
        """`ApplicationExitInfo.reasonCodeToString`."""
        return _EXIT_WORDS[self]


_EXIT_WORDS = {
    ExitReason.CRASH: "APP CRASH(EXCEPTION)",
    ExitReason.USER_REQUESTED: "USER REQUESTED",
    ExitReason.OTHER: "OTHER KILLS BY SYSTEM",
}


@dataclass(frozen=True, slots=True)
class Exit:
    """One entry of ApplicationExitInfo."""

    wall_ns: int
    pid: int
    reason: ExitReason
    description: str


@dataclass(slots=True)
class PackageRecord:
    """One installed app."""

    package: InstalledPackage
    uid: int
    installed_wall_ns: int
    stopped: bool = True
    """No broadcast reaches it until it is started: true after install and after force-stop."""
    force_stopped: bool = False
    """It was force-stopped and no process of it has asked since (`ApplicationExitInfo`)."""
    alarm_set: bool = False
    """It has set the alarm by which it notices a force-stop where there is no ApplicationExitInfo."""
    alarm_set_ns: int = 0
    """When it did, since boot."""
    exits: list[Exit] = field(default_factory=list)
    """How its last processes ended, oldest first."""

    @property
    def name(self) -> str:
        """The package name."""
        return self.package.name


class PackageTable:
    """Everything that is installed."""

    def __init__(self, first_app_id: int) -> None:
        self._next_uid = first_app_id
        self._records: dict[str, PackageRecord] = {}

    def install(self, package: InstalledPackage, wall_ns: int) -> PackageRecord:
        """Install or update: an update keeps uid and stopped state."""
        known = self._records.get(package.name)
        if known is not None:
            known.package = package
            return known
        record = PackageRecord(package, self._next_uid, wall_ns)
        self._next_uid += 1
        self._records[package.name] = record
        return record

    def find(self, name: str) -> PackageRecord | None:
        """Give an app, None when it is not installed."""
        return self._records.get(name)

    def uid_of(self, name: str) -> int | None:
        """Give the uid of an app or of a package of the system."""
        record = self._records.get(name)
        return record.uid if record is not None else SYSTEM_PACKAGES.get(name)

    def by_uid(self, uid: int) -> PackageRecord | None:
        """Give the app with that uid."""
        return next((record for record in self._records.values() if record.uid == uid), None)

    def name_of(self, uid: int) -> str | None:
        """Give the package of a uid, an app's or the system's own; None for nobody's."""
        record = self.by_uid(uid)
        own = (name for name, known in SYSTEM_PACKAGES.items() if known == uid)
        return record.name if record is not None else next(own, None)

    def all(self) -> tuple[PackageRecord, ...]:
        """All apps, by uid."""
        return tuple(sorted(self._records.values(), key=lambda record: record.uid))


def format_uid(uid: int) -> str:
    """`UserHandle.formatUid`: `u0a234` for an app, the number for the system's own."""
    user, app_id = divmod(uid, PER_USER_RANGE)
    if app_id < FIRST_APPLICATION_UID:
        return str(uid)
    return f"u{user}a{app_id - FIRST_APPLICATION_UID}"
