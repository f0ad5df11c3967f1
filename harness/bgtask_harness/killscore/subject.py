"""What a campaign runs: an app on a virtual phone in this process, with or without faults."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic
from typing import TypeVar

from bgtask_harness.broker import Lease
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Completed
from bgtask_harness.devices.port import Disruption
from bgtask_harness.killscore.memory import MemoryJournal
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.session import Session
from bgtask_harness.session import Settings
from bgtask_harness.session.setup import Means
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.transport.port import Transport
from bgtask_harness.virtual.assemble import build
from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.layers import Fault
from bgtask_reference.events import Header
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.ports.work_manager import AndroidProgram

HANDLE = "00c0ffee"
OneDevice = TypeVar("OneDevice")
MOST_STEPS = 40_000
"""So much happens in no life; a phone with a fault may go in circles."""
_ATTACH_S = 60.0
_GRAIN_NS = 5_000_000
"""Half of what `/proc/uptime` cuts off. No time passes on the phone while its clocks are read, however slow we are."""

Wrap = Callable[[Transport], Transport]


def direct(transport: Transport) -> Transport:
    """Put nothing between."""
    return transport


@dataclass(frozen=True, slots=True)
class Subject:
    """An app, the phone that it is on, and what is wrong with either.

    Attributes:
        app: Its app file.
        program: The program that stands for it.
        profile: The phone's profile.
        faults: Faults of the phone's layers, objects or import paths.
        wrap: What is put between the driver and the phone: a fault of the harness' own side.

    """

    app: AppFile
    program: AndroidProgram | str
    profile: Profile
    faults: tuple[Fault | str, ...] = ()
    wrap: Wrap = direct


class CampaignDevice(AndroidDevice):
    """The Android driver on a phone in this process. Readings of its clocks do not depend on how busy the host is."""

    def clocks(self, number: int, deadline: Deadline) -> ClockReading:
        return dataclasses.replace(super().clocks(number, deadline), error_ns=_GRAIN_NS)

    def lever(self, verb: str, line: str, deadline: Deadline) -> Answer:
        """Run a command that changes the phone's environment."""
        return self._link.act(verb, line, deadline, _said_nothing_wrong)

    def behind_its_back(self, line: str, deadline: Deadline) -> Completed:
        """Run a command that no journal gets to know of."""
        return self._link.shell(line, deadline)


def _said_nothing_wrong(done: Completed) -> tuple[Outcome, Refusal | None]:
    return (Outcome.REFUSED, Refusal.OTHER) if done.exit_status else (Outcome.ACCEPTED, None)


@dataclass(frozen=True, slots=True)
class Running(Generic[OneDevice]):
    """A session under way, with what it writes to, and the phone's kernel. `watched`: something is wrong with it."""

    session: Session
    device: OneDevice
    journals: list[MemoryJournal]
    kernel: Kernel
    watched: bool

    @property
    def journal(self) -> MemoryJournal:
        """The journal."""
        return self.journals[0]


def start(subject: Subject, folder: Path, scenario: str) -> Running[CampaignDevice]:
    """Build the phone, attach to it and begin a session. Raises what `Session` raises."""
    spec = subject.app.spec
    said: dict[str, object] = {
        "launcher_activity": spec.activity,
        "hook_receiver": spec.hook_receiver,
        "work_manager_version": spec.work_manager_version,
        "minimum_log_level": spec.evidence.work_manager_level,
        "settings": subject.app.stored_settings,
        **subject.app.virtual.arguments,
    }
    manifest = {key: value for key, value in said.items() if value}
    model, mode = str(subject.profile.find.virtual), subject.app.virtual.mode
    phone = build(model, subject.program, spec.package, mode, subject.faults, manifest)
    transport = subject.wrap(InProcessTransport(phone))
    name, serial = subject.profile.name, "in-process"
    device = CampaignDevice.attach(transport, name, Deadline.after(_ATTACH_S), serial=serial, handle=HANDLE)
    lease = Lease(device, subject.profile, subject.app, serial, ())
    journals: list[MemoryJournal] = []

    def in_memory(_settings: Settings, header: Header) -> MemoryJournal:
        journals.append(MemoryJournal(header))
        return journals[0]

    settings = Settings(scenario, folder, disruption=Disruption.OBSERVE)
    session = Session(lease, frozenset(Capability), settings, Means(in_memory, threaded=False, keeps_dumps=False))
    watched = bool(subject.faults)
    phone.kernel.steps_left = MOST_STEPS if watched else None
    return Running(session, device, journals, phone.kernel, watched)
