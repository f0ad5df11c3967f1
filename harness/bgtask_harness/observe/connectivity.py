"""`dumpsys connectivity`: the default network, what carries it and whether it is metered.

Texts after AOSP `ConnectivityService.doDump` and `NetworkAgentInfo.toString`; `network{N}` and `nc{[ Transports: ...`
are there in every API level from 26.
"""

from __future__ import annotations

import re

from bgtask_harness.observe.facts import Facts
from bgtask_harness.observe.facts import sampled
from bgtask_harness.observe.facts import whole_lines
from bgtask_reference.events import Event
from bgtask_reference.events import Stamp

PARSER = "connectivity"
_ACTIVE = re.compile(r"\s*Active default network: (?P<network>none|null|\d{1,9})\s*", re.ASCII)
_CAPABILITIES = re.compile(r"\[ ?Transports: (?P<transports>[A-Z_|]+) Capabilities: (?P<capabilities>[A-Z_&0-9]+)")
_NAMES = {"CELLULAR": "mobile"}


def observe_connectivity(text: str, stamp: Stamp, _package: str) -> tuple[Event, ...]:
    """Give `network` (`none`, `wifi`, `mobile`, another transport in lower case), `metered` and `roaming`."""
    lines = whole_lines(text)
    active = next((match for match in map(_ACTIVE.fullmatch, lines) if match), None)
    if active is None:
        return sampled(PARSER, stamp, {}, [], text)
    if not active["network"].isdigit():
        return sampled(PARSER, stamp, {"network": "none"}, [active.string], text)
    agent = f"network{{{active['network']}}}"
    line = next((line for line in lines if "NetworkAgentInfo" in line and agent in line), "")
    capabilities = _CAPABILITIES.search(line)
    facts: Facts = {}
    if capabilities:
        transports = [name for name in capabilities["transports"].split("|") if name != "VPN"] or ["VPN"]
        facts["network"] = _NAMES.get(transports[0], transports[0].lower())
        words = capabilities["capabilities"].split("&")
        facts["metered"] = "NOT_METERED" not in words
        facts["roaming"] = "NOT_ROAMING" not in words
    return sampled(PARSER, stamp, facts, [active.string, line], text)
