"""The Device port: what a session may ask of a phone, the same for every platform. Synchronous, a deadline per call.

A driver keeps its platform to itself: job ids, namespaces, adb, asyncio. What comes out are raw texts (for `observe`),
readings and answers. A driver never judges and never writes a journal. Decision: `docs/adr/0003-device-port.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.changes import OlderBuild
from bgtask_harness.transport.port import Stream
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import Subject


class Capability(StrEnum):
    """What a device can do beyond being watched. A scenario declares what it needs."""

    ADVANCE_TIME = "advance-time"
    """Its clock can be moved on: waiting without waiting (virtual phones)."""
    APP_INSTALLED = "app-installed"
    APP_HOOK = "app-hook"
    """The app under test answers the debug hook."""
    FORCE_JOB = "force-job"
    """`cmd jobscheduler run` or a simulated launch."""
    DIAGNOSTICS = "diagnostics"
    """The app answers WorkManager's diagnostics broadcast."""
    REBOOT = "reboot"
    """It can be rebooted and comes back by itself, without a code that a person must type."""
    REBOOT_WITH_A_PERSON = "reboot-with-a-person"
    """It can be rebooted, and then waits for the code of its lock screen: no app runs before somebody types it."""
    SET_WALL_CLOCK = "set-wall-clock"
    SWITCH_NETWORK = "switch-network"
    """Its networks can be switched off without shutting us out."""
    SWITCH_POWER = "switch-power"
    """It can be made to believe that it is unplugged."""
    DOZE = "doze"
    """It can be put into deep Doze."""


class Disruption(StrEnum):
    """How much is done to a phone, least first. A profile allows classes up to one of them."""

    OBSERVE = "observe"
    NUDGE = "nudge"
    NETWORK = "network"
    KILL = "kill"
    FORCE_STOP = "force-stop"
    REBOOT = "reboot"
    CLOCK = "clock"
    CLEAR_DATA = "clear-data"


DISRUPTION_ORDER: tuple[Disruption, ...] = tuple(Disruption)


class Rung(StrEnum):
    """Ways to make a worker run, gentlest first. A verdict names the rung's force level."""

    NATURAL_FIRST_RUN = "natural-first-run"
    IMMEDIATE = "immediate-work"
    WAIT_UNTIL_DUE = "wait-until-due"
    MOVE_WALL_CLOCK = "move-wall-clock"
    HOOK = "hook"
    JOB_RUN = "job-run"


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What the device says of itself. `api_level` is None on iOS."""

    platform: str
    serial: str
    model: str
    os_version: str
    api_level: int | None = None
    build: str = ""
    virtual: bool = False
    over_network: bool = False
    """It is reached over a network of its own: whoever takes that away is shut out."""
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """All clocks in one command, with the sentinel that was logged by it. Units: nanoseconds.

    `error_ns` bounds how far apart boot and wall reading may lie: the whole time that the command took (the phone reads
    one after the other, anywhere in it) plus the clocks' grain.
    """

    number: int
    boot_id: str
    boot_ns: int
    wall_ns: int
    error_ns: int
    host_ns: int


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished command."""

    command: str
    stdout: str
    stderr: str
    exit_status: int


@dataclass(frozen=True, slots=True)
class Text:
    """Raw output for a parser: `parser` names the module of `observe` that reads it."""

    parser: str
    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the phone said to something that was done to it.

    Attributes:
        verb: What was done, e.g. `job.run`.
        command: What went over the wire, for a person to repeat.
        outcome: Accepted, refused, or unknown.
        refusal: Why it was refused.
        output: stdout and stderr, as they came.
        level: Force level of a run that it causes; None when it forces none.
        mask: Conditions that it overrides.
        subject: What it was aimed at, as far as the driver knows.
        arguments: The verb's arguments.
        exit_status: The command's exit status; None when there was no command.
        text: What the app's hook gave back after its `ok`.

    """

    verb: str
    command: str
    outcome: Outcome
    refusal: Refusal | None = None
    output: str = ""
    level: ForceLevel | None = None
    mask: tuple[str, ...] = ()
    subject: Subject = field(default=Subject())
    arguments: dict[str, str] = field(default_factory=dict)
    exit_status: int | None = None
    text: str = ""


Progress = Callable[[str], None]
"""Called with one sentence while something is being waited for."""


class Device(Protocol):
    """One phone, held by one session."""

    @property
    def name(self) -> str:
        """The profile's name."""

    @property
    def facts(self) -> DeviceFacts:
        """What it says of itself; read once at the start."""

    def capabilities(self, app: AppSpec, deadline: Deadline) -> frozenset[Capability]:
        """What can be done with this app on this device, found out by asking, not by guessing."""

    # --- watching -------------------------------------------------------------------------------------------------

    def clocks(self, number: int, deadline: Deadline) -> ClockReading:
        """Read all clocks and write sentinel `number` to the log, in one command."""

    def sentinel(self, number: int) -> str:
        """The text of that sentinel as it will come back in the log; unique to this device handle."""

    def open_log(self, deadline: Deadline) -> Stream:
        """Follow the log from now on. Bytes are lines of `observe.logcat`'s (or os_log's) format."""

    def environment(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        """Ask for the environment: battery, idle, network, bucket. Wakes nobody."""

    def jobs(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        """Ask the system which jobs it has for the app. Wakes nobody."""

    # --- doing ----------------------------------------------------------------------------------------------------

    def diagnose(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Have WorkManager list its work to the log. Wakes the process and runs work: a stimulus."""

    def launch(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Bring the app to the front, starting its process if need be."""

    def home(self, deadline: Deadline) -> Answer:
        """Send whatever is in front to the background."""

    def kill(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Kill the app's cached process, as the system does for memory. Its jobs stay."""

    def crash(self, app: AppSpec, deadline: Deadline) -> Answer:
        """End the app's process in the middle of whatever it does, as an error of its own would."""

    def swipe(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Take the app out of the list of recent apps, as a swipe does. Its jobs stay.

        Raises:
            Unsupported: It is not in that list, or not alone in its place there.

        """

    def force_stop(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Stop the app as Settings does. Its jobs and alarms are removed."""

    def clear_data(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Delete the app's data, as Settings does."""

    def hook(self, app: AppSpec, command: str, arguments: dict[str, str], deadline: Deadline) -> Answer:
        """Send a command to the app's debug hook (`docs/app-contract.md`)."""

    def run_job(self, app: AppSpec, job_id: int, namespace: str | None, *, force: bool, deadline: Deadline) -> Answer:
        """Tell the system to run a job now. Accepted does not mean that anything ran."""

    def stop_job(
        self, app: AppSpec, job_id: int, namespace: str | None, *, reason: int | None, deadline: Deadline
    ) -> Answer:
        """Have the system stop a job that runs: as one that ran too long, or for a reason (`STOP_REASON_*`).

        Raises:
            Unsupported: Its shell has no verb that takes a reason.

        """

    def force_mask(self, *, force: bool) -> tuple[str, ...]:
        """Give the conditions that `run_job` overrides on this device: recorded before it is sent."""

    def reboot(self, deadline: Deadline, progress: Progress) -> Answer:
        """Reboot and wait until it has booted and answers again."""

    def wait_until_unlocked(self, deadline: Deadline, progress: Progress) -> bool:
        """Wait until the code of the lock screen was typed since it booted; False when nobody did in time."""

    def regain(self, deadline: Deadline) -> None:
        """Have it back after it went away: returns once it has booted and answers. Does nothing to one that does.

        Raises:
            DeadlineExceeded: It did not come back in time.

        """

    # --- changing for a while -------------------------------------------------------------------------------------

    def plan(self, lever: Lever, value: str, app: AppSpec, deadline: Deadline) -> Change:
        """Ask how things stand and give a change with how to take it back. Nothing is changed yet.

        Raises:
            Unsupported: This device does not tell, or has no such lever or value.

        """

    def plan_state(self, app: AppSpec, name: str, value: str, was: str | None) -> Change:
        """Give the change of a setting of the app by its hook; None for a setting that nobody knows."""

    def plan_server(self, app: AppSpec, endpoint: str, arguments: dict[str, str]) -> Change:
        """Give the change of what the app's server answers, by its hook."""

    def plan_older_build(self, app: AppSpec, older: bytes, deadline: Deadline) -> OlderBuild:
        """Read the app's present build and give how an older one (an APK) is installed over it. Nothing is changed yet.

        Raises:
            Unsupported: The app is in more than one file, or is not there.

        """

    def push(self, files: tuple[tuple[str, bytes], ...], deadline: Deadline) -> Answer:
        """Put files on the phone, each by path and content."""

    def carry_out(self, change: Change, deadline: Deadline) -> Answer:
        """Make a change that was planned."""

    def tell(self, line: str, deadline: Deadline) -> Completed:
        """Run a line of a change: its check, or what takes it back."""

    # --- time -----------------------------------------------------------------------------------------------------

    def set_wall_clock(self, wall_ns: int, deadline: Deadline) -> Answer:
        """Set the wall clock (`Capability.SET_WALL_CLOCK`). The boot clock does not move, so no delay ends by it."""

    def advance_to(self, boot_ns: int, *, until_output: bool, deadline: Deadline) -> int:
        """Move a virtual phone's clock on to a boot time; a phone that cannot raises `Unsupported`.

        Stops at every output until the attached readers have taken it; with `until_output` it returns after the first
        line that the log got. Gives the boot time that was reached.
        """

    def close(self) -> None:
        """Let go of it. Whatever the driver started is ended; the phone is as it was found."""
