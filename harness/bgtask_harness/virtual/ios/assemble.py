"""Puts a virtual iPhone together from its layers, after the faults have had their way with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from bgtask_harness.virtual.ios.dasd import Dasd
from bgtask_harness.virtual.ios.framework import BGTaskScheduler
from bgtask_harness.virtual.ios.installation import Installation
from bgtask_harness.virtual.ios.layers import IosFault
from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_harness.virtual.ios.phone import IPhone
from bgtask_harness.virtual.ios.port import InstalledApp
from bgtask_harness.virtual.ios.profile import IosBeginning
from bgtask_harness.virtual.ios.profile import iphone_profile
from bgtask_harness.virtual.layers import BadReference
from bgtask_harness.virtual.layers import load
from bgtask_harness.virtual.workmanager.modes import Mode
from bgtask_harness.virtual.workmanager.storage import Storage
from bgtask_reference.ports.background_tasks import IosProgram


@dataclass(frozen=True, slots=True)
class IosAppArguments:
    """What an app's Info.plist and its build say beyond the bundle identifier.

    Attributes:
        permitted_identifiers: `BGTaskSchedulerPermittedIdentifiers`.
        background_modes: `UIBackgroundModes`.
        settings: What the app has stored before its first launch.
        get_task_allow: Built for development: a debugger may attach.

    """

    permitted_identifiers: tuple[str, ...] = ()
    background_modes: tuple[str, ...] = ("fetch", "processing")
    settings: dict[str, str] = field(default_factory=dict)
    get_task_allow: bool = True


def build(
    phone: str,
    program: IosProgram | str,
    bundle_id: str,
    mode: str,
    faults: Sequence[IosFault | str] = (),
    app: IosAppArguments | None = None,
    began: IosBeginning | None = None,
) -> IPhone:
    """Build a phone with one app on it, as it stands when it `began`: as its model says when that is None.

    `phone` names a model of `phones.toml`; `program` and the faults are objects or import paths; `mode` is `release`,
    `debug`, `beacon` or `hook`.

    Raises:
        BadReference: An import path names nothing, or a fault gives back something that is no `IosLayers`.
        UnknownIPhone: There is no such model.
        ValueError: There is no such mode.

    """
    layers = _layers(load(program, "program") if isinstance(program, str) else program, faults)
    profile = iphone_profile(phone)
    built = IPhone(began.of(profile) if began else profile, layers)
    arguments = app or IosAppArguments()
    storage = Storage(bundle_id, arguments.settings)
    installed = _installed(bundle_id, arguments)
    if layers.info is not None:
        installed = replace(installed, info=layers.info(installed.info))
    built.install(Installation(installed, layers.program, Mode(mode), storage))
    return built


def _installed(bundle_id: str, arguments: IosAppArguments) -> InstalledApp:
    name = bundle_id.rpartition(".")[2]
    path = f"/private/var/containers/Bundle/Application/4C1F1D0E-0000-4000-8000-000000000001/{name}.app"
    return InstalledApp(
        bundle_id=bundle_id,
        executable=f"{path}/{name}",
        path=path,
        container="/private/var/mobile/Containers/Data/Application/4C1F1D0E-0000-4000-8000-000000000002",
        get_task_allow=arguments.get_task_allow,
        info={
            "CFBundleIdentifier": bundle_id,
            "CFBundleName": name,
            "CFBundleExecutable": name,
            "CFBundleShortVersionString": "1.0",
            "CFBundleVersion": "1",
            "UIBackgroundModes": list(arguments.background_modes),
            "BGTaskSchedulerPermittedIdentifiers": list(arguments.permitted_identifiers),
        },
    )


def _layers(program: IosProgram, faults: Sequence[IosFault | str]) -> IosLayers:
    layers = IosLayers(dasd=Dasd, background_tasks=BGTaskScheduler, program=program)
    for fault in faults:
        apply = load(fault, "virtual fault") if isinstance(fault, str) else fault
        changed = apply(layers)
        if not isinstance(changed, IosLayers):
            raise BadReference(f"virtual fault {fault!r} gave back {type(changed).__name__}: expected IosLayers")
        layers = changed
    return layers
