"""What a model of virtual phone is: read from `phones.toml`, where each number stands beside its source.

`NAME-apiLEVEL` of a model that is there at another level is that model with this level: same hardware, the level's
texts and numbers, and a build that says what it is. That is how levels are tried that no model has.
"""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from functools import cache
from typing import Any

import msgspec

from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.level import UnknownLevel
from bgtask_harness.virtual.android.level import level

_AT_A_LEVEL = re.compile(r"(?P<model>.+)-api(?P<level>\d{2,3})", re.ASCII)


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
    allow_listed: dict[str, int]
    allow_listed_except_idle: dict[str, int]

    @property
    def level(self) -> Level:
        """What its API level prints and does."""
        return level(self.api_level)


class UnknownPhone(LookupError):  # noqa: N818 - reads as what it is
    """There is no model of that name. The sentence lists those there are."""


def phone_profile(name: str) -> PhoneProfile:
    """Give the model of that name, or a model at another API level.

    Raises:
        UnknownPhone: There is none, or its level is not modelled.

    """
    models = _models()
    found = models.get(name) or _at_another_level(name, models)
    if found is None:
        raise UnknownPhone(f"no virtual phone is called {name!r}; there is {', '.join(sorted(models))}")
    return msgspec.convert({"name": name, **found}, PhoneProfile)


def _at_another_level(name: str, models: dict[str, Any]) -> dict[str, Any] | None:
    asked = _AT_A_LEVEL.fullmatch(name)
    others = [model for other, model in models.items() if asked and other.startswith(f"{asked['model']}-api")]
    if asked is None or not others:
        return None
    api, like = int(asked["level"]), others[0]
    try:
        level(api)
    except UnknownLevel as unknown:
        raise UnknownPhone(f"no virtual phone is called {name!r}: {unknown}") from None
    return {**like, "api_level": api, "properties": {**like["properties"], **_build_of(api)}}


def _build_of(api: int) -> dict[str, str]:
    """Give build facts that no phone has: who reads them sees that this level is an interpolated one."""
    build = f"interpolated-api{api}"
    names = ("id", "display.id", "fingerprint", "description", "version.incremental")
    release = {"ro.build.version.sdk": str(api), "ro.build.version.release": _RELEASES.get(api, str(api - 20))}
    return {**release, **{f"ro.build.{name}": build for name in names}}


_RELEASES = {28: "9", 29: "10", 30: "11", 31: "12", 32: "12", 33: "13", 34: "14", 35: "15", 36: "16"}


def phone_names() -> tuple[str, ...]:
    """Give the names of all models."""
    return tuple(sorted(_models()))


@cache
def _models() -> dict[str, Any]:
    source = importlib.resources.files(__package__).joinpath("phones.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
