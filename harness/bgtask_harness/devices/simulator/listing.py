"""Which simulators there are: the JSON of `simctl list -j`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.simulator import simctl
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import Refused

BOOTED, SHUTDOWN = "Booted", "Shutdown"

_RUNTIME = re.compile(r"(?:com\.apple\.CoreSimulator\.SimRuntime\.)?iOS[- ](?P<version>\d+(?:[-.]\d+)*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Simulator:
    """One simulator of iOS.

    Attributes:
        udid: What every command names it by.
        name: As Xcode shows it; several may share one.
        os_version: Of its runtime, as exact as the list tells.
        build: Of its runtime; empty when the list does not tell.
        model: `iPhone-15`: the last word of its device type.
        state: `Booted`, `Shutdown`, or what it is between them.
        available: Its runtime is installed.
        booted_at: When it was last booted, as the list prints it; empty when it does not tell.

    """

    udid: str
    name: str
    os_version: str
    build: str = ""
    model: str = ""
    state: str = SHUTDOWN
    available: bool = True
    booted_at: str = ""


def read(deadline: Deadline) -> tuple[Simulator, ...]:
    """Ask for the list.

    Raises:
        Refused: simctl failed, or printed what is no list.

    """
    return parse(simctl.call(("list", "-j"), deadline, "listing simulators"))


def parse(text: str) -> tuple[Simulator, ...]:
    """Read the list; simulators of other systems than iOS are left out.

    Raises:
        Refused: It is none.

    """
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        listed = None
    devices = listed.get("devices") if isinstance(listed, dict) else None
    if not isinstance(devices, dict):
        raise Refused("`xcrun simctl list -j` printed no list of devices: try it by hand, then xcode-select")
    runtimes = {str(runtime.get("identifier")): runtime for runtime in _objects(listed.get("runtimes"))}
    return tuple(
        found for key, entries in devices.items() for found in _of_runtime(key, runtimes.get(key, {}), entries)
    )


def choose(simulators: tuple[Simulator, ...], wanted: str) -> Simulator:
    """Give the one with that UDID, or the only usable one of that name.

    Raises:
        DeviceNotFound: None, or more than one; says what there is.

    """
    for simulator in simulators:
        if simulator.udid == wanted:
            return simulator
    usable = [simulator for simulator in simulators if simulator.available]
    named = [simulator for simulator in usable if simulator.name == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        raise DeviceNotFound(f"several simulators are called {wanted!r}: name one by its UDID: {_shown(named)}")
    raise DeviceNotFound(f"no simulator is called {wanted!r} or has that UDID; there are: {_shown(usable) or 'none'}")


def _of_runtime(key: str, runtime: Mapping[str, Any], entries: Any) -> Iterator[Simulator]:
    match = _RUNTIME.fullmatch(key)
    if match is None:
        return
    version = str(runtime.get("version") or match["version"].replace("-", "."))
    for entry in _objects(entries):
        if isinstance(entry.get("udid"), str):
            yield _simulator(entry, version, str(runtime.get("buildversion", "")))


def _simulator(entry: Mapping[str, Any], version: str, build: str) -> Simulator:
    return Simulator(
        udid=entry["udid"],
        name=str(entry.get("name", "")),
        os_version=version,
        build=build,
        model=str(entry.get("deviceTypeIdentifier", "")).rpartition(".")[2],
        state=str(entry.get("state", "")),
        available=entry.get("isAvailable", True) is True,
        booted_at=str(entry.get("lastBootedAt", "")),
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _shown(simulators: list[Simulator]) -> str:
    return ", ".join(f"{one.name} (iOS {one.os_version}, {one.udid})" for one in simulators)
