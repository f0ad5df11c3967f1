"""WorkManager's own log lines (`WM-*`), from INFO as every app prints them and from DEBUG where its Configuration asks.

Texts after androidx.work 2.6 to 2.11: `WorkerWrapper`, `Processor`, `SystemJobScheduler`, `ForceStopRunnable`.
A line that names a class but no work id is attributed only when one piece of work alone can have printed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bgtask_harness.observe.logcat import LogLine
from bgtask_harness.observe.work_manager_lines import is_quiet
from bgtask_reference.events import NOBODY
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Event
from bgtask_reference.events import JobScheduled
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import Source
from bgtask_reference.events import Subject

PREFIX = "WM-"
DIAGNOSTICS_WORKER = "androidx.work.impl.workers.DiagnosticsWorker"

UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
WORK = rf"Work \[ id=(?P<id>{UUID}), tags=\{{ (?P<tags>.*) \}} \]"
_WORK_ID = rf"(?:WorkGenerationalId\(workSpecId=(?P<gid>{UUID}), generation=(?P<generation>\d{{1,9}})\)|(?P<id>{UUID}))"
_SAME_END_NS = 5 * NS_PER_S
"""Two lines on one end are printed back to back by one thread, and what is made of an exception or a cancellation is a
FAILURE (WorkerWrapper.java, mResult). A second run begins 10 s later at least after a retry, at once after a stop."""

_Rule = Callable[[LogLine, re.Match[str]], tuple[Event, ...]]


class WorkManagerParser:
    """Reads the lines of one app's WorkManager, which may be spread over several processes."""

    def __init__(self) -> None:
        self._accepted: dict[int, dict[str, Subject]] = {}
        self._ended: dict[str, tuple[int, int]] = {}
        self._refused: dict[str, int] = {}
        self._rules = {
            f"{PREFIX}{name}": [(re.compile(text, re.ASCII), rule) for text, rule in rules.items()]
            for name, rules in self._table().items()
        }

    def observe(self, line: LogLine) -> tuple[Event, ...] | None:
        """Give the events of a line; none for a line that says nothing of runs; None for a line that nobody knows."""
        for pattern, rule in self._rules.get(line.tag, ()):
            match = pattern.fullmatch(line.message)
            if match:
                return rule(line, match)
        return () if is_quiet(line) else None

    def forget(self) -> None:
        """Forget every process and what it was about to do."""
        self._accepted.clear()
        self._ended.clear()
        self._refused.clear()

    def _table(self) -> dict[str, dict[str, _Rule]]:
        return {
            "WorkerWrapper": {
                rf"Worker result (?P<result>SUCCESS|RETRY|FAILURE) for {WORK}": self._result,
                rf"{WORK} was cancelled": self._cancelled,
                rf"{WORK} failed because it threw an exception/error": self._threw,
                rf"Work interrupted for {WORK}": self._interrupted,
                r"Starting work for \S+": self._start,
                r"Delaying execution for \S+ because it is being executed before schedule\.": self._before_schedule,
                rf"Status for {_WORK_ID} is (?P<state>\w+) ?; not doing any work.*": self._status,
                r"Could not create (?:Worker|Input Merger) \S+": self._not_created,
            },
            "Processor": {
                rf"\w+: processing {_WORK_ID}": self._accept,
                rf"\w+ {_WORK_ID} executed; reschedule = (?:true|false)": self._executed,
            },
            "ForceStopRunnable": {r"Application was force-stopped, rescheduling\.": self._force_stopped},
            "SystemJobScheduler": {
                rf"Scheduling work ID (?P<id>{UUID}) ?Job ID (?P<job>-?\d{{1,10}})": self._scheduled
            },
        }

    # --- rules ----------------------------------------------------------------------------------------------------

    def _result(self, line: LogLine, match: re.Match[str]) -> tuple[Event, ...]:
        subject = _subject(match)
        told = self._told_already(line, subject)
        self._left(line, subject)
        if told and match["result"] == "FAILURE":
            return ()
        result = Result(match["result"].lower())
        return (RunFinished(stamp=line.stamp, source=_source(line), raw=line.raw, subject=subject, result=result),)

    def _threw(self, line: LogLine, match: re.Match[str]) -> tuple[Event, ...]:
        subject = _subject(match)
        self._ends(line, subject)
        return (RunFinished(stamp=line.stamp, source=_source(line), raw=line.raw, subject=subject),)

    def _cancelled(self, line: LogLine, match: re.Match[str]) -> tuple[Event, ...]:
        return self._stop(line, match, "cancelled")

    def _interrupted(self, line: LogLine, match: re.Match[str]) -> tuple[Event, ...]:
        return self._stop(line, match, "interrupted")

    def _stop(self, line: LogLine, match: re.Match[str], reason: str) -> tuple[Event, ...]:
        subject = _subject(match)
        if self._told_already(line, subject):
            return ()
        self._ends(line, subject)
        return (RunStopped(stamp=line.stamp, source=_source(line), raw=line.raw, subject=subject, reason=reason),)

    def _accept(self, line: LogLine, match: re.Match[str]) -> tuple[Event, ...]:
        subject = _subject(match)
        self._accepted.setdefault(line.pid, {})[subject.work_id or ""] = subject
        return ()

    def _executed(self, line: LogLine, match: re.Match[str]) -> tuple[Event, ...]:
        self._left(line, _subject(match))
        return ()

    def _start(self, line: LogLine, _match: re.Match[str]) -> tuple[Event, ...]:
        subject = self._only_candidate(line)
        return (RunStarted(stamp=line.stamp, source=_source(line), raw=line.raw, subject=subject),)

    def _before_schedule(self, line: LogLine, _match: re.Match[str]) -> tuple[Event, ...]:
        subject = self._only_candidate(line)
        if subject.work_id:
            self._refused[subject.work_id] = line.pid
        return (_refusal(line, subject, "before-schedule"),)

    def _status(self, line: LogLine, match: re.Match[str]) -> tuple[Event, ...]:
        subject = _subject(match)
        self._left(line, subject)
        if match["state"] != "ENQUEUED" or self._refused.pop(subject.work_id or "", None) == line.pid:
            return ()
        return (_refusal(line, subject, "before-schedule"),)

    def _not_created(self, line: LogLine, _match: re.Match[str]) -> tuple[Event, ...]:
        return (_refusal(line, self._only_candidate(line), "not-created"),)

    def _force_stopped(self, line: LogLine, _match: re.Match[str]) -> tuple[Event, ...]:
        return (_refusal(line, NOBODY, "force-stop-check"),)

    def _scheduled(self, line: LogLine, match: re.Match[str]) -> tuple[Event, ...]:
        subject = Subject(work_id=match["id"].lower(), job_id=int(match["job"]))
        return (JobScheduled(stamp=line.stamp, source=_source(line), raw=line.raw, subject=subject),)

    # --- what the process is doing --------------------------------------------------------------------------------

    def _only_candidate(self, line: LogLine) -> Subject:
        """Take the one piece of work that was accepted and has not begun; nobody when there are none or several."""
        waiting = self._accepted.get(line.pid, {})
        if len(waiting) != 1:
            return NOBODY
        return waiting.popitem()[1]

    def _left(self, line: LogLine, subject: Subject) -> None:
        self._accepted.get(line.pid, {}).pop(subject.work_id or "", None)

    def _ends(self, line: LogLine, subject: Subject) -> None:
        self._left(line, subject)
        self._ended[subject.work_id or ""] = (line.pid, line.stamp.ns)

    def _told_already(self, line: LogLine, subject: Subject) -> bool:
        """Older versions print the exception or the cancellation, and right after it what they made of it."""
        pid, ns = self._ended.pop(subject.work_id or "", (-1, 0))
        return pid == line.pid and 0 <= line.stamp.ns - ns <= _SAME_END_NS


def _subject(match: re.Match[str]) -> Subject:
    groups = match.groupdict()
    generation = groups.get("generation")
    return Subject(
        work_id=(groups.get("gid") or groups["id"]).lower(),
        generation=int(generation) if generation else None,
    )


def _refusal(line: LogLine, subject: Subject, reason: str) -> RunRefused:
    return RunRefused(stamp=line.stamp, source=_source(line), raw=line.raw, subject=subject, reason=reason)


def _source(line: LogLine) -> Source:
    return Source.WORK_MANAGER_DEBUG if line.priority in "VD" else Source.WORK_MANAGER_INFO
