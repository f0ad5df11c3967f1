"""The door: two histories of one scenario in, a verdict for each task and each parity rule out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import Norm
from bgtask_reference.oracle.judge import broken_because
from bgtask_reference.oracle.judge import gap_doubt
from bgtask_reference.oracle.judge import record_doubt
from bgtask_reference.oracle.judge import unsupported_because
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.outside import strongest
from bgtask_reference.oracle.parity.android import android_side
from bgtask_reference.oracle.parity.ios import ios_side
from bgtask_reference.oracle.parity.pair import Pair
from bgtask_reference.oracle.parity.rules import CHECKS
from bgtask_reference.oracle.parity.side import Side
from bgtask_reference.oracle.parity.stimuli import acts
from bgtask_reference.oracle.parity.stimuli import difference
from bgtask_reference.oracle.parity.values import ParityRule
from bgtask_reference.oracle.parity.values import ParityVerdict
from bgtask_reference.oracle.parity.values import Said
from bgtask_reference.oracle.parity.values import Showing
from bgtask_reference.oracle.slices import Sliced
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.slices import cut
from bgtask_reference.oracle.story import tell

WORST = (Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.SUPPRESSED, Judgement.PASS)
SIDES = {"android": android_side, "ios": ios_side}


def compare(first: History, second: History) -> tuple[ParityVerdict, ...]:
    """Compare what became of each task that both app files declare.

    Nothing is compared where a header is lost, an app file does not ask for the contract to be judged, or a platform
    is none that this knows. Two phones of one platform may be compared too: of the documented differences only those
    count that are not between platforms.
    """
    if not (_is_comparable(first.header) and _is_comparable(second.header)):
        return ()
    histories = (first, second)
    sliced = (cut(first), cut(second))
    done = tuple(acts(each.outside) for each in sliced)
    names = tuple(each.outside.device.name for each in sliced)
    parted = difference(done[0], done[1], (names[0], names[1]))
    doubts = _doubts(histories, sliced)
    found = []
    for here in sliced[0].tasks:
        for there in (each for each in sliced[1].tasks if each.task.id == here.task.id):
            pair = Pair(_side(here, sliced[0]), _side(there, sliced[1]), (done[0], done[1]))
            found += [_verdict(rule, [] if parted else check(pair), pair, parted, doubts) for rule, check in CHECKS]
    return tuple(found)


def _is_comparable(header: Header | None) -> bool:
    return header is not None and Norm.CONTRACT in header.app.norms and header.device.platform in SIDES


def _side(task: TaskSlice, sliced: Sliced) -> Side:
    outside = sliced.outside
    return SIDES[outside.device.platform](task, outside)


def _doubts(histories: Sequence[History], sliced: Sequence[Sliced]) -> dict[Judgement, str]:
    """Say what keeps verdicts back: those of a PASS, those of nothing exercised, and any (under FAIL)."""
    found: dict[Judgement, list[str]] = {Judgement.FAIL: [], Judgement.PASS: [], Judgement.NOT_EXERCISED: []}
    for history, each in zip(histories, sliced, strict=True):
        name = each.outside.device.name
        told = (
            (Judgement.FAIL, record_doubt(history)),
            (Judgement.PASS, gap_doubt(each.outside)),
            (Judgement.PASS, broken_because(each.outside)),
            (Judgement.NOT_EXERCISED, unsupported_because(each.outside)),
        )
        for judgement, doubt in told:
            found[judgement] += [f"{name}: {doubt}"] if doubt else []
    return {judgement: "; ".join(told) for judgement, told in found.items()}


def _verdict(
    rule: ParityRule, said: Sequence[Said], pair: Pair, parted: str, doubts: dict[Judgement, str]
) -> ParityVerdict:
    task = pair.first.task.id
    told = next((each for worst in WORST for each in said if each.judgement is worst), None)
    judgement = told.judgement if told else Judgement.NOT_EXERCISED
    reason = told.reason if told else parted
    named = told.difference if told else None
    if named:
        reason = f"documented difference, {named.name}: {reason}"
    judgement, reason = _doubted(judgement, reason, parted, doubts)
    suppressed = judgement is Judgement.SUPPRESSED
    levels = [each.level for each in said if each.level]
    return ParityVerdict(
        rule.id,
        task,
        judgement,
        reason,
        named.name if named and suppressed else "",
        strongest(levels) if levels else None,
        sum(each.judgement in {Judgement.PASS, Judgement.FAIL} for each in said),
        tuple(sorted(source.value for source in told.missing)) if told and judgement is Judgement.INCONCLUSIVE else (),
        tuple(_showings(told, pair)) if told and told.judgement is not Judgement.PASS else (),
    )


def _doubted(judgement: Judgement, reason: str, parted: str, doubts: dict[Judgement, str]) -> tuple[Judgement, str]:
    """Take back what the records cannot carry. A scenario that broke off leaves its later stimuli out."""
    if doubts[Judgement.FAIL]:
        left = f"what is left says {judgement.value}: {reason}; " if judgement is Judgement.FAIL else ""
        return Judgement.INCONCLUSIVE, left + doubts[Judgement.FAIL]
    if judgement is Judgement.NOT_EXERCISED and doubts[judgement]:
        return Judgement.UNSUPPORTED, doubts[judgement]
    if doubts[Judgement.PASS] and (judgement is Judgement.PASS or parted):
        return Judgement.INCONCLUSIVE, "; ".join(each for each in (doubts[Judgement.PASS], parted) if each)
    return judgement, reason


def _showings(said: Said, pair: Pair) -> Iterator[Showing]:
    for side, facts in zip((pair.first, pair.second), said.both, strict=True):
        yield Showing(side.device, tuple(sorted(set(facts))), _story(side.outside, facts))


def _story(outside: Outside, facts: tuple[int, ...]) -> tuple[str, ...]:
    return tell(outside.record.at(facts), outside.timeline.place)
