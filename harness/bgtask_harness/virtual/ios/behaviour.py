"""The numbers of `behaviour.toml`, in nanoseconds."""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass
from functools import cache

MS = 1_000_000
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What each means stands beside its number."""

    refresh_limit: int
    processing_limit: int
    window_ns: int
    evaluation_ns: int
    spacing_ns: int
    refresh_ns: int
    processing_ns: int
    after_expiry_ns: int
    delivery_ns: int
    start_ns: int
    suspend_ns: int
    idle_ns: int
    xpc_ns: int
    critical_battery_percent: int


@cache
def behaviour() -> Behaviour:
    """Read them once."""
    table = tomllib.loads(importlib.resources.files(__package__).joinpath("behaviour.toml").read_text("utf-8"))
    limits, window, run, process = table["limits"], table["window"], table["run"], table["process"]
    return Behaviour(
        refresh_limit=limits["refresh"],
        processing_limit=limits["processing"],
        window_ns=window["length_s"] * SECOND,
        evaluation_ns=window["evaluation_s"] * SECOND,
        spacing_ns=window["spacing_s"] * SECOND,
        refresh_ns=run["refresh_s"] * SECOND,
        processing_ns=run["processing_s"] * SECOND,
        after_expiry_ns=run["after_expiry_s"] * SECOND,
        delivery_ns=run["delivery_ms"] * MS,
        start_ns=process["start_ms"] * MS,
        suspend_ns=process["suspend_s"] * SECOND,
        idle_ns=process["idle_ms"] * MS,
        xpc_ns=process["xpc_ms"] * MS,
        critical_battery_percent=table["policy"]["critical_battery_percent"],
    )
