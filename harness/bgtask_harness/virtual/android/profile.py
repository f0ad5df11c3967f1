"""What a model of virtual phone is: read from `phones.toml`, where each number stands beside its source."""

from __future__ import annotations

import importlib.resources
import tomllib
from typing import Any

import msgspec


class PhoneProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model of phone with its build, and how it stands when it is made."""

    name: str
    api_level: int
    serial: str
    wall_clock: str
    """ISO 8601 with offset: the wall clock when the phone is made."""
    uptime_s: int
    """How long it has been up by then."""
    timezone: str
    kernel_version: str
    """`/proc/version`."""
    boot_seconds: int
    """How long a reboot keeps it offline."""
    boot_completed_seconds: int
    """How long after that BOOT_COMPLETED is sent."""
    first_app_id: int
    properties: dict[str, str]
    log_capacity: dict[str, int]
    settings: dict[str, dict[str, str]]
    battery: dict[str, int]
    job_scheduler: dict[str, int | float | bool | str]
    """JobSchedulerService.Constants by their printed names, and three of our own (`max_` ...)."""
    quota: dict[str, dict[str, int]]
    """Limits of each standby bucket."""
    device_idle: dict[str, int | float | bool]
    allow_listed: dict[str, int]
    allow_listed_except_idle: dict[str, int]


class UnknownPhone(LookupError):  # noqa: N818 - reads as what it is
    """There is no model of that name. The sentence lists those there are."""


def phone_profile(name: str) -> PhoneProfile:
    """Give the model of that name.

    Raises:
        UnknownPhone: There is none.

    """
    models = _models()
    if name not in models:
        raise UnknownPhone(f"no virtual phone is called {name!r}; there is {', '.join(sorted(models))}")
    return msgspec.convert({"name": name, **models[name]}, PhoneProfile)


def phone_names() -> tuple[str, ...]:
    """Give the names of all models."""
    return tuple(sorted(_models()))


def _models() -> dict[str, Any]:
    source = importlib.resources.files(__package__).joinpath("phones.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
