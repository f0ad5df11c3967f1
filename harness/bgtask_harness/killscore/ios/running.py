"""Carries out a plan on an iPhone and gives the history that came of it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bgtask_harness.errors import HarnessError
from bgtask_harness.killscore.ios.subject import MOST_STEPS
from bgtask_harness.killscore.ios.subject import IosSubject
from bgtask_harness.killscore.ios.subject import Running
from bgtask_harness.killscore.ios.subject import start
from bgtask_harness.killscore.ios.verbs import perform
from bgtask_harness.killscore.plans import asking_states
from bgtask_harness.killscore.running import LEAST_RUNS
from bgtask_harness.killscore.running import runs_in
from bgtask_harness.killscore.verbs import TooBusy
from bgtask_harness.virtual.kernel import Exhausted
from bgtask_reference.events import History

_MOST_EXTRA_DAYS = 6


def carry_out(subject: IosSubject, plan: Sequence[str], scenario: str = "campaign") -> History:
    """Run a plan from an iPhone that was never used to the end of its session, as on Android."""
    with tempfile.TemporaryDirectory(prefix="bgtask-") as folder:
        return _carry_out(subject, plan, Path(folder), scenario)


def _carry_out(subject: IosSubject, plan: Sequence[str], folder: Path, scenario: str) -> History:
    running = start(subject, folder, scenario)
    session = running.session
    outcome, reason = "done", ""
    try:
        session.launch()
        session.open_window()
        for line in plan:
            perform(line, running)
        _live_on(running)
        perform("launch", running)
        perform("advance 20s", running)
        session.put_back()
    except (TooBusy, Exhausted):
        _calm_down(running)
    except HarnessError as trouble:
        outcome, reason = "broken", str(trouble)
    session.end(outcome, reason)
    return running.journal.history()


def _calm_down(running: Running) -> None:
    """A phone that goes in circles is left, once what it has said is read."""
    running.kernel.steps_left = MOST_STEPS // 10
    with contextlib.suppress(Exhausted, HarnessError):
        running.session.close_window()


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
