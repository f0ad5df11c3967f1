"""runningboardd's lines on the app's processes: tracked, active, suspended, gone. Their wording is UNCONFIRMED."""

from __future__ import annotations

import re

from bgtask_harness.observe.ios.os_log import OsLogLine
from bgtask_reference.events import AppStep
from bgtask_reference.events import AppStepped
from bgtask_reference.events import Event
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import Source

PROCESS = "runningboardd"

_WHO = r"\[?app(?:lication)?<(?P<package>[^>(]+)(?:\([^>]*)?>(?::(?P<pid>\d{1,9}))?\]?"
_TRACKED = re.compile(rf"Now tracking process: {_WHO}")
_STATE = re.compile(rf"Calculated state for {_WHO}: (?P<state>running-\w+) \(role: (?P<role>\w+)\)")
_TERMINATING = re.compile(rf"{_WHO} terminating: (?P<reason>.*)")
_ENDED = re.compile(rf"{_WHO} termination reported by launchd \((?P<why>[\d, -]+)\)")


class Processes:
    """The app's processes, as far as runningboardd has named them."""

    def __init__(self, package: str) -> None:
        self.package = package
        self._pid = 0
        self._step: AppStep | None = None
        self._reason = ""
        self._lines = (
            (_TRACKED, self._tracked),
            (_STATE, self._state),
            (_TERMINATING, self._terminating),
            (_ENDED, self._ended),
        )

    def observe(self, line: OsLogLine) -> tuple[Event, ...]:
        """Give the events of a line; other apps' give none."""
        for pattern, read in self._lines:
            match = pattern.fullmatch(line.message)
            if match is not None and match["package"] == self.package:
                return read(match, line)
        return ()

    def _tracked(self, match: re.Match[str], line: OsLogLine) -> tuple[Event, ...]:
        self._pid = int(match["pid"] or 0)
        self._step = None
        return (
            ProcessStarted(
                stamp=line.stamp, source=Source.SYSTEM_LOG, raw=line.raw, package=self.package, pid=self._pid
            ),
        )

    def _state(self, match: re.Match[str], line: OsLogLine) -> tuple[Event, ...]:
        step = _step_of(match["state"], match["role"])
        if step is None or step is self._step:
            return ()
        self._step = step
        return (
            AppStepped(
                stamp=line.stamp, source=Source.SYSTEM_LOG, raw=line.raw, package=self.package, pid=self._pid, step=step
            ),
        )

    def _terminating(self, match: re.Match[str], _line: OsLogLine) -> tuple[Event, ...]:
        """Keep why the system ends it: launchd tells of the end itself."""
        self._reason = match["reason"]
        return ()

    def _ended(self, match: re.Match[str], line: OsLogLine) -> tuple[Event, ...]:
        pid = int(match["pid"] or self._pid)
        reason, self._reason = self._reason, ""
        return (
            ProcessDied(
                stamp=line.stamp,
                source=Source.SYSTEM_LOG,
                raw=line.raw,
                package=self.package,
                pid=pid,
                why=f"{reason or 'launchd'} ({match['why']})",
            ),
        )


def _step_of(state: str, role: str) -> AppStep | None:
    if state == "running-suspended":
        return AppStep.SUSPENDED
    if state != "running-active":
        return None
    return AppStep.ENTERED_FOREGROUND if role.startswith("UserInteractiveFocal") else AppStep.ENTERED_BACKGROUND
