"""A simulator behind the Device port: commands of simctl and what their answers mean. Never tried on a Mac."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import plistlib
import time
from pathlib import Path
from typing import Any
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import hook
from bgtask_harness.devices.ios.answers import HookAnswers
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Completed
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.devices.port import Progress
from bgtask_harness.devices.port import Text
from bgtask_harness.devices.simulator import listing
from bgtask_harness.devices.simulator import no_scheduler
from bgtask_harness.devices.simulator import power
from bgtask_harness.devices.simulator import simctl
from bgtask_harness.devices.simulator.log import SimulatorLog
from bgtask_harness.errors import HarnessError
from bgtask_harness.transport.port import Stream
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

SETTINGS = "com.apple.Preferences"

_DECLARED = ("BGTaskSchedulerPermittedIdentifiers", "UIBackgroundModes")
_NOT_RUNNING = "found nothing to terminate"
_RING = 10
_PINGS, _PING_S = 5, 1.0


class SimulatorDevice(no_scheduler.NoScheduler):
    """One simulator, held by one session. Made by `attach`. Satisfies `devices.port.Device`.

    `bundle_id` is the app whose hook answers sentinels; without one nothing proves the log whole. One that was booted
    here is shut down again by `close`.
    """

    def __init__(
        self, simulator: listing.Simulator, name: str, bundle_id: str | None = None, *, booted_here: bool = False
    ) -> None:
        self._udid = simulator.udid
        self._name = name
        self._bundle_id = bundle_id
        self._booted_here = booted_here
        self._answers = HookAnswers()
        self._logs: list[SimulatorLog] = []
        self._facts = DeviceFacts(
            platform="ios",
            serial=simulator.udid,
            model=simulator.model,
            os_version=simulator.os_version,
            build=simulator.build,
            notes={no_scheduler.NOTE: no_scheduler.REASON},
        )

    @classmethod
    def attach(cls, wanted: str, name: str, deadline: Deadline, *, bundle_id: str | None = None) -> Self:
        """Find it by UDID or name, boot it if need be and give its handle.

        Raises:
            HarnessError: One sentence: no `xcrun`, no such simulator, not bootable.

        """
        simulator = listing.choose(listing.read(deadline), wanted)
        booted_here = power.boot(simulator.udid, deadline)
        return cls(simulator, name, bundle_id, booted_here=booted_here)

    @property
    def name(self) -> str:
        """The profile's name."""
        return self._name

    @property
    def facts(self) -> DeviceFacts:
        """What the list says of it."""
        return self._facts

    # --- watching -------------------------------------------------------------------------------------------------

    def capabilities(self, app: AppSpec, deadline: Deadline) -> frozenset[Capability]:
        if self._info_plist(app.package, deadline) is None:
            return frozenset({Capability.REBOOT})
        self.launch(app, deadline)
        there = {Capability.REBOOT, Capability.APP_INSTALLED}
        return frozenset(there | {Capability.APP_HOOK} if self._answers_hook(app, deadline) else there)

    def clocks(self, number: int, deadline: Deadline) -> ClockReading:
        """Read the Mac's: a simulator has none of its own. Its boot is told by when the list says it was booted.

        A Mac's CLOCK_MONOTONIC goes on while it sleeps, as a phone's boot clock does.
        """
        boot_id = power.booted(self._udid, deadline).booted_at
        began = time.monotonic_ns()
        boot_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        wall_ns = time.time_ns()
        took = time.monotonic_ns() - began
        if self._bundle_id is not None:
            self._post(hook.sentinel(self._bundle_id, number), deadline)
        return ClockReading(number, boot_id, boot_ns, wall_ns, took + 1_000_000, began + took // 2)

    def sentinel(self, number: int) -> str:
        """The last digit, as on an iPhone."""
        return str(number % _RING)

    def open_log(self, deadline: Deadline) -> Stream:
        stream = SimulatorLog(self._udid, self._answers.hear)
        self._logs.append(stream)
        stream.wait_until_open(deadline)
        return stream

    def environment(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        declared = self._info_plist(app.package, deadline) or {}
        command = simctl.spelled(("get_app_container", self._udid, app.package, "app"))
        return (Text("info-plist", command, json.dumps({key: declared.get(key) for key in _DECLARED})),)

    def jobs(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        """Give nothing: no request is ever pending."""
        del app, deadline
        return ()

    # --- doing ----------------------------------------------------------------------------------------------------

    def install(self, bundle: Path, deadline: Deadline) -> Answer:
        """Install a built app: its `.app` folder."""
        return self._answered("app.install", ("install", self._udid, str(bundle)), deadline)

    def open_url(self, url: str, deadline: Deadline) -> Answer:
        """Open a link, as a tap on it does."""
        return self._answered("openurl", ("openurl", self._udid, url), deadline)

    def launch(self, app: AppSpec, deadline: Deadline) -> Answer:
        return self._answered("app.launch", ("launch", self._udid, app.package), deadline)

    def home(self, deadline: Deadline) -> Answer:
        """Launch Settings: what was in front goes to the background."""
        return self._answered("home", ("launch", self._udid, SETTINGS), deadline)

    def kill(self, app: AppSpec, deadline: Deadline) -> Answer:
        answer = self._answered("app.kill", ("terminate", self._udid, app.package), deadline)
        if _NOT_RUNNING not in answer.output:
            return answer
        return dataclasses.replace(answer, outcome=Outcome.ACCEPTED, refusal=None, output="it does not run")

    def crash(self, app: AppSpec, deadline: Deadline) -> Answer:
        return dataclasses.replace(self.kill(app, deadline), verb="app.crash")

    def hook(self, app: AppSpec, command: str, arguments: dict[str, str], deadline: Deadline) -> Answer:
        """Send a command; those that need the scheduler are refused before they are sent.

        Raises:
            Unsupported: It needs the scheduler.

        """
        if command in no_scheduler.NEED_IT:
            no_scheduler.refuse()
        return self._ask(app, command, arguments, hook.ANSWER_S, deadline)

    def reboot(self, deadline: Deadline, progress: Progress) -> Answer:
        progress("restarting")
        power.shut_down(self._udid, deadline)
        power.boot(self._udid, deadline)
        progress("it is back")
        return Answer("reboot", simctl.spelled(("shutdown", self._udid)), Outcome.ACCEPTED)

    def wait_until_unlocked(self, deadline: Deadline, progress: Progress) -> bool:
        """It has no code."""
        del deadline, progress
        return True

    def regain(self, deadline: Deadline) -> None:
        power.boot(self._udid, deadline)

    # --- changing for a while -------------------------------------------------------------------------------------

    def tell(self, line: str, deadline: Deadline) -> Completed:
        """Post a notification, after the app was brought to the front: a suspended one would not hear it in time.

        Posted a few times: an app that was just launched has not registered its names yet.
        """
        bundle_id = self._bundle_id or hook.bundle_of(line)
        simctl.call(("launch", self._udid, bundle_id), deadline, f"launching {bundle_id}")
        said = (self._answer(line, _PING_S, deadline) for _ in range(_PINGS))
        return hook.as_completed(self._typed(line), next((answer for answer in said if answer is not None), None))

    def force_mask(self, *, force: bool) -> tuple[str, ...]:
        """Nothing is overridden: nothing can be forced."""
        del force
        return ()

    def close(self) -> None:
        """Let go of it: as it was found."""
        while self._logs:
            self._logs.pop().close()
        if self._booted_here:
            self._booted_here = False
            with contextlib.suppress(HarnessError):  # one that is gone needs no shutting down
                power.shut_down(self._udid, Deadline.after(power.SHUTDOWN_S))

    # --- within ---------------------------------------------------------------------------------------------------

    def _answered(self, verb: str, arguments: tuple[str, ...], deadline: Deadline) -> Answer:
        done = simctl.run(arguments, deadline, verb)
        refused = done.exit_status != 0
        return Answer(
            verb,
            done.command,
            Outcome.REFUSED if refused else Outcome.ACCEPTED,
            Refusal.OTHER if refused else None,
            (done.stdout + done.stderr).strip(),
            exit_status=done.exit_status,
        )

    def _post(self, name: str, deadline: Deadline) -> None:
        simctl.call(("spawn", self._udid, "notifyutil", "-p", name), deadline, f"posting {name}")

    def _typed(self, name: str) -> str:
        return simctl.spelled(("spawn", self._udid, "notifyutil", "-p", name))

    def _ask(
        self, app: AppSpec, command: str, arguments: dict[str, str], within_s: float, deadline: Deadline
    ) -> Answer:
        """Post a command and wait for its answer in the log; no answer is UNKNOWN, never a refusal."""
        name = hook.notification(app.package, command, arguments)
        answer = self._answer(name, within_s, deadline)
        level = ForceLevel.IN_APP if command == "run" else None
        return hook.as_answer(self._typed(name), command, arguments, answer, level)

    def _answer(self, name: str, within_s: float, deadline: Deadline) -> str | None:
        if not any(log.is_open for log in self._logs):
            self.open_log(deadline)
        self._answers.forget(name)
        self._post(name, deadline)
        return self._answers.wait(name, Deadline.after(min(within_s, deadline.remaining())))

    def _answers_hook(self, app: AppSpec, deadline: Deadline) -> bool:
        """Ask a few times: an app that was just launched has not registered its names yet."""
        pings = (self._ask(app, "ping", {}, _PING_S, deadline) for _ in range(_PINGS))
        return any(answer.outcome is Outcome.ACCEPTED for answer in pings)

    def _info_plist(self, bundle_id: str, deadline: Deadline) -> dict[str, Any] | None:
        """Give what the installed app declares; None when it is not installed."""
        done = simctl.run(("get_app_container", self._udid, bundle_id, "app"), deadline, f"looking for {bundle_id}")
        if done.exit_status:
            return None
        try:
            found = plistlib.loads((Path(done.stdout.strip()) / "Info.plist").read_bytes())
        except (OSError, ValueError, plistlib.InvalidFileException):
            return {}
        return found if isinstance(found, dict) else {}
