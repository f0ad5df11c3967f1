"""Reads `constants.toml`: the row that holds for a version, and whether that version is newer than anything known."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

Version = tuple[int, ...]


@cache
def table() -> dict[str, Any]:
    """Give the whole file as tomllib reads it."""
    return tomllib.loads(text())


@cache
def text() -> str:
    """Give the file's text; the catalogue's hash covers it."""
    return resources.files("bgtask_reference.platform").joinpath("constants.toml").read_text(encoding="utf-8")


def version(value: str | int | None) -> Version | None:
    """Read `2.11.2` or 36 as numbers; None where there is no number at the front."""
    numbers: list[int] = []
    for part in str(value).split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers) or None


@cache
def row(family: str, name: str, at: str | int | None) -> dict[str, int]:
    """Give the newest row that holds at a version. An unknown version gets the newest row."""
    rows: list[dict[str, Any]] = table()[family][name]
    wanted = version(at)
    fitting = [each for each in rows if wanted is None or (version(each["since"]) or ()) <= wanted]
    return (fitting or rows[:1])[-1]


def is_newer_than_known(family: str, at: str | int | None) -> bool:
    """Say whether a version lies above the newest one that the tables were made for."""
    wanted, known = version(at), version(table()[family]["newest_known"])
    return wanted is not None and known is not None and wanted[: len(known)] > known


@cache
def allowance_ns(name: str) -> int:
    """Give one of the oracle's own allowances in nanoseconds."""
    return int(table()["allowance"][name + "_ms"]) * 1_000_000


@cache
def allowance(name: str) -> int:
    """Give one of the oracle's own allowances that is a number."""
    return int(table()["allowance"][name])


@cache
def slew_ppm() -> int:
    """How fast the wall clock may drift from the boot clock without being stepped, in parts per million."""
    return int(table()["allowance"]["slew_ppm"])
