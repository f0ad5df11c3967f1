"""Legal lives of iPhones, generated: nobody is accused, also where lines of their logs are lost."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from bgtask_tests_histories import app
from bgtask_tests_iphone import APP_REFRESH
from bgtask_tests_iphone import REFRESH
from bgtask_tests_iphone import IPhone

from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Clock
from bgtask_reference.events import Entry
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Source
from bgtask_reference.events import Verdict
from bgtask_reference.oracle import judge

OF_THE_LOG = frozenset({Source.BACKGROUND_TASKS, Source.DASD, Source.APP_LOG, Source.BEACON, Source.SYSTEM_LOG})
INTERVAL = 3600


class Life:
    """An app that does everything right, on a phone that launches it when it likes."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.phone = IPhone(app(REFRESH, work_manager_version=None))
        self.phone.add(CaptureOpened(stamp=self.phone.host(), stream="os_trace"))
        self.pending = False

    def live(self) -> IPhone:
        self.phone.launch()
        moves = (self.runs, self.runs, self.looks, self.dies, self.is_simulated, self.is_cancelled, self.is_refused)
        for _ in range(self.rng.randint(3, 9)):
            self.asks()
            self.rng.choice(moves)()
            self.phone.whole_for(self.rng.choice((30, 600)))
        return self.phone

    def asks(self) -> None:
        if not self.pending:
            self.phone.submit(after=INTERVAL).takes(f"{self.rng.randrange(16**6):06X}")
        self.pending = True

    def withdraws(self) -> None:
        self.phone.withdraw(everything=self.rng.random() < 0.5).drops("000000")
        self.pending = False

    def runs(self, *, simulated: bool = False) -> None:
        if not simulated:
            self.phone.whole_for(self.rng.randint(INTERVAL + 5, 3 * INTERVAL))
            self.phone.scores("Can Proceed")
        if simulated:
            self.phone.drops("000000")
        self.phone.begin_task(simulated=simulated)
        self.pending = False
        self.asks()
        self.phone.works(self.rng.randint(1, 20))
        if self.rng.random() < 0.3:
            self.phone.expire().complete(success=False)
        else:
            self.phone.complete(success=None if simulated else True)

    def is_simulated(self) -> None:
        self.runs(simulated=True)

    def looks(self) -> None:
        self.phone.scores("Must Not Proceed", "DeviceActivityPolicy").pending((REFRESH.id, APP_REFRESH))

    def dies(self) -> None:
        self.phone.dies(self.rng.choice((None, "jetsam")))
        self.phone.whole_for(30).launch()  # type: ignore[attr-defined]

    def is_cancelled(self) -> None:
        self.withdraws()

    def is_refused(self) -> None:
        self.withdraws()
        self.phone.submit().refuse(1).surface(1)


def accused(history: History) -> list[Verdict]:
    return [each for each in judge(history).verdicts if each.judgement is Judgement.FAIL]


@pytest.mark.parametrize("seed", range(60))
def test_a_legal_life_breaks_no_rule(seed: int) -> None:
    assert accused(Life(seed).live().history()) == []


@pytest.mark.parametrize("seed", range(60))
def test_lines_that_were_lost_and_are_known_to_be_lost_accuse_nobody(seed: int) -> None:
    phone = Life(seed).live()
    rng = random.Random(seed)
    first = rng.randrange(5, len(phone.entries))
    last = min(len(phone.entries), first + rng.randint(1, 12))
    left = [each.event for n, each in enumerate(phone.entries) if not (first <= n < last and is_lost(each))]
    lost = LogLost(stamp=phone.host(), stream="os_trace", reason="dropped")
    before = first
    events = [*left[:before], lost, *left[before:]]
    history = replace(phone.history(), entries=tuple(Entry(n, n, event) for n, event in enumerate(events)))

    assert accused(history) == []


def is_lost(entry: Entry) -> bool:
    return entry.event.source in OF_THE_LOG and entry.event.stamp.clock is Clock.LOG


def test_legal_lives_exercise_most_rules() -> None:
    held = {
        each.rule
        for seed in range(30)
        for each in judge(Life(seed).live().history()).verdicts
        if each.judgement is Judgement.PASS
    }

    assert held >= {
        "R2.begin-date",
        "R3.request",
        "R7.pending",
        "R8.one-request",
        "R10.completed",
        "R10.completed-once",
        "R11.expiry",
        "R12.resubmitted",
        "R13.permitted",
        "R14.surfaced",
        "R22.decided",
    }
