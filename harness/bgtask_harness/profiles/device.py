"""Device profiles: how to find a device, its limits, and what may be done to it. Keys: `docs/scenarios.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from bgtask_harness.devices.port import DISRUPTION_ORDER
from bgtask_harness.devices.port import Disruption
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.profiles.durations import Duration
from bgtask_harness.profiles.reading import check
from bgtask_harness.profiles.reading import read_layers
from bgtask_harness.profiles.search import SearchPath

SCHEMA = 1
_NUMBERED = re.compile(r"(?P<profile>[^#]+)#(?P<number>[1-9]\d{0,3})")


class Find(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which device it is. `virtual` names a phone without hardware; the rest are compared with what is attached.

    `udid` and `name` (what its owner calls it) are an iPhone's; `simulator` is the name or the UDID of one of Xcode's.
    """

    platform: Literal["android", "ios"] = "android"
    serial: str | None = None
    model: str | None = None
    board: str | None = None
    udid: str | None = None
    name: str | None = None
    simulator: str | None = None
    tags: tuple[str, ...] = ()
    virtual: str | None = None


class Allow(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What may be done to it: classes up to `disruption`; moving the wall clock is asked for by itself."""

    disruption: Disruption = Disruption.KILL
    move_wall_clock: bool = False


class Limits(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Bounds that a person states because no system does."""

    responds_within: Duration = Duration(15_000_000_000)
    boots_within: Duration = Duration(180_000_000_000)
    unlocked_within: Duration | None = None


class DefaultApp(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The app file that is used when none was asked for."""

    default: str = "tvmaniac@U6"


class ProfileFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A profile as written."""

    schema: int
    find: Find
    title: str = ""
    allow: Allow = Allow()
    limits: Limits = Limits()
    app: DefaultApp = DefaultApp()


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, read and checked.

    Attributes:
        name: What `--device` calls it.
        file: Where it was found.
        title: What a person calls it.
        find: How to find the device.
        allow: What may be done to it.
        responds_within_ns: F1: an accepted force starts a run within this.
        boots_within_ns: A reboot takes no longer than this.
        unlocked_within_ns: Somebody types the code of its lock screen within this; None when nobody is there.
        default_app: The app file used when none was asked for.

    """

    name: str
    file: Path
    title: str
    find: Find
    allow: Allow
    responds_within_ns: int
    boots_within_ns: int
    default_app: str
    unlocked_within_ns: int | None = None

    @property
    def virtual(self) -> bool:
        """True for a phone without hardware."""
        return self.find.virtual is not None

    def allows(self, disruption: Disruption) -> bool:
        """True when that much may be done to the device."""
        return DISRUPTION_ORDER.index(disruption) <= DISRUPTION_ORDER.index(self.allow.disruption)


def load_profile(name: str, search: SearchPath) -> Profile:
    """Read the profile of that name. `NAME#2` is another virtual phone of the profile NAME, and `NAME#3` one more.

    Raises:
        DeviceNotFound: There is no such profile; says where was looked and what there is.
        BadInput: The file has a mistake, or a number was given to a profile of a phone that exists once.

    """
    file_name = _without_number(name)
    path = search.find(file_name)
    if path is None:
        raise DeviceNotFound(_unknown(name, search))
    written = check(read_layers(path, search.find), ProfileFile)
    if written.schema != SCHEMA:
        raise BadInput(f"{path}: key `schema`: expected {SCHEMA}, got {written.schema}; this version reads only that")
    if file_name != name and written.find.virtual is None:
        raise BadInput(
            f"--device {name}: only a virtual phone can be had more than once; give each phone a profile of its own, "
            f'with `extends = "{file_name}"` and its `serial`'
        )
    return Profile(
        name=name,
        file=path,
        title=written.title or name,
        find=written.find,
        allow=written.allow,
        responds_within_ns=written.limits.responds_within.ns,
        boots_within_ns=written.limits.boots_within.ns,
        default_app=written.app.default,
        unlocked_within_ns=written.limits.unlocked_within.ns if written.limits.unlocked_within else None,
    )


def _without_number(name: str) -> str:
    if "#" not in name:
        return name
    found = _NUMBERED.fullmatch(name)
    if found is None:
        raise BadInput(f"--device {name}: expected NAME, or NAME#2 for a second virtual phone of that profile")
    return found["profile"]


def _unknown(name: str, search: SearchPath) -> str:
    known = ", ".join(search.names()) or "none"
    places = ", ".join(str(folder) for folder in search.folders) or "no folder"
    return f"--device {name}: there is no profile of that name; known are {known}; looked in {places}"
