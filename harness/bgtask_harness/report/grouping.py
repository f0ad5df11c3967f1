"""Verdicts that say the same thing of many rules and tasks, said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bgtask_harness.report.words import JUDGEMENTS
from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict

_ALONE = frozenset({Judgement.FAIL})
_ORDER = list(JUDGEMENTS)


@dataclass(frozen=True, slots=True)
class Group:
    """Verdicts of one judgement for one reason, at least one. A failure, a told story or a level stands alone."""

    verdicts: tuple[Verdict, ...]

    @property
    def first(self) -> Verdict:
        """The one whose judgement, reason and story speak for all."""
        return self.verdicts[0]

    @property
    def rules(self) -> tuple[str, ...]:
        """Rule ids in the order of the verdicts, each once."""
        return tuple(dict.fromkeys(verdict.rule for verdict in self.verdicts))

    @property
    def norms(self) -> tuple[str, ...]:
        """Norms in the order of the verdicts, each once."""
        return tuple(dict.fromkeys(str(verdict.norm) for verdict in self.verdicts))

    @property
    def tasks(self) -> tuple[str, ...]:
        """Task ids in the order of the verdicts, each once."""
        return tuple(dict.fromkeys(verdict.task for verdict in self.verdicts))


def grouped(verdicts: Iterable[Verdict]) -> list[Group]:
    """Put verdicts together that differ in rule and task alone, worst judgement first."""
    groups: dict[object, list[Verdict]] = {}
    for number, verdict in enumerate(verdicts):
        groups.setdefault(_key(verdict, number), []).append(verdict)
    return sorted((Group(tuple(each)) for each in groups.values()), key=lambda g: _ORDER.index(g.first.judgement))


def _key(verdict: Verdict, number: int) -> object:
    if verdict.judgement in _ALONE or verdict.story or not verdict.reason:
        return number
    return verdict.judgement, verdict.reason, verdict.level, verdict.missing
