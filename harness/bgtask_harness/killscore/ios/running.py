"""Carries out a plan on an iPhone and gives the history that came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bgtask_harness.killscore.ios.subject import IosSubject
from bgtask_harness.killscore.ios.subject import start
from bgtask_harness.killscore.ios.verbs import Running
from bgtask_harness.killscore.ios.verbs import perform
from bgtask_harness.killscore.plans import asking_states
from bgtask_harness.killscore.running import LEAST_RUNS
from bgtask_harness.killscore.running import carried_out
from bgtask_harness.killscore.running import runs_in
from bgtask_reference.events import History

_MOST_EXTRA_DAYS = 6


def carry_out(subject: IosSubject, plan: Sequence[str], scenario: str = "campaign") -> History:
    """Run a plan from an iPhone that was never used to the end of its session, as on Android."""
    with tempfile.TemporaryDirectory(prefix="bgtask-") as folder:
        return _carry_out(subject, plan, Path(folder), scenario)


def _carry_out(subject: IosSubject, plan: Sequence[str], folder: Path, scenario: str) -> History:
    running = start(subject, folder, scenario)

    def live() -> None:
        for line in plan:
            perform(line, running)
        _live_on(running)
        for line in ("launch", "advance 20s"):
            perform(line, running)

    return carried_out(running, live)


def _live_on(running: Running) -> None:
    """Have everything asked for anew each day, with nothing in its way, until enough has run."""
    session = running.session
    for _ in range(_MOST_EXTRA_DAYS):
        if runs_in(session.events) >= LEAST_RUNS:
            return
        states = asking_states(session.app)
        for line in ("network on", "charger on", "launch", *(f"off {state}" for state in states), "advance 15s"):
            perform(line, running)
        for line in (*(f"on {state}" for state in states), "advance 15s", "lock", "advance 24h", "look"):
            perform(line, running)
