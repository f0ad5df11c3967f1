"""Two sides of one task, and how answers about them are compared and told."""

from __future__ import annotations

from bisect import bisect_left

from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Judgement
from bgtask_reference.oracle.clocks import FOREVER
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.parity.absence import first_hole
from bgtask_reference.oracle.parity.differences import SAME_PLATFORM
from bgtask_reference.oracle.parity.side import Force
from bgtask_reference.oracle.parity.side import RunTold
from bgtask_reference.oracle.parity.side import Side
from bgtask_reference.oracle.parity.stimuli import NETWORK_OFF
from bgtask_reference.oracle.parity.stimuli import NETWORKS
from bgtask_reference.oracle.parity.stimuli import Act
from bgtask_reference.oracle.parity.values import Both
from bgtask_reference.oracle.parity.values import Difference
from bgtask_reference.oracle.parity.values import Said
from bgtask_reference.oracle.parity.values import Told
from bgtask_reference.platform import constants

SERVER = "app.server"


class Pair:
    """One task on two phones to which the same was done.

    Attributes:
        first: On the first.
        second: On the second.
        across: They are of two platforms: every documented difference counts.

    """

    def __init__(self, first: Side, second: Side, acts: tuple[tuple[Act, ...], tuple[Act, ...]]) -> None:
        self.first, self.second = first, second
        self.across = first.platform != second.platform
        self._whole = acts
        self._acts = [[act.index for act in each] for each in acts]
        self._servers = [[act.index for act in each if act.verb == SERVER] for each in acts]

    def told(self, here: str, there: str) -> str:
        """Say both in one sentence."""
        return f"it {here} on {self.first.device}, and {there} on {self.second.device}"

    def compare(self, here: Told, there: Told, neither: Judgement | None = None) -> list[Said]:
        """Compare two answers. What neither phone shows is nothing to compare, unless `neither` is to be said of it."""
        if here.moot or there.moot:
            return []
        both, words = Both(here.facts, there.facts), self.told(here.words, there.words)
        answers = {here.answer, there.answer}
        if answers == {True}:
            return [Said(Judgement.PASS, both=both)]
        if answers == {True, False}:
            return [Said(Judgement.FAIL, words, both)]
        if None in answers and (True in answers or neither):
            return [Said(Judgement.INCONCLUSIVE, words, both, missing=here.missing | there.missing)]
        return [Said(neither, both=both)] if neither else []

    def excused(self, difference: Difference, words: str, both: Both, level: ForceLevel | None = None) -> Said:
        """Say that they differ in a way that is written down; two phones of one platform have fewer of those."""
        if self.across or difference in SAME_PLATFORM:
            return Said(Judgement.SUPPRESSED, words, both, difference, level)
        return Said(Judgement.FAIL, words, both, level=level)

    def first_ends(self, which: int) -> dict[int, RunTold]:
        """Give the first run that ended after each number of stimuli, if nothing was done to it on its way."""
        side, acts = (self.first, self.second)[which], self._acts[which]
        found: dict[int, RunTold] = {}
        for run in side.runs:
            if run.began is not None and run.ended is not None:
                number = bisect_left(acts, run.began)
                if number == bisect_left(acts, run.ended):
                    found.setdefault(number, run)
        return found

    def same_world(self, here: RunTold, there: RunTold) -> bool:
        """Say whether the world answered both alike: virtual phones have the same one, others where it was set."""
        if self.first.virtual and self.second.virtual:
            return True
        runs = zip(self._servers, (here, there), strict=True)
        return all(any(index < (run.began or 0) for index in servers) for servers, run in runs)

    def offline(self) -> tuple[Told, Told] | None:
        """Say of each phone whether it began while the scenario held every network back; None where none did."""
        spans = [_offline(each) for each in self._whole]
        if not all(spans):
            return None
        first, second = (
            _began_in(side, span) for side, span in zip((self.first, self.second), spans, strict=True) if span
        )
        return first, second

    def ran_after_cancel(self, side: Side) -> Told:
        """Say whether a run began after the last cancellation had settled."""
        cancelled = side.cancelled.facts[-1]
        settles = constants.allowance_ns("cancel_settles")
        for run in side.runs:
            if run.began is not None and run.began > cancelled and _apart(side.outside, cancelled, run.began) > settles:
                return Told(True, "began after it was cancelled", (cancelled, run.began))
        hole = first_hole(side.outside)
        return Told(None, f"may have run after it was cancelled: {hole}") if hole else Told(False, "", (cancelled,))


def _offline(acts: tuple[Act, ...]) -> tuple[int, int] | None:
    """Give the journal indices between which every network was first held back; to the end if it never came back."""
    for number, act in enumerate(acts):
        if act.what == NETWORK_OFF:
            back = next((each.index for each in acts[number + 1 :] if each.verb in NETWORKS), FOREVER)
            return act.index, back
    return None


def _began_in(side: Side, span: tuple[int, int]) -> Told:
    """Say whether a run of it began there, once the phone had heard of its loss."""
    settles = constants.allowance_ns("constraint_settles")
    for run in side.runs:
        if run.began is None or not span[0] < run.began < span[1] or run.force is not Force.SYSTEM:
            continue
        if _apart(side.outside, span[0], run.began) > settles:
            words = "began without a network" if run.launched else "began without a network in the app's own process"
            return Told(True, words, (span[0], run.began))
    hole = first_hole(side.outside)
    if hole:
        return Told(None, f"may have begun without a network: {hole}")
    return Told(False, "did not begin without a network", (span[0],))


def _apart(outside: Outside, before: int, after: int) -> int:
    """Give how long it was at least from one event to another, in nanoseconds."""
    a, b = outside.record.at((before, after))
    return elapsed(outside.timeline.place(a), outside.timeline.place(b)).lo
