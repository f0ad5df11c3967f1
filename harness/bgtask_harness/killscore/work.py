"""The pieces of a campaign, each small enough to be handed to another process, and what comes back of it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bgtask_harness.killscore.lives import Life
from bgtask_harness.killscore.lives import live
from bgtask_harness.killscore.lives import live_with
from bgtask_harness.killscore.lives import live_with_fault
from bgtask_harness.killscore.mutants import Mutant
from bgtask_harness.killscore.mutants import is_one_of
from bgtask_harness.killscore.stages import ANDROID
from bgtask_harness.killscore.stages import stage
from bgtask_reference.events import ForceLevel

FORCED = "forced"


class Outcome(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    WRONG_RULE = "wrong-rule"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class MutantResult:
    """What became of one mutant.

    Attributes:
        mutant: Which.
        outcome: What.
        by: Every rule that accused it, until it was killed.
        life: The last life.
        lives: How many lives it had.
        forced: Rules of its mask that convicted it on a forced run, which no rule can.

    """

    mutant: Mutant
    outcome: Outcome
    by: tuple[str, ...]
    life: Life
    lives: int
    forced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lives:
    """Some lives of one kind: what was wrong with them, and how many there were."""

    name: str
    count: int
    wrong: tuple[Life, ...]
    broken: tuple[Life, ...]
    """Lives whose session did not come to its end."""
    runs: int = 0
    stimuli: int = 0
    fewest_runs: int = 0
    fewest_stimuli: int = 0


Result = MutantResult | Lives


@dataclass(frozen=True, slots=True)
class HuntMutant:
    """Run a mutant until it is killed, at most so many lives."""

    mutant: Mutant
    seed: int
    most_lives: int
    platform: str = ANDROID

    def __call__(self) -> MutantResult:
        """Do it."""
        by: dict[str, None] = {}
        outcome, number = Outcome.SURVIVED, 0
        for number in range(self.most_lives):
            lived = self._live(number)
            by |= dict.fromkeys(each.rule for each in lived.failed)
            if any(self.mutant.is_named_by(each.rule) for each in lived.failed):
                outcome = Outcome.KILLED
                break
            outcome = Outcome.WRONG_RULE if by else outcome
        return MutantResult(self.mutant, outcome, tuple(by), lived, number + 1, self._forced())

    def _live(self, number: int) -> Life:
        apps, themes = self.mutant.apps, self.mutant.themes
        app, theme = apps[number % len(apps)], themes[number // len(apps) % len(themes)]
        return live(app, self.seed + number, theme, self.mutant, self.platform)

    def _forced(self) -> tuple[str, ...]:
        """Give what convicted it of something that a force overrides, on the evidence of a forced run."""
        if not self.mutant.masked:
            return ()
        told = [live(app, self.seed, FORCED, self.mutant, self.platform) for app in self.mutant.apps]
        return tuple(
            each.rule
            for lived in told
            for each in lived.failed
            if each.level == ForceLevel.FORCED and is_one_of(each.rule, self.mutant.masked)
        )


@dataclass(frozen=True, slots=True)
class LiveHealthily:
    """Run healthy lives of these seeds."""

    seeds: range
    platform: str = ANDROID

    def __call__(self) -> Lives:
        """Do it."""
        lives = (live(_app(self.platform, seed), seed, platform=self.platform) for seed in self.seeds)
        return _gather("healthy", lives, lambda each: bool(each.failed))


@dataclass(frozen=True, slots=True)
class LiveWithNuisance:
    """Run healthy lives with something legal in their way."""

    name: str
    seeds: range
    platform: str = ANDROID

    def __call__(self) -> Lives:
        """Do it."""
        found = next(each for each in stage(self.platform).nuisances if each.name == self.name)
        where = self.platform
        lives = (live_with(found, _app(where, n), n, _turn(where, found.themes, n), where) for n in self.seeds)
        return _gather(self.name, lives, lambda each: bool(each.failed))


@dataclass(frozen=True, slots=True)
class LiveWithFault:
    """Run healthy lives while the harness is broken."""

    name: str
    seeds: range
    platform: str = ANDROID

    def __call__(self) -> Lives:
        """Do it. A session that says itself that it broke acquits nobody."""
        found = next(each for each in stage(self.platform).faults if each.name == self.name)
        where = self.platform

        def misjudged(lived: Life) -> bool:
            acquits = not lived.trouble and any(found.silences(each.rule) for each in lived.passed)
            return bool(lived.failed) or acquits

        lives = (live_with_fault(found, _app(where, n), n, _turn(where, found.themes, n), where) for n in self.seeds)
        return _gather(self.name, lives, misjudged)


Work = HuntMutant | LiveHealthily | LiveWithNuisance | LiveWithFault


def do(work: Work) -> Result:
    """Do a piece of work: what another process is given to do."""
    return work()


def _app(platform: str, seed: int) -> str:
    apps = stage(platform).apps
    return apps[seed % len(apps)]


def _turn(platform: str, themes: tuple[str, ...], seed: int) -> str:
    return themes[seed // len(stage(platform).apps) % len(themes)]


def _gather(name: str, lives: Iterable[Life], wrong: Callable[[Life], bool]) -> Lives:
    told = tuple(lives)
    return Lives(
        name,
        len(told),
        tuple(each for each in told if wrong(each)),
        tuple(each for each in told if each.trouble),
        sum(each.runs for each in told),
        sum(each.stimuli for each in told),
        min((each.runs for each in told), default=0),
        min((each.stimuli for each in told), default=0),
    )
