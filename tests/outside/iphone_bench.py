"""A virtual iPhone with an app on it, on virtual time, for tests of what runs on it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_harness.virtual.ios.layers import IosFault
from bgtask_harness.virtual.ios.port import Exit
from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.ios.process import AppProcess
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.ports.background_tasks import IosProgram

BUNDLE = names.PACKAGE
TOKEN, LIBRARY, NOTIFICATIONS = names.TOKEN_REFRESH, names.LIBRARY_SYNC, names.EPISODE_NOTIFICATIONS
MINUTE, HOUR, DAY = 60, 3600, 86_400
SECOND = 1_000_000_000
_KERMIT = re.compile(r"[\U0001f535\U0001f534] \((?P<tag>\w+)\) (?P<text>.*)", re.DOTALL)


@dataclass(frozen=True)
class Line:
    at: float
    """Seconds since the bench was made."""
    record: LogRecord

    @property
    def message(self) -> str:
        return self.record.message


class IPhoneBench:
    def __init__(
        self,
        program: IosProgram,
        *,
        phone: str = "iphone15-ios26",
        mode: str = "hook",
        faults: Sequence[IosFault] = (),
        permitted: tuple[str, ...] = (TOKEN, LIBRARY, NOTIFICATIONS),
        modes: tuple[str, ...] = ("fetch", "processing"),
    ) -> None:
        app = IosAppArguments(permitted_identifiers=permitted, background_modes=modes)
        self.phone = build(phone, program, BUNDLE, mode, faults, app)
        self.lines: list[Line] = []
        self.exits: list[Exit] = []
        self._begin = self.phone.clocks.wall_ns()
        self.phone.log.follow(self._take, reads_private=True)
        self.phone.on_exit(self.exits.append)

    def _take(self, record: LogRecord) -> None:
        self.lines.append(Line((record.wall_ns - self._begin) / SECOND, record))

    @property
    def now(self) -> float:
        return (self.phone.clocks.wall_ns() - self._begin) / SECOND

    @property
    def process(self) -> AppProcess:
        process = self.phone.springboard.find(BUNDLE)
        assert process is not None, "the app does not run"
        return process

    def run(self, seconds: float) -> None:
        self.phone.kernel.run_until(self.phone.kernel.now + round(seconds * SECOND))

    def open(self) -> None:
        self.phone.hand("open", BUNDLE)
        self.run(2)

    def lock(self) -> None:
        self.phone.hand("lock", "")
        self.run(10)

    def hook(self, *command: str) -> str:
        """Post a command of the debug hook and give its answer."""
        escaped = [re.sub(r"[^A-Za-z0-9-]", lambda found: f"_{ord(found[0]):02x}", part) for part in command]
        name = ".".join((f"{BUNDLE}.bgt", *escaped))
        since = len(self.lines)
        self.phone.post(name)
        self.run(0.1)
        answers = [line for line in self.lines[since:] if line.record.category == "bgt"]
        return str(json.loads(answers[0].message)["answer"]) if answers else "nothing was heard"

    def log_in(self) -> None:
        self.open()
        assert self.hook("state", "active_provider", "TRAKT") == "ok"
        self.run(5)

    def pending(self) -> dict[str, float]:
        """Identifiers that dasd keeps, with the seconds until their window opens."""
        wall = self.phone.clocks.wall_ns()
        return {each.identifier: (each.begin_ns - wall) / SECOND for each in self.phone.dasd.pending(BUNDLE)}

    def said(self, since: float = 0) -> list[tuple[str, str]]:
        """What the app itself said by Kermit: tag and text."""
        found = [_KERMIT.fullmatch(line.message) for line in self.lines if line.at >= since]
        return [(match["tag"], match["text"]) for match in found if match]

    def framework(self, since: float = 0) -> list[str]:
        """What BackgroundTasks said."""
        own = [line for line in self.lines if line.at >= since and line.record.sender.endswith("/BackgroundTasks")]
        return [line.message for line in own]

    def beacon(self, event: str, task: str, since: float = 0) -> list[dict[str, Any]]:
        told = [json.loads(line.message) for line in self.lines if self._is_beacon(line) and line.at >= since]
        return [each for each in told if each["event"] == event and each.get("task") == task]

    @staticmethod
    def _is_beacon(line: Line) -> bool:
        return line.record.category == "bgtask-beacon"
