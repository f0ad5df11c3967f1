"""An iPhone behind the Device port. Knows services and what their answers mean; judges nothing."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices import xcrun
from bgtask_harness.devices.ios import crashes
from bgtask_harness.devices.ios import facts as _facts
from bgtask_harness.devices.ios import force
from bgtask_harness.devices.ios import hands
from bgtask_harness.devices.ios import hook
from bgtask_harness.devices.ios import installing
from bgtask_harness.devices.ios import lldb
from bgtask_harness.devices.ios import processes
from bgtask_harness.devices.ios import virtual_time
from bgtask_harness.devices.ios import walls
from bgtask_harness.devices.ios.answers import HookAnswers
from bgtask_harness.devices.ios.clocks import read_clocks
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.force import MASK
from bgtask_harness.devices.ios.framework_lines import FrameworkLines
from bgtask_harness.devices.ios.hands import Hands
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.ios.link import Note
from bgtask_harness.devices.ios.log import LogStream
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Completed
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.devices.port import Progress
from bgtask_harness.devices.port import Text
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.transport.port import Stream
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

_DECLARED = ("BGTaskSchedulerPermittedIdentifiers", "UIBackgroundModes")
_RING = 10
_BETWEEN_S = 0.2
_PROBE_S = 5.0
_PINGS, _PING_S = 5, 1.0


class IPhoneDevice(Hands):
    """One iPhone, held by one session. Made by `attach`. Satisfies `devices.port.Device`.

    `bundle_id` is the app whose hook answers sentinels; without one nothing proves the log whole.
    """

    def __init__(self, link: Link, name: str, facts: DeviceFacts, bundle_id: str | None = None) -> None:
        self._link = link
        self._bundle_id = bundle_id
        self._name = name
        self._facts = facts
        self._answers = HookAnswers()
        self._framework = FrameworkLines()
        self._reported: set[str] = set()
        self._logs: list[LogStream] = []

    @classmethod
    def attach(
        cls,
        udid: str,
        name: str,
        deadline: Deadline,
        *,
        address: str | None = None,
        bundle_id: str | None = None,
        note: Note | None = None,
    ) -> Self:
        """Pair if need be, ask the phone for its facts and give its handle. `address` is usbmuxd's.

        `note` is told of everything that is said to it.

        Raises:
            HarnessError: One sentence: not there, not paired, locked.

        """
        link = Link(udid, address, note)
        try:
            return cls(link, name, _facts.read_facts(link, deadline), bundle_id)
        except BaseException:
            link.close()
            raise

    @property
    def name(self) -> str:
        """The profile's name."""
        return self._name

    @property
    def facts(self) -> DeviceFacts:
        """What it says of itself."""
        return self._facts

    def private_words(self, deadline: Deadline) -> _facts.Private:
        """Give what names the phone and its owner, for whoever takes that out of a recording."""
        return _facts.read_private(self._link, deadline)

    def check_ready(self, deadline: Deadline) -> None:
        """Make sure that it lets itself be driven, before anything is measured.

        Raises:
            Unsupported: A wall of the first day: locked, Developer Mode off, no developer disk image, no tunnel.

        """
        if not self._facts.virtual and _facts.is_locked(self._link, deadline):
            raise Unsupported(walls.LOCKED.format(udid=self._link.udid))
        self._link.call(self._link.developer, deadline, "asking for developer services")

    # --- watching -------------------------------------------------------------------------------------------------

    def capabilities(self, app: AppSpec, deadline: Deadline) -> frozenset[Capability]:
        found = {
            Capability.ADVANCE_TIME: self._facts.virtual,
            Capability.REBOOT: self._facts.virtual,
            Capability.SWITCH_NETWORK: self._facts.virtual,
            Capability.SWITCH_POWER: self._facts.virtual,
            Capability.APP_INSTALLED: _facts.read_info_plist(self._link, app.package, deadline) is not None,
        }
        if found[Capability.APP_INSTALLED]:
            self.launch(app, deadline)
            answered = self._answers_hook(app, deadline)
            found |= {Capability.APP_HOOK: answered, Capability.FORCE_JOB: answered or self._debuggable(app, deadline)}
            found[Capability.DIAGNOSTICS] = answered
        return frozenset(capability for capability, there in found.items() if there)

    def clocks(self, number: int, deadline: Deadline) -> ClockReading:
        """Read them. No sentinel 0 is left, which counts nothing: the app would tell its digit alone, as of 10."""
        name = hook.sentinel(self._bundle_id, number) if self._bundle_id is not None and number > 0 else None
        return read_clocks(self._link, number, name, deadline)

    def sentinel(self, number: int) -> str:
        """The last digit: an app hears only names that it has registered, so there are ten."""
        return str(number % _RING)

    def post_sentinel(self, app: AppSpec, number: int, deadline: Deadline) -> Answer:
        """Have the app answer in the log: proves it whole up to there. A suspended app answers when it runs again."""
        return self.hook(app, "sentinel", {"digit": self.sentinel(number)}, deadline)

    def open_log(self, deadline: Deadline) -> Stream:
        return self._followed(deadline, noted=True)

    def environment(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        declared = _facts.read_info_plist(self._link, app.package, deadline) or {}
        told = {key: declared.get(key) for key in _DECLARED}
        return (Text("info-plist", f"pymobiledevice3 apps query {app.package}", json.dumps(told)),)

    def jobs(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        """Give the app's crash reports, each once, after a process of it has ended. dasd tells by its log alone."""
        ended = self._framework.first_end(app.package)
        if ended is None:
            return ()
        found = crashes.reports(self._link, app.package, ended - crashes.BEFORE, deadline)
        new = tuple(text for text in found if text.command not in self._reported)
        self._reported |= {text.command for text in new}
        return new

    # --- doing ----------------------------------------------------------------------------------------------------

    def launch(self, app: AppSpec, deadline: Deadline) -> Answer:
        command = f"pymobiledevice3 developer dvt launch {app.package}"
        try:
            pid = self._bring_to_front(app.package, deadline)
        except Refused as refused:
            return Answer("app.launch", command, Outcome.REFUSED, Refusal.OTHER, str(refused))
        return Answer("app.launch", command, Outcome.ACCEPTED, output=f"pid {pid}")

    def home(self, deadline: Deadline) -> Answer:
        """Launch Settings: what was in front goes to the background, as it does when a person leaves it."""
        command = f"pymobiledevice3 developer dvt launch {processes.SETTINGS}"
        if self._facts.virtual:
            virtual_time.hand(self._link, "home", "", deadline)
        else:
            processes.launch(self._link, processes.SETTINGS, deadline)
        return Answer("home", command, Outcome.ACCEPTED)

    def lock(self, deadline: Deadline) -> Answer:
        """Lock the screen: nobody uses the phone. A real one takes a person."""
        virtual_time.hand(self._link, "lock", "", deadline)
        return Answer("lock", "the side button", Outcome.ACCEPTED)

    def unlock(self, deadline: Deadline) -> Answer:
        """Unlock it. A real one takes a person."""
        virtual_time.hand(self._link, "unlock", "", deadline)
        return Answer("unlock", "the passcode", Outcome.ACCEPTED)

    def kill(self, app: AppSpec, deadline: Deadline) -> Answer:
        pid = processes.pid_of(self._link, app.package, deadline)
        command = f"pymobiledevice3 developer dvt kill {pid}"
        if pid is None:
            return Answer("app.kill", command, Outcome.ACCEPTED, output="it does not run")
        processes.kill(self._link, pid, deadline)
        return Answer("app.kill", command, Outcome.ACCEPTED)

    def hold(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Stop the app's process where it stands, until `let_go`. The system's own suspension tells the app before."""
        return self._to_process(app, "hold", "suspend", processes.hold, deadline)

    def let_go(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Let it go on."""
        return self._to_process(app, "let-go", "resume", processes.let_go, deadline)

    def install(self, bundle: Path, deadline: Deadline) -> Answer:
        """Install an `.ipa` or an app's folder. A virtual phone has its app already."""
        command = f"pymobiledevice3 apps install {bundle}"
        if self._facts.virtual:
            return Answer("app.install", command, Outcome.REFUSED, Refusal.OTHER, installing.VIRTUAL)
        try:
            installing.install(self._link, bundle, deadline)
        except Refused as refused:
            return Answer("app.install", command, Outcome.REFUSED, Refusal.OTHER, str(refused))
        return Answer("app.install", command, Outcome.ACCEPTED)

    def hook(self, app: AppSpec, command: str, arguments: dict[str, str], deadline: Deadline) -> Answer:
        self._listen(deadline)
        level = ForceLevel.IN_APP if command == "run" else None
        return hook.send(self._link, self._answers, app.package, command, arguments, deadline, level)

    def simulate(self, app: AppSpec, identifier: str, what: Simulation, deadline: Deadline) -> Answer:
        """Simulate a launch or an expiration: by the app's hook, else by the debugger, else, on a Mac, by lldb.

        Raises:
            Unsupported: No way can be gone: the reason of the last that was tried.

        """
        self._listen(deadline)

        def make() -> Answer:
            answer = force.by_hook(self._link, self._answers, app.package, identifier, what, deadline)
            if answer.outcome is Outcome.ACCEPTED:
                return answer
            return self._by_debuggers(app, identifier, what, deadline)

        return self._checked(app, identifier, what, make, deadline)

    def simulate_by_debugger(self, app: AppSpec, identifier: str, what: Simulation, deadline: Deadline) -> Answer:
        """Simulate it without the app's help."""
        self._listen(deadline)

        def make() -> Answer:
            return force.by_debugger(self._link, app.package, identifier, what, deadline)

        return self._checked(app, identifier, what, make, deadline)

    def _by_debuggers(self, app: AppSpec, identifier: str, what: Simulation, deadline: Deadline) -> Answer:
        """Go our own debugger's way; on a Mac lldb's where that one is refused. A virtual iPhone cannot serve lldb."""
        may = not self._facts.virtual and xcrun.is_here()

        def otherwise(pid: int) -> Answer:
            return lldb.by_lldb(self._link.udid, pid, identifier, what, deadline)

        return force.by_debugger(self._link, app.package, identifier, what, deadline, otherwise if may else None)

    def diagnose(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Have the app list its pending requests, by the hook; one that is suspended lists them when it runs again."""
        answer = self.hook(app, "pending", {}, deadline)
        return dataclasses.replace(answer, verb="diagnostics")

    def reboot(self, deadline: Deadline, progress: Progress) -> Answer:
        async def restart() -> None:
            from pymobiledevice3.services.diagnostics import DiagnosticsService  # noqa: PLC0415 - imported when used

            async with DiagnosticsService(await self._link.lockdown()) as relay:
                await relay.restart()  # type: ignore[no-untyped-call]  # its own words have none

        progress("restarting")
        self._link.call(restart, deadline, "restarting", ("restart", {}))
        self._link.forget(deadline)
        self.regain(deadline)
        if self._facts.virtual:
            virtual_time.hand(self._link, "unlock", "", deadline)
            virtual_time.hand(self._link, "mount-image", "", deadline)
        progress("it is back")
        return Answer("reboot", "pymobiledevice3 diagnostics restart", Outcome.ACCEPTED)

    def wait_until_unlocked(self, deadline: Deadline, progress: Progress) -> bool:
        if self._facts.virtual:
            virtual_time.hand(self._link, "unlock", "", deadline)
            return True
        progress("type the phone's code: until then no app of it runs")
        while _facts.is_locked(self._link, deadline):
            if deadline.passed:
                return False
            time.sleep(_BETWEEN_S)
        return True

    def regain(self, deadline: Deadline) -> None:
        async def ask() -> None:
            await (await self._link.lockdown()).get_value(key="ProductVersion")

        while True:
            try:
                self._link.call(ask, Deadline.after(min(_PROBE_S, deadline.remaining())), "waiting until it is back")
            except HarnessError:
                deadline.check(f"iPhone {self._link.udid} comes back")
                self._link.forget(deadline)
                time.sleep(_BETWEEN_S)
            else:
                return

    # --- changing for a while, time -------------------------------------------------------------------------------

    def tell(self, line: str, deadline: Deadline) -> Completed:
        """Post a notification, after the app was brought to the front: a suspended one would not hear it in time.

        Posted a few times: an app that was just launched has not registered its names yet.
        """
        if hands.is_line(line):
            return hands.carry_out(self._link, line, deadline)
        self._bring_to_front(self._bundle_id or hook.bundle_of(line), deadline)
        self._listen(deadline)
        said = (hook.ask(self._link, self._answers, line, deadline, _PING_S) for _ in range(_PINGS))
        return hook.as_completed(hook.typed(line), next((answer for answer in said if answer is not None), None))

    def force_mask(self, *, force: bool) -> tuple[str, ...]:
        del force
        return MASK

    def crash(self, app: AppSpec, deadline: Deadline) -> Answer:
        return dataclasses.replace(self.kill(app, deadline), verb="app.crash")

    def advance_to(self, boot_ns: int, *, until_output: bool, deadline: Deadline) -> int:
        return virtual_time.advance(self._link, boot_ns, deadline, until_output=until_output)

    def close(self) -> None:
        """Let go of it."""
        while self._logs:
            self._logs.pop().close()
        self._link.close()

    def _to_process(
        self, app: AppSpec, verb: str, word: str, do: Callable[[Link, int, Deadline], None], deadline: Deadline
    ) -> Answer:
        pid = processes.pid_of(self._link, app.package, deadline)
        command = f"pymobiledevice3 developer dvt {word} {pid}"
        if pid is None:
            return Answer(f"app.{verb}", command, Outcome.REFUSED, Refusal.OTHER, f"{app.package} does not run")
        do(self._link, pid, deadline)
        return Answer(f"app.{verb}", command, Outcome.ACCEPTED)

    def _checked(
        self, app: AppSpec, identifier: str, what: Simulation, make: Callable[[], Answer], deadline: Deadline
    ) -> Answer:
        return force.checked(self._link, self._framework, app.package, identifier, what, make, deadline)

    def _hear(self, entry: Any) -> None:
        self._answers.hear(entry)
        self._framework.hear(entry)

    def _bring_to_front(self, bundle_id: str, deadline: Deadline) -> int:
        if self._facts.virtual:
            virtual_time.hand(self._link, "unlock", "", deadline)
        return processes.launch(self._link, bundle_id, deadline)

    def _answers_hook(self, app: AppSpec, deadline: Deadline) -> bool:
        """Ask a few times: an app that was just launched has not registered its names yet."""
        self._listen(deadline)
        for _ in range(_PINGS):
            done = hook.send(self._link, self._answers, app.package, "ping", {}, deadline, within_s=_PING_S)
            if done.outcome is Outcome.ACCEPTED:
                return True
        return False

    def _listen(self, deadline: Deadline) -> None:
        """Follow the log, where the hook answers, unless somebody does already."""
        if not any(log.is_open for log in self._logs):
            self._followed(deadline, noted=False)

    def _followed(self, deadline: Deadline, *, noted: bool) -> LogStream:
        stream = LogStream(self._link, self._hear, noted=noted)
        self._logs.append(stream)
        stream.wait_until_open(deadline)
        return stream

    def _debuggable(self, app: AppSpec, deadline: Deadline) -> bool:
        pid = processes.pid_of(self._link, app.package, deadline)
        return pid is not None and processes.may_be_debugged(self._link, pid, deadline)
