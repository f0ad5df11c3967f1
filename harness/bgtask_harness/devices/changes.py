"""A change of a phone that can be taken back, as a value: what is done, what was found, how to put that back.

Standard library only, and lines of the phone's own shell inside: a change can be put back by a process that knows
nothing of sessions, on another day, or by a person who types the line.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Lever(StrEnum):
    """What of a phone can be changed for a while. The values that each takes stand beside it."""

    WIFI = "wifi"
    """`on`, `off`"""
    MOBILE_DATA = "mobile-data"
    """`on`, `off`"""
    AIRPLANE_MODE = "airplane-mode"
    """`on`, `off`"""
    DATA_SAVER = "data-saver"
    """`on`, `off`"""
    METERED_WIFI = "metered-wifi"
    """`on`, `off`: what a person says of every Wi-Fi that is saved"""
    STORAGE = "storage"
    """What the phone believes of its storage: `low`, `enough`"""
    POWER = "power"
    """What the phone believes of its battery: `unplugged`, `low` (unplugged, nearly empty), `charging`"""
    BATTERY_SAVER = "battery-saver"
    """`on`, `off`; takes effect while unplugged"""
    SCREEN = "screen"
    """`on`, `off`"""
    DEVICE_IDLE = "device-idle"
    """`on`, `off`: the phone counts as idle for jobs; takes the screen along"""
    DOZE = "doze"
    """`deep`, `light`, `maintenance` (of deep Doze that it is in), `active`"""
    BUCKET = "standby-bucket"
    """`active`, `working_set`, `frequent`, `rare`, `restricted`"""
    BACKGROUND = "background"
    """`restricted`, `unrestricted`: what Settings calls battery usage of an app"""
    AUTOMATIC_TIME = "automatic-time"
    """`on`, `off`: the wall clock follows the network"""
    WALL_CLOCK = "wall-clock"
    """Nanoseconds forward"""
    AUTOMATIC_TIME_ZONE = "automatic-time-zone"
    """`on`, `off`: the time zone follows the network or the place"""
    TIME_ZONE = "time-zone"
    """A name of the time zone database: `Pacific/Kiritimati`"""
    FILES = "files"
    """Files that were put on the phone; not one to pull"""
    APP_BUILD = "app-build"
    """`older`: another build of the app; `install_older_build` does it"""
    APP_STATE = "app-state"
    """By the debug hook: a setting of the app, any text"""
    SERVER = "server"
    """By the debug hook: what the app's server answers at an endpoint"""


CUTS_NETWORK = frozenset({Lever.WIFI, Lever.MOBILE_DATA, Lever.AIRPLANE_MODE})
"""Levers that may take away the way to a phone that is reached over a network."""


@dataclass(frozen=True, slots=True)
class Wall:
    """The wall clock as it was found. A clock goes on, so what is put back is not a value but a difference.

    Attributes:
        boot_id: The boot that the reading belongs to.
        boot_ns: The boot clock.
        wall_ns: The wall clock.
        host_ns: The host's own wall clock at that moment.
        moved_ns: How far it is to be moved.
        read: Shell line that prints boot id, uptime and wall clock.
        set: Shell line that sets it, with `{wall_ms}` in it.

    """

    boot_id: str
    boot_ns: int
    wall_ns: int
    host_ns: int
    moved_ns: int
    read: str
    set: str


@dataclass(frozen=True, slots=True)
class OlderBuild:
    """How an older build of an app is installed, and the present one again.

    Attributes:
        files: What is put on the phone for that: path and content.
        staged: The change that this makes.
        installed: The change that installing the older build makes; taking it back installs what was found.

    """

    files: tuple[tuple[str, bytes], ...]
    staged: Change
    installed: Change


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        lever: What is changed.
        value: To what.
        subject: Of what: a package, a setting, an endpoint; empty for the phone itself.
        was: What it was, in a word for people.
        apply: Shell line that does it.
        restore: Shell lines that put back what was found; none when nobody can know what that was.
        answers: Pattern of what each of them prints when it worked; empty for lines that print nothing.
        check: Shell line that asks for it; empty when nothing tells.
        holds: Pattern of the check's output once it was done (`re.search`).
        found: Pattern of the check's output as it was found.
        wall: For the wall clock: what was found. There are no `restore` lines then.

    """

    lever: Lever
    value: str
    subject: str = ""
    was: str = ""
    apply: str = ""
    restore: tuple[str, ...] = ()
    answers: str = ""
    check: str = ""
    holds: str = ""
    found: str = ""
    wall: Wall | None = None

    @property
    def described(self) -> str:
        """What was changed, for people: `wifi off (was on)`."""
        of = f" of {self.subject}" if self.subject else ""
        return f"{self.lever}{of} {self.value or 'empty'} (was {self.was or 'unknown'})"

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Change:
        """Read it back.

        Raises:
            ValueError: It is not what `to_json` gave.

        """
        try:
            fields = dict(given)
            wall = fields.pop("wall")
            fields["lever"], fields["restore"] = Lever(fields["lever"]), tuple(fields["restore"])
            return cls(**fields, wall=Wall(**wall) if wall else None)
        except (KeyError, TypeError) as error:
            raise ValueError(f"is no change: {error}") from error
