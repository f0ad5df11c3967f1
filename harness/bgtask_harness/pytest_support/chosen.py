"""What the command line asks for, read and checked, as one value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.devices.port import Disruption
from bgtask_harness.errors import BadInput
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.profiles.durations import parse_duration
from bgtask_harness.pytest_support.options import device_names

RUNS = Path("reports") / "runs"
_RUN_DIR = pytest.StashKey[Path]()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the command line asks for, read and checked.

    Attributes:
        profiles: By name, in the order that they were given.
        apps: The app file for each profile's name.
        run_dir: Where everything goes.
        patience_s: Longest real wait for something to come due.
        lease_wait_s: Longest wait for somebody else's device.
        program: `--virtual-app`.
        faults: `--virtual-fault`.
        allowed: `--allow-disruption`; None leaves it to the profiles.

    """

    profiles: dict[str, Profile]
    apps: dict[str, AppFile]
    run_dir: Path
    patience_s: float
    lease_wait_s: float
    program: str | None
    faults: tuple[str, ...]
    allowed: Disruption | None


def search_path(config: pytest.Config) -> SearchPath:
    """Give where profiles are looked for in this run.

    Raises:
        BadInput: `--device-profiles` names no folder.

    """
    folder = config.getoption("device_profiles", None)
    here = config.invocation_params.dir
    return SearchPath.standard(Path(folder).expanduser() if folder else None, cwd=here, root=config.rootpath)


def choose(config: pytest.Config) -> Chosen:
    """Read every profile and app file that was asked for.

    Raises:
        BadInput: Something that was given cannot be used.

    """
    search = search_path(config)
    profiles = {name: load_profile(name, search) for name in device_names(config)}
    asked = config.getoption("app", None)
    program, faults = config.getoption("virtual_app", None), tuple(config.getoption("virtual_fault", []))
    if (program or faults) and not any(profile.virtual for profile in profiles.values()):
        option = "--virtual-app" if program else "--virtual-fault"
        raise BadInput(f"{option}: none of {', '.join(profiles)} is a virtual phone; give --device virtual-pixel7")
    return Chosen(
        profiles=profiles,
        apps={name: load_app(asked or profile.default_app, search) for name, profile in profiles.items()},
        run_dir=run_dir(config),
        patience_s=_seconds(config, "patience"),
        lease_wait_s=_seconds(config, "lease_wait"),
        program=program,
        faults=faults,
        allowed=_disruption(config.getoption("allow_disruption", None)),
    )


def run_dir(config: pytest.Config) -> Path:
    """Give the run's folder, the same in every worker."""
    if _RUN_DIR not in config.stash:
        handed: dict[str, Any] = getattr(config, "workerinput", {})
        asked = handed.get("bgtask_run_dir") or config.getoption("run_dir", None)
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        config.stash[_RUN_DIR] = config.invocation_params.dir / (asked or RUNS / stamp)
    return config.stash[_RUN_DIR]


def _seconds(config: pytest.Config, name: str) -> float:
    text = str(config.getoption(name))
    try:
        return parse_duration(f"{text}s" if text.replace(".", "", 1).isdigit() else text) / 1e9
    except ValueError as error:
        raise BadInput(f"--{name.replace('_', '-')}: {error}") from error


def _disruption(text: str | None) -> Disruption | None:
    if text is None:
        return None
    try:
        return Disruption(text)
    except ValueError as error:
        raise BadInput(f"--allow-disruption {text}: expected one of {', '.join(Disruption)}") from error
