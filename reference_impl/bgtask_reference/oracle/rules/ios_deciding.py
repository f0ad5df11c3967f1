"""R5 on iOS: conditions are dasd's to weigh; what it holds back is not launched before it says that it may proceed."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator

from bgtask_reference.events import ActivityCancelled
from bgtask_reference.events import ActivityScored
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Norm
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import TaskLaunched
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.ios_parity import PROCEEDS
from bgtask_reference.oracle.rules.ios_record import DASD
from bgtask_reference.oracle.rules.ios_record import FRAMEWORK
from bgtask_reference.oracle.rules.ios_record import IOS
from bgtask_reference.oracle.rules.ios_record import Seen
from bgtask_reference.oracle.rules.ios_record import is_whole
from bgtask_reference.oracle.rules.ios_record import story_of
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice


def decided(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """What dasd launches it has last decided to let proceed."""
    newest: dict[str, Seen] = {}
    for each in story_of(outside, task.task.identifier):
        event = each.event
        if isinstance(event, ActivityScored) and event.decision:
            newest[event.activity] = each
        elif isinstance(event, ActivityCancelled):
            newest.pop(event.activity, None)
        elif isinstance(event, PhoneBooted):
            newest.clear()
        elif isinstance(event, TaskLaunched):
            if newest and not event.simulated:
                yield _decided(newest.values(), each, outside)
            newest.clear()


def _decided(newest: Collection[Seen], launched: Seen, outside: Outside) -> Finding:
    rule, last = "R5.decided", max(newest, key=lambda each: each.index)
    facts = (last.index, launched.index)
    if any(_lets_proceed(each.event) for each in newest):
        return held(rule, ForceLevel.NATURAL)
    if not is_whole(outside, *facts):
        reason = "the log has a hole, in which dasd may have decided otherwise"
        return Finding(rule, Word.OPEN, reason, facts, missing=DASD)
    if not any(_lets_proceed(event) for _, event in outside.record.told(ActivityScored)):
        reason = "dasd never printed here that something may proceed, so it may have decided otherwise since"
        return Finding(rule, Word.OPEN, reason, facts, missing=DASD)
    assert isinstance(last.event, ActivityScored)
    reason = f"it was launched, and dasd had last decided {last.event.decision} ({', '.join(last.event.against)})"
    return Finding(rule, Word.BROKEN, reason, facts, level=ForceLevel.NATURAL)


def _lets_proceed(event: object) -> bool:
    return isinstance(event, ActivityScored) and event.decision == PROCEEDS


RULES = (
    Rule(
        "R5.decided",
        "dasd launches no task while its newest decision on it is that it must not proceed.",
        Norm.PLATFORM,
        "dasd, category scoring: `FinalDecision: Can Proceed` comes before a launch; WWDC20 session 10063",
        (DASD, FRAMEWORK),
        platforms=IOS,
        versions="iOS 13 to 26; iOS 27 prints a compact form: UNCONFIRMED",
        survey=decided,
    ),
)
