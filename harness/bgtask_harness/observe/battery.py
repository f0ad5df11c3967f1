"""`dumpsys battery`. Its `charging` is the charger's; JobScheduler's own notion comes from its getters."""

from __future__ import annotations

import re

from bgtask_harness.observe.facts import BOOLEANS
from bgtask_harness.observe.facts import Facts
from bgtask_harness.observe.facts import sampled
from bgtask_harness.observe.facts import whole_lines
from bgtask_reference.events import Event
from bgtask_reference.events import Stamp

PARSER = "dumpsys-battery"
_HEADER = "Current Battery Service state:"
_FROZEN = "(UPDATES STOPPED"
_POWERED = {"AC powered": "ac", "USB powered": "usb", "Wireless powered": "wireless", "Dock powered": "dock"}
_ALWAYS_PRINTED = {"ac", "usb", "wireless"}
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


def observe_battery(text: str, stamp: Stamp, _package: str) -> tuple[Event, ...]:
    """Give `power`, `battery-level` (percent) and `battery-frozen` (a person set it), each only if it was told."""
    values, used, frozen = _read(whole_lines(text))
    facts: Facts = {}
    plugs = {name: values[key] for key, name in _POWERED.items() if values.get(key) in BOOLEANS}
    plugged = [name for name, value in plugs.items() if value == "true"]
    if plugged:
        facts["power"] = plugged[0]
    elif plugs.keys() >= _ALWAYS_PRINTED:
        facts["power"] = "none"
    level, scale = _number(values, "level"), _number(values, "scale")
    if level is not None and scale:
        facts["battery-level"] = level * 100 // scale
    if frozen is not None:
        facts["battery-frozen"] = frozen
    return sampled(PARSER, stamp, facts, used, text)


def _read(lines: list[str]) -> tuple[dict[str, str], list[str], bool | None]:
    values: dict[str, str] = {}
    used: list[str] = []
    frozen: bool | None = None
    wanted = {*_POWERED, "level", "scale"}
    header_seen = False
    for line in lines:
        key, colon, value = line.strip().partition(":")
        if line.strip() == _HEADER:
            header_seen = True
        elif line.strip().startswith(_FROZEN):
            frozen = True
            used.append(line)
        elif colon and key in wanted:
            values.setdefault(key, value.strip())
            used.append(line)
            if header_seen and frozen is None:
                frozen = False
    return values, used, frozen


def _number(values: dict[str, str], key: str) -> int | None:
    text = values.get(key, "")
    return int(text) if _NUMBER.fullmatch(text) else None
