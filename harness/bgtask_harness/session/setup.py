"""What a session is made of before it begins: what was asked for, the journal's header, what the device lacks."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from bgtask_harness.broker import Lease
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Progress
from bgtask_harness.devices.simulator import no_scheduler
from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.journal import Writer
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.session.recording import Journal
from bgtask_reference import oracle
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Header

_WOULD_ALLOW = {
    Capability.ADVANCE_TIME: "use a virtual phone (--device virtual-pixel7)",
    Capability.APP_INSTALLED: "install the app on the device",
    Capability.APP_HOOK: "build the app with the debug hook of docs/app-contract.md",
    Capability.FORCE_JOB: "use a device whose shell may run `cmd jobscheduler`",
    Capability.DIAGNOSTICS: "use an app with androidx.work 2.4 or later",
    Capability.REBOOT: "remove the screen lock, so that the device boots without a person, or say "
    "`limits.unlocked_within` in its profile when somebody is there to type the code",
    Capability.REBOOT_WITH_A_PERSON: "it boots without one",
    Capability.SET_WALL_CLOCK: "use a device whose shell may set the time",
    Capability.SWITCH_NETWORK: "connect the device by USB: over its network that would shut us out",
    Capability.SWITCH_POWER: "use a device whose shell may say `dumpsys battery unplug`",
    Capability.DOZE: "enable Doze (`dumpsys deviceidle enable deep`)",
}
_VIRTUAL_IPHONE = "use a virtual iPhone (--device virtual-iphone15)"
_WOULD_ALLOW_ON_IPHONE = {
    Capability.ADVANCE_TIME: _VIRTUAL_IPHONE,
    Capability.FORCE_JOB: "install a development build of the app (get-task-allow), or one with the debug hook",
    Capability.DIAGNOSTICS: "build the app with the debug hook of docs/app-contract.md",
    Capability.REBOOT: _VIRTUAL_IPHONE,
    Capability.SWITCH_NETWORK: f"only a person does it, or {_VIRTUAL_IPHONE}",
    Capability.SWITCH_POWER: f"only a person does it, or {_VIRTUAL_IPHONE}",
}
_A_SIMULATOR_MAY_HAVE = frozenset({Capability.APP_INSTALLED, Capability.APP_HOOK})

PLATFORMS = ("android", "ios")


def _silent(sentence: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a session is run.

    Attributes:
        scenario: Its name; the journal's folder is called that.
        folder: `RUN_DIR/DEVICE/SCENARIO`.
        needs: What the device must be able to do.
        disruption: How much is done to the phone.
        platforms: What it is written for.
        patience_s: Longest real wait for something to come due.
        progress: Told what is waited for.

    """

    scenario: str
    folder: Path
    needs: tuple[Capability, ...] = ()
    disruption: Disruption = Disruption.OBSERVE
    platforms: tuple[str, ...] = PLATFORMS
    patience_s: float = 120.0
    progress: Progress = field(default=_silent)


def _on_disk(settings: Settings, head: Header) -> Journal:
    return Writer(settings.folder / JOURNAL_NAME, head)


@dataclass(frozen=True, slots=True)
class Means:
    """How a session keeps its journal and follows its log. A campaign in one process has others than these.

    Attributes:
        open_journal: Makes the journal.
        threaded: A thread reads the log; False: it is read while somebody waits for it.
        keeps_dumps: What the phone was asked is kept in files.

    """

    open_journal: Callable[[Settings, Header], Journal] = _on_disk
    threaded: bool = True
    keeps_dumps: bool = True


def header(lease: Lease, settings: Settings) -> Header:
    """Give the journal's first record."""
    return header_of(lease.profile, lease.app, lease.device.facts, settings.scenario)


def header_of(profile: Profile, app: AppFile, facts: DeviceFacts, scenario: str) -> Header:
    """Give the first record of a scenario's journal, from what is known of device and app."""
    return Header(
        format=FORMAT,
        harness_version=importlib.metadata.version("bgtask-harness"),
        catalogue=oracle.catalogue_hash(),
        scenario=scenario,
        app=app.spec,
        device=device_spec(profile, facts),
        started=dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def device_spec(profile: Profile, facts: DeviceFacts) -> DeviceSpec:
    """Give the device as the oracle sees it: what it says of itself, and the bounds of its profile."""
    notes = {"model": facts.model, "build": facts.build, "os": facts.os_version, "title": profile.title, **facts.notes}
    return DeviceSpec(
        name=profile.name,
        platform=facts.platform,
        api_level=facts.api_level,
        virtual=facts.virtual,
        responds_within_ns=profile.responds_within_ns,
        notes={key: value for key, value in notes.items() if value},
    )


def lacking(settings: Settings, profile: Profile, capabilities: frozenset[Capability]) -> str | None:
    """Say why this scenario cannot be run here, and what would allow it; None when it can."""
    if profile.find.platform not in settings.platforms:
        platforms = ", ".join(settings.platforms)
        return f"this is written for {platforms} so far, and {profile.name} is {profile.find.platform}"
    if not profile.allows(settings.disruption):
        return (
            f"this does `{settings.disruption}` to the phone and the profile {profile.name} allows up to "
            f"`{profile.allow.disruption}`; give --allow-disruption {settings.disruption}"
        )
    somebody = profile.unlocked_within_ns is not None and Capability.REBOOT_WITH_A_PERSON in capabilities
    there = capabilities | {Capability.REBOOT} if somebody else capabilities
    for need in settings.needs:
        if need not in there:
            return f"this needs `{need}`, which {profile.name} does not have here; {_would_allow(need, profile)}"
    return None


def _would_allow(need: Capability, profile: Profile) -> str:
    if profile.find.simulator and need not in _A_SIMULATOR_MAY_HAVE:
        return no_scheduler.REASON
    if profile.find.platform == "ios":
        return _WOULD_ALLOW_ON_IPHONE.get(need, _WOULD_ALLOW[need])
    return _WOULD_ALLOW[need]
