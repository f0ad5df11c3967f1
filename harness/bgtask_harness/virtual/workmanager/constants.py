"""The library's numbers and names, read from `constants.toml`, where each stands beside its source."""

from __future__ import annotations

import importlib.resources
import tomllib

import msgspec


class StopReasons(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`JobParameters.STOP_REASON_*` and what `WorkInfo` adds."""

    cancelled_by_app: int
    battery_not_low: int
    charging: int
    connectivity: int
    device_idle: int
    storage_not_low: int
    not_stopped: int
    unknown: int
    highest_known: int


class Classes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Class names and the broadcast that a person may send."""

    system_job_service: str
    reschedule_receiver: str
    diagnostics_receiver: str
    diagnostics_worker: str
    diagnostics_action: str


class Runtime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long things take in a virtual app's process; nanoseconds."""

    executor_hop_ns: int
    first_emission_ns: int
    request_ns: int
    offline_ns: int


class Constants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of `constants.toml`; times in milliseconds."""

    minimum_interval_ms: int
    minimum_flex_ms: int
    minimum_backoff_ms: int
    maximum_backoff_ms: int
    default_backoff_ms: int
    override_spacing_ms: int
    greedy_limit: int
    scheduler_limit: int
    unthrottled_attempts: int
    completed_window_ms: int
    prune_after_ms: int
    longest_tag: int
    namespace: str
    namespace_since_api: int
    namespace_since_version: tuple[int, int]
    coroutine_wrapper_since_version: tuple[int, int]
    diagnostics_job_id_since_version: tuple[int, int]
    stop_reason: StopReasons
    classes: Classes
    runtime: Runtime


def _read() -> Constants:
    source = importlib.resources.files(__package__).joinpath("constants.toml")
    return msgspec.convert(tomllib.loads(source.read_text(encoding="utf-8")), Constants)


CONSTANTS = _read()
NS_PER_MS = 1_000_000
