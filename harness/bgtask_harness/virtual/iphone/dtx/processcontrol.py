"""...services.processcontrol: launch, kill, signal, suspend and resume."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from bgtask_harness.virtual.ios.port import Exit
from bgtask_harness.virtual.ios.port import Launch
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.iphone.dtx.primitives import Int32
from bgtask_harness.virtual.iphone.dtx.primitives import Int64
from bgtask_harness.virtual.iphone.dtx.server import Channel
from bgtask_harness.virtual.iphone.dtx.server import Tell
from bgtask_harness.virtual.iphone.handset import Handset

NAME = "com.apple.instruments.server.services.processcontrol"
VERSION = 8
KILL, STOP, CONTINUE = 9, 17, 19
"""Darwin's numbers."""


def open_channel(handset: Handset, tell: Tell) -> Channel:
    """Open a channel of this kind."""
    control = ProcessControl(handset, tell)
    return Channel(control.methods(), control.close)


class ProcessControl:
    """One host's control of processes. What it launched or observes tells it of its output."""

    def __init__(self, handset: Handset, tell: Tell) -> None:
        self._handset = handset
        self._tell = tell
        self._heard: set[int] = set()
        self._observed: set[int] = set()
        with handset.present() as phone:
            self._stops = [phone.on_output(self._output), phone.on_exit(self._exit)]

    def methods(self) -> dict[str, Callable[..., Any]]:
        """Give what can be called, by selector."""
        return {
            "launchSuspendedProcessWithDevicePath:bundleIdentifier:environment:arguments:options:": self.launch,
            "processIdentifierForBundleIdentifier:": self.identifier,
            "sendSignal:toPid:": self.signal,
            "killPid:": lambda pid: self.signal(KILL, pid),
            "suspendPid:": lambda pid: self.signal(STOP, pid),
            "resumePid:": lambda pid: self.signal(CONTINUE, pid),
            "isPidDebuggable:": self.debuggable,
            "startObservingPid:": self._observed.add,
            "stopObservingPid:": self._observed.discard,
            "requestDisableMemoryLimitsForPid:": lambda _pid: True,
        }

    def close(self) -> None:
        """Hear of nothing any more."""
        for stop in self._stops:
            stop()

    def launch(
        self,
        _path: object,
        bundle_id: str,
        environment: Mapping[str, Any] | None,
        arguments: Sequence[Any] | None,
        options: Mapping[str, Any] | None,
    ) -> int:
        """Launch an app and give its pid.

        Raises:
            Refused: The phone does not.

        """
        chosen = options or {}
        launch = Launch(
            bundle_id=str(bundle_id),
            arguments=tuple(map(str, arguments or ())),
            environment={str(name): str(value) for name, value in (environment or {}).items()},
            kill_existing=bool(chosen.get("KillExisting", False)),
            halted=bool(chosen.get("StartSuspendedKey", False)),
            in_background=bool(chosen.get("ActivateSuspended", False)),
        )
        with self._handset.present() as phone:
            pid = phone.launch(launch)
            self._heard.add(pid)
        return pid

    def signal(self, number: int, pid: int) -> None:
        """Send a signal.

        Raises:
            Refused: There is no such process.

        """
        with self._handset.present() as phone:
            if not phone.signal(pid, number):
                raise Refused(f"Failed to signal process {pid}: no such process", "NSPOSIXErrorDomain", 3)

    def identifier(self, bundle_id: str) -> int:
        """Give the pid of a running app; 0 when it does not run."""
        with self._handset.present() as phone:
            return next((each.pid for each in phone.processes() if each.bundle_id and each.bundle_id == bundle_id), 0)

    def debuggable(self, pid: int) -> bool:
        """Say whether a debugger may attach."""
        with self._handset.present() as phone:
            bundle_id = next((each.bundle_id for each in phone.processes() if each.pid == pid), "")
            return any(app.bundle_id == bundle_id and app.get_task_allow for app in phone.apps())

    def _output(self, pid: int, text: str) -> None:
        if pid in self._heard | self._observed:
            self._tell("outputReceived:fromProcess:atTime:", text, Int32(pid), Int64(0))

    def _exit(self, ended: Exit) -> None:
        if ended.pid in self._observed:
            self._tell("processWithPID:terminatedWithExitCode:orCrashingSignal:", ended.pid, ended.status, ended.signal)
        self._heard.discard(ended.pid)
        self._observed.discard(ended.pid)
