"""dasd's lines on the activities of one app: submitted, cancelled, scored.

Samples 05, 06, 14, 16, 20 and 23 of the corpus. An activity is called `bgRefresh-<identifier>:<6 hexadecimal digits>`.
Other apps' activities are nobody's business here: `identifiers` are those that matter.
"""

from __future__ import annotations

import datetime as dt
import re

from bgtask_harness.observe.ios.background_tasks import kind_of_activity
from bgtask_harness.observe.ios.os_log import OsLogLine
from bgtask_reference.events import ActivityCancelled
from bgtask_reference.events import ActivityScored
from bgtask_reference.events import ActivitySubmitted
from bgtask_reference.events import Event
from bgtask_reference.events import Source

PROCESS = "dasd"

_NS_PER_S = 1_000_000_000
_NAME = r"(?:\d:)?(?P<kind>bg\w+)-(?P<id>.+?):(?P<digits>[0-9A-F]{6})"
_SUBMITTED = re.compile(
    rf"(?:Submitted Activity|Submitted|SUBMITTED): {_NAME}(?: at priority \d+)?"
    r"(?: \((?P<begin>[^()]+) - (?P<end>[^()]+)\))?"
    r"(?: ?<private>)?!?",
    re.DOTALL,
)
_CANCELLED = re.compile(rf"CANCELED: {_NAME}(?: at priority \d+)?(?: ?<private>)?!?", re.DOTALL)
_SCORED = re.compile(
    rf"{_NAME}:\[(?P<policies>.*)\].*?FinalDecision: (?P<decision>[A-Za-z ]+?)(?: FinalScore.*|\}}.*)?", re.DOTALL
)
_POLICY = re.compile(
    r"\{name: (?P<name>\w+),.*?Decision: (?P<decision>[A-Za-z ]+), Score: [\d.]+"
    r"(?:, Rationale: \[(?P<rationale>.*?)\])?\}\}",
    re.DOTALL,
)
_REJECTING = re.compile(r"(?:dasd )?[Rr]ejecting (?P<kind>bg\w+)-(?P<id>\S+) with \"(?P<why>[^\"]*)\"")
_FOR = "Can Proceed"


def observe_dasd(line: OsLogLine, identifiers: frozenset[str]) -> tuple[Event, ...]:
    """Give the events of a line of dasd's; most of them are about others."""
    message = line.message
    for pattern, read in (
        (_SUBMITTED, _submitted),
        (_CANCELLED, _cancelled),
        (_SCORED, _scored),
        (_REJECTING, _rejected),
    ):
        match = pattern.fullmatch(message)
        if match is not None:
            return (read(match, line),) if not identifiers or match["id"] in identifiers else ()
    return ()


def _submitted(match: re.Match[str], line: OsLogLine) -> Event:
    return ActivitySubmitted(
        stamp=line.stamp,
        source=Source.DASD,
        raw=line.raw,
        identifier=match["id"],
        request=kind_of_activity(match["kind"]),
        activity=match["digits"],
        begin_ns=_date(match["begin"]),
        end_ns=_date(match["end"]),
    )


def _cancelled(match: re.Match[str], line: OsLogLine) -> Event:
    return ActivityCancelled(
        stamp=line.stamp,
        source=Source.DASD,
        raw=line.raw,
        identifier=match["id"],
        request=kind_of_activity(match["kind"]),
        activity=match["digits"],
    )


def _scored(match: re.Match[str], line: OsLogLine) -> Event:
    against = [found for found in _POLICY.finditer(match["policies"]) if found["decision"] != _FOR]
    return ActivityScored(
        stamp=line.stamp,
        source=Source.DASD,
        raw=line.raw,
        identifier=match["id"],
        request=kind_of_activity(match["kind"]),
        activity=match["digits"],
        decision=match["decision"].strip(),
        against=tuple(found["name"] for found in against),
        rationale=tuple((found["rationale"] or "").strip("{}") for found in against),
    )


def _rejected(match: re.Match[str], line: OsLogLine) -> Event:
    """Give dasd's refusal of an app without the background mode (sample 16)."""
    return ActivityScored(
        stamp=line.stamp,
        source=Source.DASD,
        raw=line.raw,
        identifier=match["id"],
        request=kind_of_activity(match["kind"]),
        decision="Rejected",
        against=("",),
        rationale=(match["why"],),
    )


def _date(text: str | None) -> int | None:
    """Read `Sun Aug  9 21:57:42 2026` as UTC: dasd prints the phone's zone, which the line does not tell."""
    if text is None:
        return None
    try:
        moment = dt.datetime.strptime(" ".join(text.split()), "%a %b %d %H:%M:%S %Y").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) * _NS_PER_S
