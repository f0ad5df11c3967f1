"""AppStandbyController and the background restrictions of AppOps: how much an app may do unseen."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from enum import IntEnum

from bgtask_harness.virtual.android.observers import Observers


class Bucket(IntEnum):
    """`UsageStatsManager.STANDBY_BUCKET_*`."""

    EXEMPTED = 5
    ACTIVE = 10
    WORKING_SET = 20
    FREQUENT = 30
    RARE = 40
    RESTRICTED = 45
    NEVER = 50


class RestrictionLevel(IntEnum):
    """`ActivityManager.RESTRICTION_LEVEL_*`: how much an app may do unseen, as ActivityManager sees it."""

    UNRESTRICTED = 10
    EXEMPTED = 20
    ADAPTIVE_BUCKET = 30
    RESTRICTED_BUCKET = 40
    BACKGROUND_RESTRICTED = 50
    HIBERNATION = 60
    FORCE_STOPPED = 61
    USER_LAUNCH_ONLY = 70
    CUSTOM = 90

    @property
    def newer(self) -> bool | None:
        """Whether only the newer or only the older levels have it; None when all do."""
        later = {RestrictionLevel.FORCE_STOPPED, RestrictionLevel.USER_LAUNCH_ONLY, RestrictionLevel.CUSTOM}
        return True if self in later else False if self is RestrictionLevel.HIBERNATION else None


BUCKETS = tuple(Bucket)

BEFORE_RESTRICTED = tuple(bucket for bucket in Bucket if bucket is not Bucket.RESTRICTED)
"""Those up to API 29."""

_PREFIXES = (
    ("ac", Bucket.ACTIVE),
    ("wo", Bucket.WORKING_SET),
    ("fr", Bucket.FREQUENT),
    ("ra", Bucket.RARE),
    ("re", Bucket.RESTRICTED),
    ("ne", Bucket.NEVER),
)


def bucket_named(word: str, known: Collection[Bucket] = BUCKETS) -> int | None:
    """Give the bucket for a name or number as `am set-standby-bucket` takes it; None for neither."""
    lowered = word.lower()
    for prefix, bucket in _PREFIXES:  # a34 ActivityManagerShellCommand.bucketNameToBucketValue
        if lowered.startswith(prefix) and bucket in known:
            return int(bucket)
    try:
        return int(word)
    except ValueError:
        return None


def bucket_of(value: int, known: Collection[Bucket] = BUCKETS) -> Bucket:
    """Give the bucket that a number between two buckets counts as: the next lower one."""
    return max((bucket for bucket in known if bucket <= value), default=Bucket.EXEMPTED)


class Standby:
    """Bucket of each app; an app that was never seen is ACTIVE. `known` are the buckets that the level has."""

    def __init__(self, known: Collection[Bucket] = BUCKETS) -> None:
        self.known = known
        self._values: dict[str, int] = {}
        self._levels: dict[str, RestrictionLevel] = {}
        self._observers = Observers()

    def value(self, package: str) -> int:
        """Give the number that `am get-standby-bucket` prints."""
        return self._values.get(package, int(Bucket.ACTIVE))

    def bucket(self, package: str) -> Bucket:
        """Give the bucket."""
        return bucket_of(self.value(package), self.known)

    def set(self, package: str, value: int) -> None:
        """Put an app into a bucket, by force; has no effect on an exempted one."""
        if self.bucket(package) is not Bucket.EXEMPTED:
            self._change(package, value)

    def used(self, package: str) -> None:
        """Someone used the app: it is active, whatever was forced."""
        if self.bucket(package) > Bucket.ACTIVE:
            self._change(package, int(Bucket.ACTIVE))

    def exempt(self, package: str, *, on: bool) -> None:
        """The app came on the power allow-list, or left it."""
        self._change(package, int(Bucket.EXEMPTED if on else Bucket.ACTIVE))

    def restrict(self, package: str, level: RestrictionLevel) -> None:
        """Give an app a level of restriction, which moves it into the RESTRICTED bucket or out of it."""
        self._levels[package] = level
        if level >= RestrictionLevel.RESTRICTED_BUCKET:
            self._change(package, int(Bucket.RESTRICTED))
        elif self.bucket(package) is Bucket.RESTRICTED:
            self._change(package, int(Bucket.RARE))
        else:
            self._observers.tell()

    def restriction(self, package: str, *, exempt: bool) -> RestrictionLevel:
        """Give the level of an app: the one that was set, else what its bucket and the allow-list make of it."""
        bucket, set_level = self.bucket(package), self._levels.get(package)
        if set_level is not None:
            return set_level
        if bucket is Bucket.RESTRICTED:
            return RestrictionLevel.RESTRICTED_BUCKET
        if bucket is Bucket.EXEMPTED:
            return RestrictionLevel.EXEMPTED
        return RestrictionLevel.UNRESTRICTED if exempt else RestrictionLevel.ADAPTIVE_BUCKET

    def held(self, package: str) -> bool:
        """Say whether its level of restriction lets it do nothing unseen."""
        return self._levels.get(package, RestrictionLevel.UNRESTRICTED) >= RestrictionLevel.BACKGROUND_RESTRICTED

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)

    def _change(self, package: str, value: int) -> None:
        self._values[package] = value
        self._observers.tell()


RUN_ANY = "RUN_ANY_IN_BACKGROUND"
MODES = ("allow", "ignore", "deny", "default", "foreground")
"""AppOpsManager.MODE_NAMES."""


class AppOps:
    """Modes that were set for operations of packages."""

    def __init__(self) -> None:
        self._modes: dict[tuple[str, str], str] = {}
        self._observers = Observers()

    def mode(self, package: str, operation: str) -> str | None:
        """Give the mode that was set, None when none was."""
        return self._modes.get((package, operation))

    def set(self, package: str, operation: str, mode: str) -> None:
        """Set a mode; `default` and `allow` take the entry back to what it was for RUN_ANY_IN_BACKGROUND."""
        if mode == "default":
            self._modes.pop((package, operation), None)
        else:
            self._modes[package, operation] = mode
        self._observers.tell()

    def of(self, package: str) -> tuple[tuple[str, str], ...]:
        """All operations of a package with their modes, by name."""
        return tuple(sorted((op, mode) for (name, op), mode in self._modes.items() if name == package))

    def reset(self, package: str | None = None) -> None:
        """Forget everything that was set, for one package if one is named."""
        for name, operation in list(self._modes):
            if package in {None, name}:
                del self._modes[name, operation]
        self._observers.tell()

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)
