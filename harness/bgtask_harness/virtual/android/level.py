"""What an API level prints and does: `levels.toml` and its neighbours, read for one level.

Nothing else of the virtual phone compares API levels: it asks the level whether it has a feature, or for its numbers.
The rule for levels that were not read as a whole is at the head of `levels.toml`.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers that JobScheduler works with; times in milliseconds."""

    max_jobs: int
    """Distinct jobs of one app."""
    max_running_per_app: int
    slots: int
    """Jobs that the phone runs at once; dumps up to API 32 list them all."""
    guarantee_ms: int
    """How long every job may run."""
    longest_ms: int
    """How long one may run while quota is free."""
    batch_jobs: int
    """So many ready jobs of apps out of use start together."""
    batch_delay_ms: int
    """Or they start when one of them has waited this long."""
    stop_to_failure_ratio: int
    """So many stops by the system count as one failure."""
    expedited_guarantee_ms: int = 0
    """How long every expedited job may run."""
    user_initiated_guarantee_ms: int = 0
    user_initiated_longest_ms: int = 0
    """The same for user-initiated ones, and the longest that one may run."""
    cumulative_longest_ms: int = 0
    """A user-initiated one that has run so long altogether is an ordinary one from then on."""
    abandoned_before_aggressive: int = 0
    """More failures than these in which the app had forgotten the job make its backoff exponential."""


class RateLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of its quota an app may use at once; times in milliseconds."""

    window_ms: int
    jobs: int
    sessions: int
    coalescing_ms: int
    """Sessions with a shorter gap between them count as one."""


class Heartbeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How API 28 holds back apps: the length of a beat, and the beats that a bucket waits."""

    beat_ms: int
    working_set: int
    frequent: int
    rare: int


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines of `Settings:`, of controllers in it, and those in QuotaController's between its numbers."""

    lines: tuple[str, ...]
    controllers: tuple[str, ...] = ()
    quota_before: tuple[str, ...] = ()
    quota_between: tuple[str, ...] = ()


class Level(msgspec.Struct, frozen=True):
    """One API level, resolved."""

    api: int
    interpolated: bool
    """It was not read as a whole: some of it is taken from the level below, or, above the newest, from that."""
    features: frozenset[str]
    verbs: frozenset[str]
    """Verbs of `cmd jobscheduler`."""
    limits: Limits
    heartbeat: Heartbeat | None
    quota: Mapping[str, Mapping[str, int]]
    """Limits of each standby bucket; empty where there is no quota."""
    rate_limit: RateLimit
    expedited: Mapping[str, int]
    """Milliseconds in 24 hours that each bucket has for expedited jobs; empty where there are none."""
    thermal: str
    """Which jobs a hot phone holds: `none`, `network`, `all` or by `priority`."""
    controllers: tuple[str, ...]
    settings: Settings
    network_request: str
    log_size: str
    """What `logcat -g` says of a buffer."""
    exception: str
    device_idle: Mapping[str, int | float | bool]
    device_idle_state: tuple[str, ...]

    def has(self, feature: str) -> bool:
        """Say whether this level has a feature of `levels.toml`."""
        return feature in self.features


class UnknownLevel(LookupError):  # noqa: N818 - reads as what it is
    """There is nothing to say about this level. One sentence."""


@cache
def level(api: int) -> Level:
    """Give what is known of an API level.

    Raises:
        UnknownLevel: It is below the oldest.

    """
    table, idle = _read("levels.toml"), _read("deviceidle_levels.toml")
    if api < table["oldest"]:
        raise UnknownLevel(f"API level {api} is not modelled; the oldest is {table['oldest']}")
    has_quota = "quota" in _held(table["features"], api)
    has_beats = "heartbeats" in _held(table["features"], api)
    return Level(
        api=api,
        interpolated=api not in table["declared"],
        features=_held(table["features"], api),
        verbs=_held(table["verbs"], api),
        limits=msgspec.convert(_row(table["limits"], api), Limits),
        heartbeat=msgspec.convert(_row(table["heartbeat"], api), Heartbeat) if has_beats else None,
        quota=_row(table["quota"], api)["buckets"] if has_quota else {},
        rate_limit=msgspec.convert(_row(table["rate_limit"], api), RateLimit),
        expedited=_row(table["expedited"], api)["buckets"],
        thermal=_row(table["thermal"], api)["rule"],
        controllers=tuple(f"{name}Controller" for name in _row(table["controllers"], api)["names"]),
        settings=msgspec.convert(_row(_read("jobscheduler_settings.toml")["settings"], api), Settings),
        network_request=_row(table["network_request"], api)["text"],
        log_size=_row(table["log_size"], api)["text"],
        exception=_row(table["exception"], api)["text"],
        device_idle=_row(idle["constants"], api),
        device_idle_state=tuple(_row(idle["state"], api)["lines"]),
    )


def all_features() -> frozenset[str]:
    """Give the names of all features, of whatever level."""
    return frozenset(_read("levels.toml")["features"])


def declared_levels() -> tuple[int, ...]:
    """Give the levels that were read as a whole."""
    return tuple(_read("levels.toml")["declared"])


def _held(spans: Mapping[str, Mapping[str, int]], api: int) -> frozenset[str]:
    return frozenset(name for name, span in spans.items() if span["since"] <= api <= span.get("until", api))


def _row(rows: list[dict[str, Any]], api: int) -> dict[str, Any]:
    newest = max((row for row in rows if row["since"] <= api), key=lambda row: int(row["since"]))
    return {name: value for name, value in newest.items() if name != "since"}


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(importlib.resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
