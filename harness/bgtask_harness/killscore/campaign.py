"""The whole campaign: its work, dealt out to some processes, and the score that it comes to."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.killscore.mutants import Mutant
from bgtask_harness.killscore.mutants import chosen
from bgtask_harness.killscore.mutants import load_mutants
from bgtask_harness.killscore.score import Score
from bgtask_harness.killscore.stages import ANDROID
from bgtask_harness.killscore.stages import stage
from bgtask_harness.killscore.trouble import HarnessFault
from bgtask_harness.killscore.trouble import Nuisance
from bgtask_harness.killscore.work import HuntMutant
from bgtask_harness.killscore.work import LiveHealthily
from bgtask_harness.killscore.work import Lives
from bgtask_harness.killscore.work import LiveWithFault
from bgtask_harness.killscore.work import LiveWithNuisance
from bgtask_harness.killscore.work import MutantResult
from bgtask_harness.killscore.work import Result
from bgtask_harness.killscore.work import Work
from bgtask_harness.killscore.work import do

HEALTHY_RUNS = 1000
MOST_LIVES = 30
"""How many lives a mutant has before it counts as a survivor."""
_PIECE = 20
_EACH_TROUBLE = 40


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is to be run.

    Attributes:
        only: Names of mutants, operators, bug classes, nuisances or harness faults; everything when empty.
        runs: How many healthy lives.
        seed: The first seed.
        mutants: Files of mutants beside this package's own.
        processes: How many processes work; one works in this process alone.
        most_lives: How many lives a mutant has.
        each_trouble: How many lives each nuisance and each harness fault has.
        tell: Told how far it has come.
        platform: On which phones: `android` or `ios`.

    """

    only: tuple[str, ...] = ()
    runs: int = HEALTHY_RUNS
    seed: int = 0
    mutants: tuple[Path, ...] = ()
    processes: int = os.cpu_count() or 1
    most_lives: int = MOST_LIVES
    each_trouble: int = _EACH_TROUBLE
    tell: Callable[[str], None] = print
    platform: str = ANDROID

    def run(self) -> Score:
        """Do all of it.

        Raises:
            BadInput: Something that was asked for is not there.

        """
        work = tuple(self._work())
        began = time.monotonic()
        results = list(self._done(work))
        return _score(results, self.seed, time.monotonic() - began, self.platform)

    def _work(self) -> Iterator[Work]:
        where, there = self.platform, stage(self.platform)
        nuisances, faults = (_named(names, self.only) for names in (there.nuisances, there.faults))
        mutants = self._mutants({*nuisances, *faults})
        yield from (HuntMutant(mutant, self.seed, self.most_lives, where) for mutant in mutants)
        for seeds in _pieces(self.seed, self.runs):
            yield LiveHealthily(seeds, where)
        for seeds in _pieces(self.seed, self.each_trouble):
            yield from (LiveWithNuisance(name, seeds, where) for name in nuisances)
            yield from (LiveWithFault(name, seeds, where) for name in faults)

    def _mutants(self, others: set[str]) -> tuple[Mutant, ...]:
        wanted = [each for each in self.only if each not in others]
        files = (stage(self.platform).mutants, *self.mutants)
        known = list(itertools.chain.from_iterable(load_mutants(path) for path in files))
        return chosen(known, wanted, self.platform) if wanted or not self.only else ()

    def _done(self, work: Sequence[Work]) -> Iterator[Result]:
        if self.processes <= 1 or len(work) <= 1:
            yield from self._told(map(do, work), len(work))
            return
        context = multiprocessing.get_context("spawn")  # a fork would take locks of threads along
        with ProcessPoolExecutor(self.processes, mp_context=context, initializer=_collect_rarely) as pool:
            yield from self._told(pool.map(do, work), len(work))

    def _told(self, results: Iterable[Result], total: int) -> Iterator[Result]:
        for number, result in enumerate(results, start=1):
            if number % 50 == 0:
                self.tell(f"{number} of {total} pieces done")
            yield result


def _collect_rarely() -> None:
    """What a process of a campaign loads stays, and what a life leaves behind is soon gone without a search for it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _named(known: Iterable[Nuisance | HarnessFault], only: Sequence[str]) -> tuple[str, ...]:
    return tuple(each.name for each in known if not only or each.name in only)


def _pieces(seed: int, count: int) -> Iterator[range]:
    for first in range(seed, seed + count, _PIECE):
        yield range(first, min(first + _PIECE, seed + count))


def _score(results: Sequence[Result], seed: int, seconds: float, platform: str) -> Score:
    known = stage(platform)
    lives = [each for each in results if isinstance(each, Lives)]

    def named(names: Iterable[str]) -> tuple[Lives, ...]:
        return tuple(_joined(name, [each for each in lives if each.name == name]) for name in names)

    there = {each.name for each in lives}
    return Score(
        seed,
        seconds,
        [each for each in results if isinstance(each, MutantResult)],
        named(["healthy"])[0],
        named(each.name for each in known.nuisances if each.name in there),
        named(each.name for each in known.faults if each.name in there),
    )


def _joined(name: str, some: Sequence[Lives]) -> Lives:
    return Lives(
        name,
        sum(each.count for each in some),
        tuple(life for each in some for life in each.wrong),
        tuple(life for each in some for life in each.broken),
        sum(each.runs for each in some),
        sum(each.stimuli for each in some),
        min((each.fewest_runs for each in some), default=0),
        min((each.fewest_stimuli for each in some), default=0),
    )
