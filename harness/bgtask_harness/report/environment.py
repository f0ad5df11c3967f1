"""The phone's state over time, for a picture: what was sampled, and where two samples leave it open."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import History
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import ProcessStarted

Value = bool | int | str

_ALWAYS = ("network", "charging", "doze-deep")
_MOST = 8


@dataclass(frozen=True, slots=True)
class Band:
    """A fact from `start` to `stop`. `value` is None where nobody knows: two samples disagree and nothing said when."""

    start: int
    stop: int
    value: Value | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact over the whole journal."""

    name: str
    bands: tuple[Band, ...]


def facts_of(history: History, places: dict[int, int]) -> tuple[Fact, ...]:
    """Give the facts worth a row: network, charger and Doze if known, then those that changed, eight at most."""
    end = max(places.values(), default=0)
    readings = _readings(history, places)
    chosen = [name for name in _ALWAYS if name in readings]
    chosen += [name for name, seen in sorted(readings.items()) if name not in chosen and _changes(seen)]
    facts = [Fact(name, _bands(readings[name], end)) for name in chosen[:_MOST]]
    process = _process(history, places, end)
    return tuple([*facts, process] if process.bands else facts)


Reading = tuple[int, Value, bool]
"""When, what, and whether the phone itself announced it as a change."""


def _readings(history: History, places: dict[int, int]) -> dict[str, list[Reading]]:
    readings: dict[str, list[Reading]] = {}
    for entry in history.entries:
        event, at = entry.event, places[entry.index]
        if isinstance(event, EnvironmentSampled):
            for name, value in event.facts.items():
                readings.setdefault(name, []).append((at, value, False))
        elif isinstance(event, EnvironmentChanged):
            readings.setdefault(event.fact, []).append((at, event.value, True))
    return {name: sorted(seen, key=lambda reading: reading[0]) for name, seen in readings.items()}


def _changes(seen: list[Reading]) -> bool:
    return len({(type(value), value) for _, value, _ in seen}) > 1


def _bands(seen: list[Reading], end: int) -> tuple[Band, ...]:
    bands: list[Band] = []
    for index, (at, value, _) in enumerate(seen):
        following = seen[index + 1] if index + 1 < len(seen) else None
        stop = following[0] if following else end
        agreed = following is None or following[2] or following[1] == value
        bands.append(Band(at, stop, value if agreed else None))
        if not agreed:
            bands[-1:] = [Band(at, at, value), Band(at, stop, None)]
    return tuple(_merged(bands))


def _merged(bands: list[Band]) -> list[Band]:
    merged: list[Band] = []
    for band in bands:
        if merged and merged[-1].value == band.value and merged[-1].stop == band.start:
            merged[-1] = Band(merged[-1].start, band.stop, band.value)
        else:
            merged.append(band)
    return merged


def _process(history: History, places: dict[int, int], end: int) -> Fact:
    bands: list[Band] = []
    alive: dict[int, tuple[int, str]] = {}
    for entry in history.entries:
        event, at = entry.event, places[entry.index]
        if isinstance(event, ProcessStarted):
            alive[event.pid] = (at, event.why or "running")
        elif isinstance(event, ProcessDied) and event.pid in alive:
            start, why = alive.pop(event.pid)
            bands.append(Band(start, at, why))
    bands += [Band(start, end, why) for start, why in alive.values()]
    return Fact("app process", tuple(sorted(bands, key=lambda band: band.start)))
