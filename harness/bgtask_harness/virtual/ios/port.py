"""The virtual iPhone as its daemons see it: what stands between the wire protocols (`virtual.iphone`) and the model.

The model (`virtual.ios`) implements `IPhonePort`; usbmuxd, lockdownd, the relays, instruments and debugserver call it
and know nothing of BackgroundTasks. All calls come from one thread, at the kernel's present; none of them blocks, and
none lets time pass. What a call sets going happens when the kernel runs next. Collectors are called at once, from
inside whatever the phone was doing: they only take note.

Times are integer nanoseconds. A value that lockdown or a registry gives is whatever a property list can hold.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum
from typing import Any
from typing import Protocol

from bgtask_harness.virtual.kernel import Kernel
from bgtask_reference.ports.background_tasks import OSLogType

Stop = Callable[[], None]
"""What `on_...` gives back: ends the observation. Calling it twice is harmless."""


class Refused(Exception):  # noqa: N818 - reads as what it is
    """The phone does not do what was asked. One sentence in the words of the phone, with the error that it answers.

    `domain` and `code` are the NSError's where there is one (`FBSOpenApplicationErrorDomain` 7: locked).
    """

    def __init__(self, sentence: str, domain: str = "", code: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.domain = domain
        self.code = code


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One entry of the unified log. `message` is what os_log delivers, `<private>` included; it may have many lines.

    `process` and `sender` are absolute paths of the executable and of the image that logged (the framework's for what
    BackgroundTasks says; the executable's for the app's own lines). Subsystem and category are empty for `NSLog`.
    """

    wall_ns: int
    boot_ns: int
    pid: int
    thread_id: int
    process: str
    sender: str
    subsystem: str
    category: str
    kind: OSLogType
    message: str


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """An app as installd knows it. Absolute paths; `container` is its data container, empty for system apps.

    `info` holds its Info.plist (`UIBackgroundModes`, `BGTaskSchedulerPermittedIdentifiers`, versions, names ...).
    """

    bundle_id: str
    executable: str
    path: str
    container: str = ""
    system: bool = False
    get_task_allow: bool = True
    """May be debugged: built for development."""
    signer: str = "Apple Development: virtual"
    info: Mapping[str, Any] = field(default_factory=dict)


class ProcessState(StrEnum):
    """Where a process stands, in the words of Apple's app life cycle."""

    FOREGROUND = "foreground"
    BACKGROUND = "background"
    SUSPENDED = "suspended"
    HALTED = "halted"
    """Stopped by a signal or a debugger, or launched so: nothing in it runs until it is let go."""
    DAEMON = "daemon"


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A process. `bundle_id` is empty for what is no app (dasd, runningboardd, SpringBoard ...)."""

    pid: int
    path: str
    state: ProcessState
    started_wall_ns: int
    bundle_id: str = ""


@dataclass(frozen=True, slots=True)
class Exit:
    """The end of a process: one of the two is set, `signal` also for `SIGKILL` and a crash (6: abort)."""

    pid: int
    bundle_id: str
    status: int | None = None
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch from outside (instruments, debugserver).

    `halted`: started but held before its first instruction, until `resume`. `kill_existing`: end a running instance
    first; without it a running instance is brought to the front and keeps its pid. `in_background`
    (`ActivateSuspended`): not brought to the front; UNCONFIRMED that iOS then counts it as a background start.
    """

    bundle_id: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    kill_existing: bool = True
    halted: bool = False
    in_background: bool = False


@dataclass(frozen=True, slots=True)
class ObjcObject:
    """Something that an Objective-C pointer points to: a class, one of its instances, or a string (`text`)."""

    class_name: str
    is_class: bool = False
    text: str | None = None


ObjcValue = ObjcObject | int | None
"""An argument or result of a message: an object, a number, nil."""


class Debuggee(Protocol):
    """A process that a debugger holds. Made by `IPhonePort.attach`, which halts it.

    Registers and memory are the debugserver's own invention (`virtual.iphone.debugserver`): there is no code to run. Of
    a process it needs which images it has loaded, which classes there are, and what a message does.
    """

    pid: int

    def images(self) -> Sequence[str]:
        """Paths of what is loaded, the executable first; BackgroundTasks only when the app links it."""

    def objc_class(self, name: str) -> ObjcObject | None:
        """`objc_getClass`; None when no loaded image has it."""

    def send(self, receiver: ObjcObject, selector: str, arguments: Sequence[ObjcValue]) -> ObjcValue:
        """`objc_msgSend` while the process is held: the call itself is over when this returns.

        What the call merely sets going (an XPC message, a block on a queue) goes on after `resume`, as on a phone.

        Raises:
            Refused: The receiver does not respond to the selector, or an exception escapes: the process aborts when it
                is let go.

        """

    def resume(self) -> None:
        """Let the process run, still attached."""

    def halt(self) -> None:
        """Hold it again."""

    def detach(self) -> None:
        """Let it run and forget it. Harmless when it has died or was detached already."""


class Clocks(Protocol):
    """The clocks of the phone."""

    def boot_ns(self) -> int:
        """Since this boot, sleep included (`mach_continuous_time`)."""

    def wall_ns(self) -> int:
        """Since 1970 UTC."""


class TrustAnswer(StrEnum):
    """What the phone says to a computer that wants to pair."""

    TRUSTED = "trusted"
    PENDING = "pending"
    """The dialogue is on the screen, nobody has answered yet."""
    DENIED = "denied"
    LOCKED = "locked"
    """Needs to be unlocked first."""


class Apps(Protocol):
    """Installed apps and processes."""

    def apps(self) -> Sequence[InstalledApp]:
        """Everything installed, system apps too."""

    def uninstall(self, bundle_id: str) -> bool:
        """Remove an app, its process and its data; False when there is none."""

    def processes(self) -> Sequence[RunningProcess]:
        """What runs, daemons too."""

    def launch(self, launch: Launch) -> int:
        """Start an app and give its pid.

        Raises:
            Refused: Not installed, locked, or not allowed: the sentence and error that SpringBoard gives.

        """

    def signal(self, pid: int, number: int) -> bool:
        """Send a signal with Darwin's number (9 kill, 17 stop, 19 continue); False when there is no such process."""

    def on_exit(self, collector: Callable[[Exit], None]) -> Stop:
        """Tell of each process that ends."""

    def on_output(self, collector: Callable[[int, str], None]) -> Stop:
        """Tell of what a process writes to standard output or error: pid, text."""

    def attach(self, pid: int) -> Debuggee:
        """Halt a process for a debugger.

        Raises:
            Refused: No such process, no `get-task-allow`, or a debugger holds it already.

        """

    def crash_reports(self) -> Mapping[str, bytes]:
        """Reports by file name (`NAME-YYYY-MM-DD-HHMMSS.ips`), as `crashreportcopymobile` offers them."""

    def remove_crash_report(self, name: str) -> bool:
        """Forget one; False when there is none."""


class System(Protocol):
    """What lockdownd, the mounter and the relays ask of the phone as a whole."""

    def value(self, domain: str, key: str) -> Any:
        """Give a lockdown value; None when missing. `domain` is empty for the global one; an empty key: the whole dict.

        Only what a phone itself knows: the daemons add what is theirs (certificates, host attached, device names stay
        here).
        """

    def set_value(self, domain: str, key: str, value: Any) -> bool:
        """Set a lockdown value; False when it cannot be set."""

    def battery(self) -> Mapping[str, Any]:
        """`AppleSmartBattery` of the I/O registry: CurrentCapacity, IsCharging, ExternalConnected, ..."""

    @property
    def passcode_locked(self) -> bool:
        """The screen is locked with a passcode: no launch, no new pairing, no developer image."""

    @property
    def unlocked_since_boot(self) -> bool:
        """The passcode was given once since boot (data protection class C opened)."""

    @property
    def developer_mode(self) -> bool:
        """Developer Mode (iOS 16) is on."""

    def enable_developer_mode(self) -> None:
        """Ask for Developer Mode: takes a restart and an answer on the screen.

        Raises:
            Refused: A passcode is set: only a person can do it, in Settings.

        """

    @property
    def image_mounted(self) -> bool:
        """A developer disk image (personalized from iOS 17) is mounted. Gone after a boot."""

    def mount_image(self, kind: str) -> None:
        """Mount one: `Developer` or `Personalized`. What is in it is not looked at: nobody signs for a virtual phone.

        Raises:
            Refused: Locked, Developer Mode off, or of the wrong kind for this iOS.

        """

    def unmount_image(self) -> bool:
        """Unmount it; False when there was none."""

    def trust(self, host_id: str) -> TrustAnswer:
        """Say what the person says to this computer; asked again while it is PENDING."""

    def restart(self) -> None:
        """Go down and come up again."""

    def shutdown(self) -> None:
        """Go down for good."""

    @property
    def online(self) -> bool:
        """A cable would find it: False from the moment it goes down until lockdownd is up again."""

    def on_online(self, collector: Callable[[bool], None]) -> Stop:
        """Tell each change of `online`: every connection breaks when it goes False."""


class IPhonePort(Apps, System, Protocol):
    """The whole phone."""

    @property
    def kernel(self) -> Kernel:
        """Virtual time."""

    @property
    def clocks(self) -> Clocks:
        """The phone's clocks."""

    @property
    def udid(self) -> str:
        """Its UDID, with the dash that phones since 2018 have."""

    @property
    def version(self) -> tuple[int, ...]:
        """Version of iOS, e.g. (16, 5)."""

    def on_log(self, collector: Callable[[LogRecord], None]) -> Stop:
        """Tell of each log entry from now on."""

    def post(self, name: str) -> None:
        """Post a Darwin notification, as `notify_post` does: to observers, and to the apps that registered for it.

        An app that is suspended gets it when it runs again, once however often it was posted.
        """

    def on_notification(self, name: str, collector: Callable[[], None]) -> Stop:
        """Tell of each Darwin notification of that name, whoever posts it."""

    def hand(self, act: str, argument: str) -> None:
        """Do what a person does with their hands; no service of a real phone does it, so only virtual phones are asked.

        Acts: `lock`, `unlock`, `home`, `open BUNDLE`, `force-quit BUNDLE`, `plug`, `unplug`, `network on|off`,
        `low-power-mode on|off`, `background-refresh on|off`, `trust yes|no`. The model may know more.

        Raises:
            Refused: There is no such act, or it cannot be done now. One sentence.

        """
