"""What a campaign runs on iPhones: an app on a virtual one in this process, with or without faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.broker import Lease
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.killscore.ios.device import LocalIPhone
from bgtask_harness.killscore.ios.device import Wire
from bgtask_harness.killscore.memory import MemoryJournal
from bgtask_harness.killscore.subject import MOST_STEPS
from bgtask_harness.killscore.subject import Running
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.session import Session
from bgtask_harness.session import Settings
from bgtask_harness.session.setup import Means
from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_harness.virtual.ios.layers import IosFault
from bgtask_reference.events import Header
from bgtask_reference.ports.background_tasks import IosProgram

_CAPABILITIES = frozenset(
    {
        Capability.ADVANCE_TIME,
        Capability.APP_INSTALLED,
        Capability.APP_HOOK,
        Capability.FORCE_JOB,
        Capability.REBOOT,
    }
)


@dataclass(frozen=True, slots=True)
class IosSubject:
    """An app, the iPhone that it is on, and what is wrong with either.

    Attributes:
        app: Its app file.
        program: The program that stands for it.
        profile: The phone's profile.
        faults: Faults of the phone's layers, objects or import paths.
        wrap: What lies between the driver and the phone: a fault of the harness' own side.

    """

    app: AppFile
    program: IosProgram | str
    profile: Profile
    faults: tuple[IosFault | str, ...] = ()
    wrap: Callable[[], Wire] = Wire


def start(subject: IosSubject, folder: Path, scenario: str) -> Running[LocalIPhone]:
    """Build the phone, attach to it and begin a session. Raises what `Session` raises."""
    app, spec = subject.app, subject.app.spec
    arguments = IosAppArguments(
        permitted_identifiers=tuple(task.id for task in spec.tasks), settings=dict(app.stored_settings)
    )
    model = str(subject.profile.find.virtual)
    phone = build(model, subject.program, spec.package, app.virtual.mode, subject.faults, arguments)
    device = LocalIPhone(phone, subject.profile.name, spec.package, subject.wrap())
    lease = Lease(device, subject.profile, app, phone.udid, ())
    journals: list[MemoryJournal] = []

    def in_memory(_settings: Settings, header: Header) -> MemoryJournal:
        journals.append(MemoryJournal(header))
        return journals[0]

    settings = Settings(scenario, folder, disruption=Disruption.OBSERVE)
    watched = bool(subject.faults)
    phone.kernel.steps_left = MOST_STEPS if watched else None
    session = Session(lease, _CAPABILITIES, settings, Means(in_memory, threaded=False, keeps_dumps=False))
    return Running(session, device, journals, phone.kernel, watched)
