"""What a model of virtual iPhone is: read from `phones.toml`, where each number stands beside its source."""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass
from typing import Any

import msgspec


class FrameworkLines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines that differ from one iOS to another."""

    simulate_by_ns_log: bool
    dasd_submitted: str
    dasd_cancelled: str


class IPhoneProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model with its build, and how it stands when it is made."""

    name: str
    version: str
    udid: str
    wall_clock: str
    """ISO 8601 with offset: the wall clock when the phone is made."""
    uptime_s: int
    timezone: str
    boot_seconds: int
    """How long a restart keeps it offline."""
    passcode: bool
    """A person has set one: the phone can be locked."""
    lockdown: dict[str, str | bool]
    framework: FrameworkLines

    @property
    def version_numbers(self) -> tuple[int, ...]:
        """`16.5` as (16, 5)."""
        return tuple(int(part) for part in self.version.split("."))


@dataclass(frozen=True, slots=True)
class IosBeginning:
    """How a phone's clocks stand when it is made.

    Attributes:
        wall_clock: ISO 8601 with offset.
        uptime_s: How long it has been up by then.

    """

    wall_clock: str
    uptime_s: int

    def of(self, profile: IPhoneProfile) -> IPhoneProfile:
        """Give a model that begins so."""
        return msgspec.structs.replace(profile, wall_clock=self.wall_clock, uptime_s=self.uptime_s)


class UnknownIPhone(LookupError):  # noqa: N818 - reads as what it is
    """There is no model of that name. The sentence lists those there are."""


def iphone_profile(name: str) -> IPhoneProfile:
    """Give the model of that name.

    Raises:
        UnknownIPhone: There is none.

    """
    models = _models()
    if name not in models:
        raise UnknownIPhone(f"virtual iPhone {name!r} is not known; there are {', '.join(sorted(models))}")
    return msgspec.convert(models[name] | {"name": name}, IPhoneProfile)


def iphone_models() -> tuple[str, ...]:
    """Every name."""
    return tuple(sorted(_models()))


def _models() -> dict[str, Any]:
    return tomllib.loads(importlib.resources.files(__package__).joinpath("phones.toml").read_text("utf-8"))
