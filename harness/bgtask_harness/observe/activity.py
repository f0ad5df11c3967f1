"""ActivityManager's lines on processes: started, killed, died, force-stopped.

Texts after AOSP 11 to 14 `ProcessList.handleProcessStartedLocked`, `ProcessRecord.killLocked`,
`ActivityManagerService.appDiedLocked` and `forceStopPackageLocked`.
"""

from __future__ import annotations

import re

from bgtask_harness.observe.logcat import LogLine
from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import Event
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import Source

TAG = "ActivityManager"

_START = re.compile(
    r"Start proc (?P<pid>\d{1,9}):(?P<process>[^/\s]+)/(?P<uid>\S+)(?: \[\S*\])? "
    r"for (?P<why>[a-z][a-z-]*(?: [a-z][a-z-]*)*?)(?P<rest>(?: \{.*| [\w.]+[/.].*)?)",
    re.ASCII,
)
_KILLING = re.compile(
    r"Killing (?P<pid>\d{1,9}):(?P<process>[^/\s]+)/(?P<uid>\S+) \(adj [^)]*\): (?P<why>.*)", re.ASCII
)
_DIED = re.compile(r"Process (?P<process>\S+) \(pid (?P<pid>\d{1,9})\) has died(?:: ?(?P<why>.*))?", re.ASCII)
_FORCE_STOPPING = re.compile(
    r"Force stopping (?P<package>\S+) appid=(?P<appid>-?\d{1,9}) user=-?\d+: (?P<why>.*)", re.ASCII
)
_COMPONENT = re.compile(r" \{?(?P<package>[^/{}\s]+)/")
"""In braces from Android 10 on, plain before."""
_USER_ID = re.compile(r"u(?P<user>\d{1,4})a(?P<app>\d{1,5})", re.ASCII)
_PER_USER = 100_000
_FIRST_APPLICATION = 10_000


class Processes:
    """Whose process is whose, as far as ActivityManager has said so, and what it says of the app's."""

    def __init__(self, package: str, own: frozenset[int] = frozenset()) -> None:
        self.package = package
        self.uid: int | None = None
        """The app's uid, once a start of one of its processes was seen."""
        self._owner: dict[int, bool] = dict.fromkeys(own, True)
        self._dead: set[int] = set()

    def owns(self, pid: int) -> bool | None:
        """Tell whether that process is the app's; None when nobody said."""
        return self._owner.get(pid)

    def forget(self) -> None:
        """Forget every process: after a reboot the same numbers are others'."""
        self._owner.clear()
        self._dead.clear()

    def observe(self, line: LogLine) -> tuple[Event, ...]:
        """Give the events of a line of ActivityManager; most of its lines say nothing that matters here."""
        message = line.message
        if message.startswith("Start proc "):
            return self._started(line)
        if message.startswith("Killing "):
            return self._died(line, _KILLING.fullmatch(message))
        if message.startswith("Process "):
            return self._died(line, _DIED.fullmatch(message))
        if message.startswith("Force stopping "):
            return self._force_stopping(line)
        return ()

    def _started(self, line: LogLine) -> tuple[Event, ...]:
        match = _START.fullmatch(line.message)
        if match is None:
            return ()
        pid = int(match["pid"])
        own = self._is_own(match["process"], match["rest"])
        self._owner[pid] = own
        self._dead.discard(pid)
        if not own:
            return ()
        self.uid = _uid(match["uid"]) or self.uid
        event = ProcessStarted(
            stamp=line.stamp,
            source=Source.SYSTEM_LOG,
            raw=line.raw,
            package=self.package,
            pid=pid,
            why=match["why"],
        )
        return (event,)

    def _died(self, line: LogLine, match: re.Match[str] | None) -> tuple[Event, ...]:
        if match is None:
            return ()
        pid = int(match["pid"])
        own = self._owner.pop(pid, None) or self._is_own(match["process"], "")
        if not own or pid in self._dead:
            return ()
        self._dead.add(pid)
        why = (match["why"] or "").strip() or None
        return (
            ProcessDied(
                stamp=line.stamp, source=Source.SYSTEM_LOG, raw=line.raw, package=self.package, pid=pid, why=why
            ),
        )

    def _force_stopping(self, line: LogLine) -> tuple[Event, ...]:
        match = _FORCE_STOPPING.fullmatch(line.message)
        if match is None or match["package"] != self.package or not match["why"].startswith("from pid "):
            return ()  # an update or clearing data also force-stops, without the stopped state
        return (
            EnvironmentChanged(stamp=line.stamp, source=Source.SYSTEM_LOG, raw=line.raw, fact="stopped", value=True),
        )

    def _is_own(self, process: str, rest: str) -> bool:
        if process == self.package or process.startswith(self.package + ":"):
            return True
        component = _COMPONENT.match(rest)
        return component is not None and component["package"] == self.package


def _uid(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    match = _USER_ID.fullmatch(text)
    return None if match is None else int(match["user"]) * _PER_USER + _FIRST_APPLICATION + int(match["app"])
