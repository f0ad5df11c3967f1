"""An iPhone in this process behind its driver: the same words and lines, no usbmuxd, no TLS, no event loop.

What `IPhoneDevice` says to a phone (names of notifications, what an answer means, what a force overrides) and what it
makes of a record of the log (`as_line`) is its own code here too. Left out are pymobiledevice3 and the daemons that it
talks to. Time passes only for what is asked to wait: a jump, a restart, and an answer of the app, for as long as the
driver would wait for it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from types import SimpleNamespace
from types import TracebackType
from typing import Any
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import crashes
from bgtask_harness.devices.ios import force
from bgtask_harness.devices.ios import hook
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.debugger.remote import DebuggerRefusedError
from bgtask_harness.devices.ios.driver import IPhoneDevice
from bgtask_harness.devices.ios.log import as_line
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Completed
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.devices.port import Progress
from bgtask_harness.devices.port import Text
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.virtual.ios import port
from bgtask_harness.virtual.ios.phone import IPhone
from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.pace import BootClock
from bgtask_harness.virtual.pace import Jumps
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.ports.background_tasks import OSLogType

GRAIN_NS = 5_000_000
"""Clocks are read together and no time passes meanwhile; a real reading takes milliseconds."""
_NS_PER_S = 1_000_000_000
_NS_PER_US = 1_000
_STARTS_NS = 2 * _NS_PER_S
"""How long a launch by a cable takes to come back: the app has begun by then."""
_SAYS_NS = 100_000_000
"""How long the framework's answer takes, a question to dasd included; the driver waits longer."""
_COMES_UP_NS = 60 * _NS_PER_S
_KILL = 9
_DECLARED = ("BGTaskSchedulerPermittedIdentifiers", "UIBackgroundModes")
_LEVELS = {OSLogType.DEFAULT: "NOTICE"}

Change = Callable[[bytes], bytes]


class Wire:
    """What lies between a driver and its phone. Made for one life; a harness fault overrides what it breaks."""

    def log(self, line: bytes) -> bytes:
        """Give what arrives of a line of the log; may be nothing. Raises what ends the stream."""
        return line

    def chunk(self, size: int) -> int:
        """Give how many bytes a read of the log brings, of at most so many."""
        return size

    def ask(self, what: str) -> None:
        """Let a question through, or raise what becomes of it."""

    def post(self, name: str) -> str:
        """Give the notification that arrives."""
        return name


class LocalIPhone(IPhoneDevice):
    """The iPhone's driver on a phone in this process. `wire` is what lies between them."""

    def __init__(self, phone: IPhone, name: str, bundle_id: str, wire: Wire) -> None:
        values = phone.value("", "")
        facts = DeviceFacts(
            platform="ios",
            serial=phone.udid,
            model=str(values["ProductType"]),
            os_version=str(values["ProductVersion"]),
            build=str(values["BuildVersion"]),
            virtual=True,
        )
        super().__init__(None, name, facts, bundle_id)  # type: ignore[arg-type]  # there is no link to it
        self._phone = phone
        self._package = bundle_id
        self._wire = wire
        self._stream: LocalLog | None = None
        self._jumps = Jumps(_Timed(phone))

    # --- watching -------------------------------------------------------------------------------------------------

    def clocks(self, number: int, deadline: Deadline) -> ClockReading:
        del deadline
        self._wire.ask("clocks")
        clocks = self._phone.clocks
        boot_id = str(self._phone.value("", "BootSessionID"))
        reading = ClockReading(number, boot_id, clocks.boot_ns(), clocks.wall_ns(), GRAIN_NS, 0)
        if number > 0:
            self._post(hook.sentinel(self._package, number))
        return reading

    def open_log(self, deadline: Deadline) -> LocalLog:
        del deadline
        self._wire.ask("log")
        self._stream = LocalLog(self._phone, self._wire, self._hear)
        return self._stream

    def environment(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        del deadline
        self._wire.ask("apps")
        info = next((each.info for each in self._phone.apps() if each.bundle_id == app.package), {})
        told = {key: info.get(key) for key in _DECLARED}
        return (Text("info-plist", f"pymobiledevice3 apps query {app.package}", json.dumps(told)),)

    def jobs(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        del deadline
        ended = self._framework.first_end(app.package)
        if ended is None:
            return ()
        self._wire.ask("crash reports")
        told = ((path, text.decode()) for path, text in sorted(self._phone.crash_reports().items()))
        new = [each for each in told if crashes.is_new(each[1], app.package, ended - crashes.BEFORE)]
        texts = tuple(Text(crashes.PARSER, f"pymobiledevice3 crash pull . {path}", text) for path, text in new)
        fresh = tuple(text for text in texts if text.command not in self._reported)
        self._reported |= {text.command for text in fresh}
        return fresh

    # --- doing ----------------------------------------------------------------------------------------------------

    def home(self, deadline: Deadline) -> Answer:
        del deadline
        self.hand("home")
        return Answer("home", "pymobiledevice3 developer dvt launch com.apple.Preferences", Outcome.ACCEPTED)

    def lock(self, deadline: Deadline) -> Answer:
        del deadline
        self.hand("lock")
        return Answer("lock", "the side button", Outcome.ACCEPTED)

    def unlock(self, deadline: Deadline) -> Answer:
        del deadline
        self.hand("unlock")
        return Answer("unlock", "the passcode", Outcome.ACCEPTED)

    def hand(self, act: str, argument: str = "") -> None:
        """Have a person's hands do something. Raises what the wire does.

        Raises:
            Refused: There is no such act.

        """
        self._wire.ask("hand")
        try:
            self._phone.hand(act, argument)
        except port.Refused as refused:
            raise Refused(refused.sentence) from refused
        self._settle()

    def kill(self, app: AppSpec, deadline: Deadline) -> Answer:
        del deadline
        self._wire.ask("kill")
        process = self._phone.springboard.find(app.package)
        if process is None:
            return Answer(
                "app.kill", "pymobiledevice3 developer dvt kill 0", Outcome.ACCEPTED, output="it does not run"
            )
        self._phone.signal(process.pid, _KILL)
        self._settle()
        return Answer("app.kill", f"pymobiledevice3 developer dvt kill {process.pid}", Outcome.ACCEPTED)

    def hook(self, app: AppSpec, command: str, arguments: dict[str, str], deadline: Deadline) -> Answer:
        del deadline
        level = ForceLevel.IN_APP if command == "run" else None
        name = hook.notification(app.package, command, arguments)
        answer = self._asked(name)
        return hook.as_answer(f"pymobiledevice3 notification post {name}", command, arguments, answer, level)

    def simulate(self, app: AppSpec, identifier: str, what: Simulation, deadline: Deadline) -> Answer:
        """Simulate it by the app's hook; where that does not answer, by the debugger's call."""

        def make() -> Answer:
            done = self.hook(app, force.COMMANDS[what], {"task": identifier}, deadline)
            if done.outcome is Outcome.ACCEPTED:
                return force.as_answer(identifier, what, "hook", done.command, done.outcome, done.refusal, done.output)
            return self._by_debugger(app, identifier, what)

        return self._checked(app, identifier, what, make, deadline)

    def simulate_by_debugger(self, app: AppSpec, identifier: str, what: Simulation, deadline: Deadline) -> Answer:
        """Make the call without the app's help."""
        return self._checked(app, identifier, what, lambda: self._by_debugger(app, identifier, what), deadline)

    def _checked(
        self, app: AppSpec, identifier: str, what: Simulation, make: Callable[[], Answer], deadline: Deadline
    ) -> Answer:
        """Do as `force.checked` does; the framework's line is waited for on the phone's own time."""
        del deadline
        against = force.objection(self._framework, app.package, identifier, what, lambda: self._pid(app.package))
        if against is not None:
            return force.as_answer(identifier, what, "none", "", Outcome.REFUSED, Refusal.OTHER, against)
        self._framework.begin()
        answer = make()
        if answer.outcome is not Outcome.ACCEPTED:
            return answer
        self._phone.kernel.run_until(self._phone.kernel.now + _SAYS_NS)
        said = self._framework.refusal(identifier, what, Deadline.after(0))
        if said is None:
            return answer
        return dataclasses.replace(answer, outcome=Outcome.REFUSED, refusal=Refusal.UNKNOWN_JOB, output=said)

    def _pid(self, package: str) -> int | None:
        process = self._phone.springboard.find(package)
        return None if process is None else process.pid

    def _by_debugger(self, app: AppSpec, identifier: str, what: Simulation) -> Answer:
        """Make the call in the app's process, which is held meanwhile."""
        process = self._phone.springboard.find(app.package)
        if process is None:
            raise Unsupported(f"{app.package} does not run: launch it, a simulated launch needs its process")
        try:
            self._wire.ask("debugger")
        except DebuggerRefusedError as error:
            told = Outcome.REFUSED, Refusal.OTHER, str(error)
            return force.as_answer(identifier, what, "debugger", "debugserver", *told)
        held = self._phone.attach(process.pid)
        scheduler = held.send(port.ObjcObject("BGTaskScheduler", is_class=True), "sharedScheduler", ())
        assert isinstance(scheduler, port.ObjcObject)
        held.send(scheduler, what.value, (port.ObjcObject("NSString", text=identifier),))
        held.detach()
        self._settle()
        return force.as_answer(identifier, what, "debugger", "debugserver", Outcome.ACCEPTED, None, "")

    def reboot(self, deadline: Deadline, progress: Progress) -> Answer:
        del progress
        self._wire.ask("reboot")
        self._phone.restart()
        if self._stream is not None:
            self._stream.break_off("the iPhone restarts")
        self.regain(deadline)
        return Answer("reboot", "pymobiledevice3 diagnostics restart", Outcome.ACCEPTED)

    def wait_until_unlocked(self, deadline: Deadline, progress: Progress) -> bool:
        del deadline, progress
        self.hand("unlock")
        return True

    def regain(self, deadline: Deadline) -> None:
        del deadline
        self._wire.ask("regain")
        limit = self._phone.kernel.now + _COMES_UP_NS
        while not self._phone.online and self._phone.kernel.run_next(limit):
            pass
        if not self._phone.online:
            raise DeviceLostError(f"iPhone {self._phone.udid} went away")

    def tell(self, line: str, deadline: Deadline) -> Completed:
        self._bring_to_front(self._package, deadline)
        self._post(line)
        return Completed(f"pymobiledevice3 notification post {line}", "", "", 0)

    def advance_to(self, boot_ns: int, *, until_output: bool, deadline: Deadline) -> int:
        del deadline
        self._wire.ask("advance")
        self._jumps.add(boot_ns, until_output=until_output)
        while (jump := self._jumps.current()) is not None:
            if not self._jumps.step(jump):
                self._jumps.arrive(jump)
        return self._phone.clocks.boot_ns()

    def step_wall_clock(self, ns: int) -> None:
        """Move the wall clock without telling anybody, as network time does."""
        clocks = self._phone.clocks
        clocks.set_wall(clocks.wall_ns() + ns)

    def close(self) -> None:
        """Let go of it."""

    def _bring_to_front(self, bundle_id: str, deadline: Deadline) -> int:
        del deadline
        self.hand("unlock")
        try:
            pid = self._phone.launch(port.Launch(bundle_id, kill_existing=False))
        except port.Refused as refused:
            raise Refused(f"iPhone {self._phone.udid} refused launching {bundle_id}: {refused.sentence}") from refused
        self._phone.kernel.run_until(self._phone.kernel.now + _STARTS_NS)
        return pid

    def _asked(self, name: str) -> str | None:
        """Post a question and wait for its answer as long as the driver would."""
        self._answers.forget(name)
        self._post(name)
        limit = self._phone.kernel.now + int(hook.ANSWER_S * _NS_PER_S)
        while (answer := self._answers.wait(name, Deadline.after(0))) is None and self._phone.kernel.run_next(limit):
            pass
        return answer

    def _post(self, name: str) -> None:
        self._wire.ask("notification")
        self._phone.post(self._wire.post(name))
        self._settle()

    def _settle(self) -> None:
        """Let happen what has been set going, without letting time pass."""
        self._phone.kernel.run_until(self._phone.kernel.now)


class LocalLog:
    """The log of a phone in this process, line by line. Satisfies `transport.port.Stream`."""

    def __init__(self, phone: IPhone, wire: Wire, heard: Callable[[Any], None]) -> None:
        self._wire = wire
        self._heard = heard
        self._lines = bytearray()
        self._why: str | None = None
        self._ended = False
        self._stop = phone.on_log(self._take)

    def recv(self, size: int, deadline: Deadline) -> bytes:
        """Give what has come; nothing comes by waiting."""
        del deadline
        if self._lines:
            size = self._wire.chunk(size)
            taken = bytes(self._lines[:size])
            del self._lines[:size]
            return taken
        if self._why is not None:
            raise DeviceLostError(self._why)
        if self._ended:
            return b""
        raise DeadlineExceeded("waiting for the log of an iPhone")

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Refuse: a log is read."""
        del data, deadline
        raise Refused("nothing can be written to the log of an iPhone")

    def break_off(self, why: str) -> None:
        """End it as a pulled cable does."""
        self._why = self._why or why
        self._stop()

    def close(self) -> None:
        """End it."""
        self._ended = True
        self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, record: port.LogRecord) -> None:
        try:
            entry = _entry(record)
            line = self._wire.log(as_line(entry))
        except DeviceLostError as error:
            self.break_off(str(error))
            return
        if line:
            self._lines += line
            self._heard(entry)


class _Timed:
    """The phone as `Jumps` wants it: whom a log entry wakes does not care what it says."""

    def __init__(self, phone: IPhone) -> None:
        self._phone = phone

    @property
    def kernel(self) -> Kernel:
        return self._phone.kernel

    @property
    def clocks(self) -> BootClock:
        return self._phone.clocks

    def on_log(self, collector: Callable[[], None]) -> Callable[[], None]:
        return self._phone.on_log(lambda _record: collector())


def _entry(record: port.LogRecord) -> Any:
    """Give a record as pymobiledevice3 hands it over (`SyslogEntry`)."""
    seconds, rest = divmod(record.wall_ns, _NS_PER_S)
    moment = dt.datetime.fromtimestamp(seconds, tz=dt.UTC).replace(microsecond=rest // _NS_PER_US)
    label = SimpleNamespace(subsystem=record.subsystem, category=record.category) if record.subsystem else None
    return SimpleNamespace(
        pid=record.pid,
        thread_id=record.thread_id,
        timestamp=moment,
        level=SimpleNamespace(name=_LEVELS.get(record.kind, record.kind.name)),
        filename=record.process,
        image_name=record.sender,
        message=record.message,
        label=label,
        mach_timestamp=record.boot_ns,
    )
