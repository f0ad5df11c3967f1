"""Parity: one scenario on two platforms, compared from both journals, and what that comes to."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_harness.report.judged import Conclusion
from bgtask_harness.report.judged import JudgedJournal
from bgtask_harness.report.judged import not_shown
from bgtask_reference.events import Judgement
from bgtask_reference.oracle.parity import ParityVerdict
from bgtask_reference.oracle.parity import compare

FIRST = "android"
"""Whose journal is told first."""


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Two journals of one scenario, and what the oracle said of both together."""

    first: JudgedJournal
    second: JudgedJournal
    verdicts: tuple[ParityVerdict, ...]

    @property
    def scenario(self) -> str:
        """The scenario's name."""
        return self.first.scenario

    @property
    def devices(self) -> str:
        """Both devices, in words."""
        return f"{self.first.device} and {self.second.device}"

    @property
    def name(self) -> str:
        """What it is called where a journal is called by its folder."""
        return f"{self.first.device}+{self.second.device}/{self.first.folder.split('/')[-1]}"

    @property
    def counts(self) -> Counter[Judgement]:
        """How often each judgement was given."""
        return Counter(verdict.judgement for verdict in self.verdicts)

    @property
    def undecided(self) -> tuple[ParityVerdict, ...]:
        """What stays open though both builds were to show what it needs."""
        open_ = (each for each in self.verdicts if each.judgement is Judgement.INCONCLUSIVE)
        return tuple(each for each in open_ if not self._unseen(each))

    @property
    def differences(self) -> tuple[str, ...]:
        """Names of the documented differences, each once."""
        return tuple(dict.fromkeys(verdict.difference for verdict in self.verdicts if verdict.difference))

    @property
    def conclusion(self) -> Conclusion:
        """What it comes to, as a journal's: a failure outweighs everything, nothing compared is never a pass."""
        counts = self.counts
        if counts[Judgement.FAIL]:
            return Conclusion.FAIL
        if self.undecided:
            return Conclusion.INCONCLUSIVE
        if counts[Judgement.PASS]:
            return Conclusion.PASS
        if counts[Judgement.INCONCLUSIVE]:
            return Conclusion.INCONCLUSIVE
        skipped = counts[Judgement.SUPPRESSED] + counts[Judgement.UNSUPPORTED]
        return Conclusion.SKIPPED if skipped else Conclusion.NOT_EXERCISED

    @property
    def reason(self) -> str:
        """Why it is no pass, in one sentence; empty for a pass."""
        if self.conclusion is Conclusion.PASS:
            return ""
        order = (Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.UNSUPPORTED, Judgement.SUPPRESSED)
        said = [*self.undecided, *self.verdicts]
        told = [f"{v.rule}: {v.reason}" for kind in order for v in said if v.judgement is kind]
        return next(iter([*told, *(v.reason for v in self.verdicts if v.reason)]), "nothing could be compared")

    def _unseen(self, verdict: ParityVerdict) -> bool:
        """Say whether it is open for want of sources of which an app file says that its build has none."""
        headers = [each.header for each in (self.first, self.second) if each.header]
        missing = set(verdict.missing)
        return bool(missing) and any(missing <= not_shown(header.app.evidence) for header in headers)


def judge_pairs(journals: Sequence[JudgedJournal]) -> tuple[JudgedPair, ...]:
    """Compare each scenario that ran on two platforms. Phones of one platform are not compared."""
    return tuple(
        JudgedPair(first, second, verdicts)
        for first, second in _pairs(journals)
        if (verdicts := compare(first.history, second.history))
    )


def _pairs(journals: Sequence[JudgedJournal]) -> Iterator[tuple[JudgedJournal, JudgedJournal]]:
    """Pair by the folder's last name: a scenario that ran twice on a phone has two."""
    scenarios: dict[str, list[JudgedJournal]] = defaultdict(list)
    for journal in journals:
        scenarios[journal.folder.split("/")[-1]].append(journal)
    for same in scenarios.values():
        for first in (each for each in same if _platform(each) == FIRST):
            for second in (each for each in same if _platform(each) not in {FIRST, None}):
                yield first, second


def _platform(journal: JudgedJournal) -> str | None:
    return journal.header.device.platform if journal.header else None
