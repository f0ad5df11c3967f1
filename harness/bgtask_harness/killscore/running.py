"""Carries out a plan on a subject and gives the history that came of it."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bgtask_harness.errors import HarnessError
from bgtask_harness.killscore.plans import asking_states
from bgtask_harness.killscore.subject import MOST_STEPS
from bgtask_harness.killscore.subject import CampaignDevice
from bgtask_harness.killscore.subject import Running
from bgtask_harness.killscore.subject import Subject
from bgtask_harness.killscore.subject import start
from bgtask_harness.killscore.verbs import TooBusy
from bgtask_harness.killscore.verbs import perform
from bgtask_harness.virtual.kernel import Exhausted
from bgtask_reference.events import Event
from bgtask_reference.events import History
from bgtask_reference.events import RunStarted

Plan = Sequence[str]
"""Lines, each one verb with its words: what is done to the phone, in order. `docs/kill-score.md` lists the verbs."""

LEAST_RUNS = 3
_MOST_EXTRA_DAYS = 6


def carry_out(subject: Subject, plan: Plan, scenario: str = "campaign") -> History:
    """Run a plan from a phone that was never used to the end of its session.

    A life in which too little ran goes on for some days, with everything asked for and nothing in its way. What goes
    wrong on the way ends the plan and is recorded, as in any other session.
    """
    with tempfile.TemporaryDirectory(prefix="bgtask-") as folder:
        return _carry_out(subject, plan, Path(folder), scenario)


def runs_in(events: Iterable[Event]) -> int:
    """Count the runs that some events tell of. Each source tells of all that it sees: the one that saw most counts."""
    told = Counter(event.source for event in events if isinstance(event, RunStarted))
    return max(told.values(), default=0)


def _carry_out(subject: Subject, plan: Plan, folder: Path, scenario: str) -> History:
    running = start(subject, folder, scenario)

    def live() -> None:
        for line in plan:
            perform(line, running)
        _live_on(running)

    return carried_out(running, live)


def carried_out(running: Running[Any], live: Callable[[], None]) -> History:
    """Live in a session from its begin to its end, and give what it recorded, whatever went wrong on the way."""
    session = running.session
    outcome, reason = "done", ""
    try:
        session.launch()
        session.open_window()
        live()
        session.put_back()
    except (TooBusy, Exhausted):
        _calm_down(running)
    except HarnessError as trouble:
        outcome, reason = "broken", str(trouble)
    session.end(outcome, reason)
    return running.journal.history()


def _calm_down(running: Running[Any]) -> None:
    """A phone that goes in circles is left, once what it has said is read."""
    running.kernel.steps_left = MOST_STEPS // 10
    with contextlib.suppress(Exhausted, HarnessError):
        running.session.close_window()


def _live_on(running: Running[CampaignDevice]) -> None:
    """Ask for everything once more, and each day again for what does not repeat."""
    session = running.session
    once = [task.id for task in session.tasks if task.interval_ns is None]
    again = dict.fromkeys(state for task in once for state in session.app.control.when_scheduled.get(task, ())[-1:])
    states = asking_states(session.app)
    for _ in range(_MOST_EXTRA_DAYS):
        if runs_in(session.events) >= LEAST_RUNS:
            return
        perform("network on", running)
        for state in states:
            session.set_state(state, on=False)
            session.advance(15)
            session.set_state(state, on=True)
        session.advance("24h")
        session.look()
        states = tuple(again)
