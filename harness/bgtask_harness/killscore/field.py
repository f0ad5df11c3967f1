"""The bug classes of the field catalogue that a phone without hardware can show, as values."""

from __future__ import annotations

from functools import cache

import msgspec

from bgtask_harness.killscore.stages import ANDROID
from bgtask_harness.killscore.stages import stage


class BugClass(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One class.

    Attributes:
        id: `A53`, `K05`: what mutants name it by.
        title: What goes wrong.
        source: Where it was reported.
        none: Why there is no mutant of it; empty when there is one.

    """

    id: str
    title: str
    source: str
    none: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename={"classes": "class"}):
    classes: tuple[BugClass, ...]


@cache
def bug_classes(platform: str = ANDROID) -> tuple[BugClass, ...]:
    """Give all that a platform can show, in the catalogue's order."""
    return msgspec.toml.decode(stage(platform).classes.read_bytes(), type=_File).classes
