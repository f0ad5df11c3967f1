"""What the log says of simulated launches: whether one can be made now, and what became of the call.

The call itself tells nothing. Its preconditions: a request is pending (else the framework says so), no task of that
identifier runs (else the framework says so and ends the app), the process is not suspended (else nothing happens until
it runs again). Only what was heard is known: a log that nobody followed objects to nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections import deque
from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger import Simulation

SENDER = "/BackgroundTasks"
_STATES = "/runningboardd"
_BEGUN = re.compile(r"Starting (?:simulated )?task: <\w+: (?P<id>[^>]+)>")
_COMPLETE = re.compile(r"Marking (?:simulated )?task (?:complete: )?(?:<\w+: (?P<id>[^>]+)>)?")
"""A simulated one's name is private in releases that do not say otherwise."""
_EXPIRED = re.compile(r"Expiring simulated task: <\w+: (?P<id>[^>]+)>")
_NOT_PENDING = re.compile(r"No task request with identifier (?P<id>\S+) has been scheduled")
_NOT_SIMULATED = re.compile(r"Task with identifier (?P<id>\S+) is not currently being simulated")
_ENDED = re.compile(r"app<(?P<bundle>[^>(]+)[^>]*>.* termination reported by launchd")
_STATE = re.compile(r"Calculated state for app<(?P<bundle>[^>]+)>: (?P<state>[\w-]+)")
_TURNED_AWAY = {Simulation.LAUNCH: _NOT_PENDING, Simulation.EXPIRATION: _NOT_SIMULATED}
_CARRIED_OUT = {Simulation.LAUNCH: _BEGUN, Simulation.EXPIRATION: _EXPIRED}

_KEPT = 200


class FrameworkLines:
    """Hears every record of the log, in whatever thread reads it."""

    def __init__(self) -> None:
        self._heard = threading.Condition()
        self._running: dict[str, int] = {}
        self._suspended: set[str] = set()
        self._ended: dict[str, dt.datetime] = {}
        self._said: deque[str] = deque(maxlen=_KEPT)

    def hear(self, entry: Any) -> None:
        """Take note of a record: `image_name`, `filename`, `pid`, `timestamp`, `message` of pymobiledevice3's."""
        with self._heard:
            if str(entry.image_name).endswith(SENDER):
                self._framework(int(entry.pid), str(entry.message))
            elif str(entry.filename).endswith(_STATES):
                self._state(str(entry.message), entry.timestamp.astimezone(dt.UTC))
            self._heard.notify_all()

    def is_suspended(self, bundle_id: str) -> bool:
        """Say whether the system told last that the app's process stands still."""
        with self._heard:
            return bundle_id in self._suspended

    def first_end(self, bundle_id: str) -> dt.datetime | None:
        """Give when a process of the app ended for the first time, by the log's clock; None when none has."""
        with self._heard:
            return self._ended.get(bundle_id)

    def runs_in(self, identifier: str) -> int | None:
        """Give the process in which a task of that identifier was begun and not completed; None when none was."""
        with self._heard:
            return self._running.get(identifier)

    def begin(self) -> None:
        """Listen for what the framework says of the next call."""
        with self._heard:
            self._said.clear()

    def refusal(self, identifier: str, what: Simulation, deadline: Deadline) -> str | None:
        """Give the framework's own line when it turned the call away; None when it carried it out, or said nothing."""
        with self._heard:
            while True:
                for line in self._said:
                    for pattern, refuses in ((_TURNED_AWAY[what], True), (_CARRIED_OUT[what], False)):
                        match = pattern.search(line)
                        if match and match["id"] == identifier:
                            return line if refuses else None
                if not self._heard.wait(deadline.remaining()):
                    return None

    def _framework(self, pid: int, message: str) -> None:
        self._said.append(message)
        begun, complete = _BEGUN.search(message), _COMPLETE.search(message)
        if begun:
            self._running[begun["id"]] = pid
        elif complete:
            of = [name for name, where in self._running.items() if where == pid and complete["id"] in {name, None}]
            for name in of:
                del self._running[name]

    def _state(self, message: str, at: dt.datetime) -> None:
        if ended := _ENDED.search(message):
            self._ended.setdefault(ended["bundle"], at)
        match = _STATE.search(message)
        if match is None:
            return
        if match["state"].endswith("-suspended"):
            self._suspended.add(match["bundle"])
        else:
            self._suspended.discard(match["bundle"])
