"""The kill score: what a campaign comes to, as a value, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_harness.killscore.lives import Life
from bgtask_harness.killscore.work import Lives
from bgtask_harness.killscore.work import MutantResult
from bgtask_harness.killscore.work import Outcome
from bgtask_reference.events import Judgement

ENOUGH = 0.95
"""Share of the mutants that the right rule has to name."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a campaign found.

    Attributes:
        seed: The first seed.
        seconds: How long it took.
        mutants: What became of each mutant.
        healthy: Healthy lives.
        nuisances: Lives with something legal in their way, by name.
        faults: Lives with a broken harness, by name.

    """

    seed: int
    seconds: float
    mutants: Sequence[MutantResult]
    healthy: Lives
    nuisances: Sequence[Lives]
    faults: Sequence[Lives]

    def of(self, outcome: Outcome) -> tuple[MutantResult, ...]:
        """Give the mutants of which that became."""
        return tuple(each for each in self.mutants if each.outcome is outcome)

    @property
    def false_alarms(self) -> tuple[tuple[str, Life], ...]:
        """Healthy lives, nuisance or not, of which something was accused, and what was in their way."""
        return tuple((each.name, life) for each in (self.healthy, *self.nuisances) for life in each.wrong)

    @property
    def misjudged(self) -> tuple[str, ...]:
        """Harness faults under which something was said for sure."""
        return tuple(each.name for each in self.faults if each.wrong)

    @property
    def forced_only_killed(self) -> tuple[MutantResult, ...]:
        """Mutants that a forced run convicted of what a force overrides."""
        return tuple(each for each in self.mutants if each.forced)

    @property
    def rate(self) -> float:
        """Share of the mutants that the right rule named; 1 when there was none."""
        return len(self.of(Outcome.KILLED)) / len(self.mutants) if self.mutants else 1.0

    @property
    def holds(self) -> bool:
        """Tell whether the oracle can be trusted."""
        clean = not (self.false_alarms or self.misjudged or self.forced_only_killed)
        return clean and self.rate >= ENOUGH

    def as_json(self) -> dict[str, object]:
        """Give it as JSON: the figures first, then what they rest on."""
        return {
            "mutants_total": len(self.mutants),
            "killed": len(self.of(Outcome.KILLED)),
            "wrong_rule": len(self.of(Outcome.WRONG_RULE)),
            "survived": [each.mutant.name for each in self.of(Outcome.SURVIVED)],
            "healthy_runs": self.healthy.count,
            "false_alarms": len(self.false_alarms),
            "harness_faults_total": len(self.faults),
            "harness_faults_misjudged": len(self.misjudged),
            "forced_only_killed": len(self.forced_only_killed),
            "holds": self.holds,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "nuisance_runs": sum(each.count for each in self.nuisances),
            "harness_fault_runs": sum(each.count for each in self.faults),
            "healthy_fewest_runs": self.healthy.fewest_runs,
            "healthy_fewest_stimuli": self.healthy.fewest_stimuli,
            "sessions_broken": len(self.healthy.broken) + sum(len(each.broken) for each in self.nuisances),
            "mutants": [_mutant(each) for each in self.mutants],
            "alarms": [_life(name, life) for name, life in self.false_alarms],
            "misjudged": [_life(each.name, life) for each in self.faults for life in each.wrong],
        }

    def as_table(self) -> Iterator[str]:
        """Give it for a person, line by line."""
        for each in self.mutants:
            if each.outcome is not Outcome.KILLED or each.forced:
                yield _mutant_line(each)
        for name, life in self.false_alarms:
            yield f"false alarm   {name}: {_where(life)}: {_accused(life)}"
        for faulty in self.faults:
            for life in faulty.wrong:
                yield f"misjudged     {faulty.name}: {_where(life)}: {_accused(life) or 'acquitted'}"
        yield from self._sums()

    def _sums(self) -> Iterator[str]:
        killed, wrong, survived = (len(self.of(outcome)) for outcome in Outcome)
        legal = sum(each.count for each in self.nuisances)
        yield f"mutants       {killed} of {len(self.mutants)} killed ({self.rate:.1%})"
        yield f"              {wrong} by the wrong rule, {survived} survived"
        yield f"forced runs   {len(self.forced_only_killed)} mutants killed inside a force's mask"
        yield f"healthy       {self.healthy.count} lives, and {legal} with something legal in their way"
        yield f"              {len(self.false_alarms)} false alarms"
        yield f"harness       {len(self.faults)} faults, {len(self.misjudged)} misjudged"
        yield f"took          {self.seconds:.0f} s from seed {self.seed}"


def _mutant(result: MutantResult) -> dict[str, object]:
    return {
        "name": result.mutant.name,
        "outcome": result.outcome.value,
        "expected": list(result.mutant.rules),
        "by": list(result.by),
        "bugs": list(result.mutant.bugs),
        "layer": result.mutant.layer,
        "level": result.mutant.level.value,
        "lives": result.lives,
        "app": result.life.app,
        "seed": result.life.seed,
        "theme": result.life.theme,
        "forced": list(result.forced),
    }


def _mutant_line(result: MutantResult) -> str:
    wanted, by = ", ".join(result.mutant.rules), ", ".join(result.by) or "nobody"
    forced = f"; on a forced run by {', '.join(result.forced)}" if result.forced else ""
    return f"{result.outcome.value:<13} {result.mutant.name}: wanted {wanted}, accused by {by}{forced}"


def _life(name: str, life: Life) -> dict[str, object]:
    said = [{"rule": each.rule, "task": each.task, "level": each.level, "reason": each.reason} for each in life.failed]
    passed = [each.rule for each in life.said if each.judgement is Judgement.PASS] if not said else []
    return {"name": name, "app": life.app, "seed": life.seed, "theme": life.theme, "failed": said, "passed": passed}


def _where(life: Life) -> str:
    return f"{life.app} seed {life.seed}{f' {life.theme}' if life.theme else ''}"


def _accused(life: Life) -> str:
    return "; ".join(f"{each.rule} of {each.task}: {each.reason}" for each in life.failed)
