"""Tells a virtual iPhone what a recorded iPhone was told, at the same times, and compares what both said.

Compared are answers, and the lines of the log from which something is read. What only a virtual iPhone is told (its
time, a person's hands) is done and not compared.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from collections.abc import Sequence

from bgtask_harness.broker.iphone_in_this_process import IPhoneInThisProcess
from bgtask_harness.errors import Refused
from bgtask_harness.observe.ios import IosLogObserver
from bgtask_harness.profiles import AppFile
from bgtask_harness.recording.calls import Call
from bgtask_harness.recording.differences import Compared
from bgtask_harness.recording.differences import compare_texts
from bgtask_harness.recording.iphone_material import RecordedIPhone
from bgtask_harness.recording.normalising import TOLERANCE_S
from bgtask_harness.recording.normalising import Normaliser
from bgtask_harness.recording.redaction import Redactor
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import SentinelSeen

_COMPARED = frozenset({"facts", "lookup", "debuggable", "locked"})
"""What is asked, and whose answer does not change from one second to the next."""
_REFUSED = "(refused)"
_KNOWN = ("CFBundleIdentifier", "UIBackgroundModes", "BGTaskSchedulerPermittedIdentifiers")


def replay_iphone(
    session: RecordedIPhone, app: AppFile, model: str, normaliser: Normaliser, redactor: Redactor
) -> Iterator[Compared]:
    """Tell a virtual iPhone all of it, and give every text compared in order, the log last.

    Raises:
        BadInput: There is no such phone, or the app file names no program for it.

    """
    uptime_s, rest_ns = divmod(session.times.uptime_ns, NS_PER_S)
    began = dt.datetime.fromtimestamp((session.times.wall_ns - rest_ns) / NS_PER_S, dt.UTC)
    phone = IPhoneInThisProcess(model, app, wall_clock=began.isoformat(), uptime_s=uptime_s)
    bundles: dict[str, str] = {}
    for number, call in enumerate(session.calls, start=1):
        phone.pass_until(rest_ns + session.times.elapsed_ns(call.at_ns))
        if not phone.knows(call.verb):
            continue  # its time: that has passed
        told = _told(phone, call, bundles)
        if call.verb in {"launch", "pid"} and call.answer:
            bundles[str(call.answer)] = call.arguments["bundle"]
        asked = _said(call, call.answer, refused=bool(call.refused))
        title = f"{number}: {' '.join((call.verb, *call.arguments.values()))}"
        yield compare_texts(redactor.text(title), redactor.text(asked), redactor.text(told), normaliser)
    phone.pass_until(rest_ns + session.times.elapsed_ns(session.calls[-1].until_ns))
    ours, theirs = ([redactor.text(line) for line in _matter(log, app)] for log in (session.log, phone.log))
    recorded, other = ("\n".join(_settled(lines, normaliser)) for lines in (ours, theirs))
    yield compare_texts("the log's lines that matter", recorded, other, normaliser)


def _told(phone: IPhoneInThisProcess, call: Call, bundles: dict[str, str]) -> str:
    """Say it to the virtual phone, and give what that said. A process id names another app there: its bundle counts."""
    arguments = dict(call.arguments)
    if "pid" in arguments:
        arguments["bundle"] = bundles.get(arguments["pid"], "")
    try:
        return _said(call, phone.tell(call.verb, arguments))
    except Refused:
        return _REFUSED


def _said(call: Call, answer: object, *, refused: bool = False) -> str:
    """Give an answer as it is compared, a line a fact."""
    if refused:
        return _REFUSED
    if call.verb == "lookup" and isinstance(answer, dict):
        declared = answer.get(call.arguments["bundle"])
        kept = {key: declared[key] for key in _KNOWN if key in declared} if isinstance(declared, dict) else {}
        return _lines(kept)
    return _lines(answer) if call.verb in _COMPARED else ""


def _lines(answer: object) -> str:
    if isinstance(answer, dict):
        return "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in sorted(answer.items()))
    return json.dumps(answer)


def _matter(log: Sequence[str], app: AppFile) -> Iterator[str]:
    """Give the lines from which something is read, but for the harness' own marks, as a person reads them."""
    identifiers = [task.identifier for task in app.spec.tasks]
    observer = IosLogObserver(app.spec.package, app.templates, identifiers=identifiers)
    for line in log:
        events = [event for event in observer.feed(line) if not isinstance(event, SentinelSeen)]
        if events:
            yield _readable(line)


def _readable(line: str) -> str:
    fields = json.loads(line)
    process = str(fields["processImagePath"]).rpartition("/")[2]
    label = ":".join(part for part in (str(fields["subsystem"]), str(fields["category"])) if part)
    when = str(fields["timestamp"]).removesuffix("+0000")
    return f"{when} {process} [{label}] {fields['messageType']}: {fields['eventMessage']}"


def _settled(lines: Sequence[str], normaliser: Normaliser) -> list[str]:
    """Leave out the begin: which lines of it come before somebody follows is a matter of milliseconds."""
    times = [dt.datetime.fromisoformat(line[:26]) for line in lines]
    kept = [line for line, time in zip(lines, times, strict=True) if (time - times[0]).total_seconds() >= TOLERANCE_S]
    normaliser.counts["log's begin"] += len(lines) - len(kept)
    return kept
