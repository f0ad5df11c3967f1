"""`dumpsys deviceidle`: the state of deep and light Doze; also the bare answers of `get deep` and `get light`."""

from __future__ import annotations

import re

from bgtask_harness.observe.facts import Facts
from bgtask_harness.observe.facts import sampled
from bgtask_harness.observe.facts import whole_lines
from bgtask_reference.events import Event
from bgtask_reference.events import Stamp

PARSER = "dumpsys-deviceidle"
_STATE = re.compile(r"\s*mState=(?P<deep>[A-Z_]+)(?:\s+mLightState=(?P<light>[A-Z_]+))?\s*", re.ASCII)
_BARE = re.compile(r"[A-Z_]{4,30}", re.ASCII)


def observe_device_idle(text: str, stamp: Stamp, _package: str) -> tuple[Event, ...]:
    """Give `doze-deep` and `doze-light`, in the words of device idle.

    Two bare words are the answers of `get deep` and `get light`, in that order.
    """
    lines = whole_lines(text)
    facts: Facts = {}
    used: list[str] = []
    for line in lines:
        match = _STATE.fullmatch(line)
        if match:
            facts["doze-deep"] = match["deep"]
            if match["light"]:
                facts["doze-light"] = match["light"]
            used = [line]
    words = [line.strip() for line in lines if line.strip()]
    if not facts and len(words) == 2 and all(_BARE.fullmatch(word) for word in words):  # noqa: PLR2004 - deep and light
        facts = {"doze-deep": words[0], "doze-light": words[1]}
        used = lines
    return sampled(PARSER, stamp, facts, used, text)
