"""Short answers of the shell: JobScheduler's getters, standby bucket, app ops, stopped state, savers."""

from __future__ import annotations

import re
from itertools import pairwise

from bgtask_harness.observe.facts import BOOLEANS
from bgtask_harness.observe.facts import Facts
from bgtask_harness.observe.facts import sampled
from bgtask_harness.observe.facts import whole_lines
from bgtask_reference.events import Event
from bgtask_reference.events import Stamp

GETTERS = "jobscheduler-getters"
BUCKET = "am-bucket"
APP_OPS = "appops"
STOPPED = "dumpsys-package-stopped"
LOW_POWER = "settings-low-power"
DATA_SAVER = "netpolicy-restrict-background"

_FACT_OF_GETTER = {
    "get-battery-charging": "charging",
    "get-battery-not-low": "battery-not-low",
    "get-storage-not-low": "storage-not-low",
}
_BUCKET = re.compile(r"\d{1,3}", re.ASCII)
_OP = "RUN_ANY_IN_BACKGROUND"
_RESTRICTED = {"allow": False, "ignore": True, "deny": True}
_MODE = re.compile(rf"(?:(?P<uid>Uid mode: ){_OP}: |{_OP}: |Default mode: )(?P<mode>[a-z]+)(?:[;\s].*)?")
_PACKAGE = re.compile(r"\s*Package \[(?P<name>[^\]]+)\].*")
_USER_STOPPED = re.compile(r"\s*User 0:.*\bstopped=(?P<stopped>true|false)\b.*")
_BACKGROUND_DATA = {
    "Restrict background status: enabled": True,
    "Restrict background status: disabled": False,
}
_SAVER = {"0": False, "1": True, "null": False}


def observe_getters(text: str, stamp: Stamp, _package: str) -> tuple[Event, ...]:
    """Give `charging`, `battery-not-low`, `storage-not-low`: each a line with its verb and a line with the answer."""
    lines = whole_lines(text)
    facts: Facts = {}
    used: list[str] = []
    for verb, answer in pairwise(lines):
        fact = _FACT_OF_GETTER.get(verb.strip())
        value = BOOLEANS.get(answer.strip())
        if fact and value is not None:
            facts[fact] = value
            used += [verb, answer]
    return sampled(GETTERS, stamp, facts, used, text)


def observe_bucket(text: str, stamp: Stamp, _package: str) -> tuple[Event, ...]:
    """Give `bucket`, the number that `am get-standby-bucket` prints."""
    lines = whole_lines(text)
    facts: Facts = {}
    if len(lines) == 1 and _BUCKET.fullmatch(lines[0].strip()):
        facts["bucket"] = int(lines[0])
    return sampled(BUCKET, stamp, facts, lines, text)


def observe_app_ops(text: str, stamp: Stamp, _package: str) -> tuple[Event, ...]:
    """Give `background-restricted` from `cmd appops get PKG RUN_ANY_IN_BACKGROUND`.

    The uid's mode stands above the package's, the package's above the default. A mode that nobody described gives no
    fact.
    """
    modes: dict[str, str] = {}
    used: list[str] = []
    for line in whole_lines(text):
        match = _MODE.fullmatch(line.strip())
        if match:
            rank = "uid" if match["uid"] else "default" if line.strip().startswith("Default") else "package"
            modes[rank] = match["mode"]
            used.append(line)
    mode = modes.get("uid") or modes.get("package") or modes.get("default") or ""
    facts: Facts = {"background-restricted": _RESTRICTED[mode]} if mode in _RESTRICTED else {}
    return sampled(APP_OPS, stamp, facts, used, text)


def observe_stopped(text: str, stamp: Stamp, package: str) -> tuple[Event, ...]:
    """Give `stopped` from `dumpsys package PKG`: the app is in the stopped state for the first user."""
    facts: Facts = {}
    used: list[str] = []
    of_package = True
    for line in whole_lines(text):
        header = _PACKAGE.fullmatch(line)
        if header:
            of_package = header["name"] == package
        match = _USER_STOPPED.fullmatch(line)
        if match and of_package and not facts:
            facts["stopped"] = BOOLEANS[match["stopped"]]
            used.append(line)
    return sampled(STOPPED, stamp, facts, used, text)


def observe_low_power(text: str, stamp: Stamp, _package: str) -> tuple[Event, ...]:
    """Give `battery-saver` from `settings get global low_power`; never set (`null`) means off."""
    lines = whole_lines(text)
    facts: Facts = {}
    if len(lines) == 1 and lines[0].strip() in _SAVER:
        facts["battery-saver"] = _SAVER[lines[0].strip()]
    return sampled(LOW_POWER, stamp, facts, lines, text)


def observe_data_saver(text: str, stamp: Stamp, _package: str) -> tuple[Event, ...]:
    """Give `data-saver` from `cmd netpolicy get restrict-background`."""
    lines = whole_lines(text)
    facts: Facts = {}
    if len(lines) == 1 and lines[0].strip() in _BACKGROUND_DATA:
        facts["data-saver"] = _BACKGROUND_DATA[lines[0].strip()]
    return sampled(DATA_SAVER, stamp, facts, lines, text)
