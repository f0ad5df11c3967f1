"""Puts a virtual phone together from its four layers, after the faults have had their way with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from functools import cached_property
from typing import Any

import msgspec

from bgtask_harness.virtual.adbd.daemon import Daemon
from bgtask_harness.virtual.adbd.local import LocalDoor
from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.android.phone import Phone
from bgtask_harness.virtual.android.profile import PhoneProfile
from bgtask_harness.virtual.android.profile import phone_profile
from bgtask_harness.virtual.layers import BadReference
from bgtask_harness.virtual.layers import Fault
from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.layers import load
from bgtask_harness.virtual.workmanager.apk import Builds
from bgtask_harness.virtual.workmanager.apk import own
from bgtask_harness.virtual.workmanager.library import WorkManager
from bgtask_harness.virtual.workmanager.runtime import install
from bgtask_harness.virtual.workmanager.runtime import manifest
from bgtask_reference.ports.work_manager import AndroidProgram


@dataclass(frozen=True, slots=True)
class AppArguments:
    """What an app's manifest and Configuration say beyond its package name; `--app-args` gives them as JSON.

    Attributes:
        launcher_activity: Class of the activity that `am start` brings up; `PACKAGE.MainActivity` when not given.
        hook_receiver: Class of the debug hook's receiver; `PACKAGE.BackgroundTaskHook` when not given.
        work_manager_version: Version of androidx.work.
        minimum_log_level: What WorkManager's Configuration lets through: `DEBUG`, `INFO` or `ERROR`.
        settings: What the app has stored before its first launch, and again after its data was cleared: a person who
            logs in each time, for builds that take no commands.

    """

    launcher_activity: str = ""
    hook_receiver: str = ""
    work_manager_version: str = "2.11.2"
    minimum_log_level: str = "INFO"
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> AppArguments:
        """Check what was given.

        Raises:
            ValueError: A key that there is not, or a value of another type. One sentence.

        """
        known = [each.name for each in fields(cls)]
        for key, value in given.items():
            if key not in known:
                raise ValueError(f"app argument {key!r} is not known; there are {', '.join(known)}")
            if key == "settings":
                _check_settings(value)
            elif not isinstance(value, str):
                raise ValueError(f"app argument {key!r} is {value!r}: expected text")
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a phone's clocks stand when it is made.

    Attributes:
        wall_clock: ISO 8601 with offset.
        uptime_s: How long it has been up by then.
        timezone: Its zone; None for the model's own.

    """

    wall_clock: str
    uptime_s: int
    timezone: str | None = None

    def of(self, profile: PhoneProfile) -> PhoneProfile:
        """Give a model that begins so."""
        zone = self.timezone or profile.timezone
        properties = {**profile.properties, "persist.sys.timezone": zone}
        return msgspec.structs.replace(
            profile, wall_clock=self.wall_clock, uptime_s=self.uptime_s, timezone=zone, properties=properties
        )


def _check_settings(value: object) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise ValueError(f"app argument 'settings' is {value!r}: expected an object of texts")


class AssembledPhone(Phone):
    """A phone with its transport. `adbd` serves it, `door` opens services in this process."""

    adbd: Daemon

    @cached_property
    def door(self) -> LocalDoor:
        """The way in for this process. A phone has either this or a listener: only one of them can move its time."""
        return LocalDoor(self.adbd, lambda: self.logs.followers)


def build(
    phone: str,
    program: AndroidProgram | str,
    package: str,
    mode: str,
    faults: Sequence[Fault | str] = (),
    app: Mapping[str, Any] | None = None,
    began: Beginning | None = None,
) -> AssembledPhone:
    """Build a phone with one app on it.

    `phone` names a model of `android/phones.toml`; `program` and the faults are objects or import paths; `mode` is
    `release`, `debug`, `beacon` or `hook`; `app` holds `AppArguments`; `began` is the moment that it begins in,
    where the model's own will not do.

    Raises:
        BadReference: An import path names nothing, or a fault gives back something that is no `Layers`.
        UnknownPhone: There is no such model.
        ValueError: `mode` or an app argument is none that there is.

    """
    arguments = AppArguments.read(app or {})
    layers = _layers(load(program, "program") if isinstance(program, str) else program, faults)
    profile = phone_profile(phone)
    if began is not None:
        profile = began.of(profile)
    assembled = AssembledPhone(profile=profile, job_scheduler=layers.job_scheduler)
    assembled.adbd = layers.adbd(assembled)
    activity = arguments.launcher_activity or f"{package}.MainActivity"
    installation = install(
        assembled,
        layers.work_manager,
        layers.program,
        package=package,
        mode=mode,
        launcher_activity=activity,
        hook_receiver=arguments.hook_receiver or f"{package}.BackgroundTaskHook",
        work_manager_version=arguments.work_manager_version,
        minimum_log_level=arguments.minimum_log_level,
        settings=arguments.settings,
    )
    present = dataclasses.replace(manifest(installation, activity), apk=own(package))
    assembled.install(present)
    assembled.read_apk = Builds(installation, present).read
    return assembled


def _layers(program: AndroidProgram, faults: Sequence[Fault | str]) -> Layers:
    layers = Layers(adbd=Daemon, job_scheduler=JobScheduler, work_manager=WorkManager, program=program)
    for fault in faults:
        apply = load(fault, "virtual fault") if isinstance(fault, str) else fault
        changed = apply(layers)
        if not isinstance(changed, Layers):
            raise BadReference(f"virtual fault {fault!r} gave back {type(changed).__name__}: expected Layers")
        layers = changed
    return layers
