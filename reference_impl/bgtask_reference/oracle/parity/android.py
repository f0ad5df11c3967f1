"""Reads one task of an Android history: its steps, and what the fold knows of its rows at the end."""

from __future__ import annotations

from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.fold import Fold
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.parity.absence import never
from bgtask_reference.oracle.parity.side import BATTERY
from bgtask_reference.oracle.parity.side import CHARGER
from bgtask_reference.oracle.parity.side import IDLE
from bgtask_reference.oracle.parity.side import NETWORK
from bgtask_reference.oracle.parity.side import NOT_ROAMING
from bgtask_reference.oracle.parity.side import STORAGE
from bgtask_reference.oracle.parity.side import UNMETERED
from bgtask_reference.oracle.parity.side import Chance
from bgtask_reference.oracle.parity.side import Fate
from bgtask_reference.oracle.parity.side import Force
from bgtask_reference.oracle.parity.side import RunTold
from bgtask_reference.oracle.parity.side import Side
from bgtask_reference.oracle.parity.side import told_of
from bgtask_reference.oracle.parity.values import Told
from bgtask_reference.oracle.rules.registered import NEEDS_NETWORK
from bgtask_reference.oracle.rules.registered import NOT_METERED
from bgtask_reference.oracle.rules.registered import NOT_ROAMING as ROAMING_CAPABILITY
from bgtask_reference.oracle.rules.registered import jobs_of
from bgtask_reference.oracle.rules.rule import SHOWS_REQUESTS
from bgtask_reference.oracle.rules.rule import SHOWS_ROWS
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

ASKS, CANCELS = frozenset({StepKind.REQUEST}), frozenset({StepKind.CANCEL})
LIVE = frozenset({Phase.ENQUEUED, Phase.RUNNING})
DEAD = frozenset({Phase.ABSENT, Phase.ENDED, Phase.CANCELLED})


def android_side(task: TaskSlice, outside: Outside) -> Side:
    """Read a task."""
    runs = tuple(told_of(run) for run in task.runs)
    asked, waits = _asked(task, runs, outside), _waits(task, outside)
    return Side(
        outside.device.name,
        outside.device.platform,
        outside.device.virtual,
        task.task,
        outside,
        asked,
        _fate(runs, waits),
        runs,
        waits,
        cut_short=False,
        done=any(run.ended is not None and run.force is not Force.IN_APP for run in runs),
        cancelled=_cancelled(task, outside),
        needs=_needs(task, outside),
    )


def _asked(task: TaskSlice, runs: tuple[RunTold, ...], outside: Outside) -> Told:
    made = task.steps.of(ASKS).first_after(-1)
    if made:
        return Told(True, "was asked for", made.entries)
    if by_system := next((run for run in runs if run.force is not Force.IN_APP), None):
        return Told(True, "was asked for, as its run shows", by_system.facts)
    return never("was never asked for", outside, SHOWS_REQUESTS)


def _waits(task: TaskSlice, outside: Outside) -> Told:
    """Say whether a row of it is enqueued or running, in every possible world; of periodic work the repeating one."""
    names = [each for each in task.names if each.periodic] if task.task.interval_ns else list(task.names)
    known = [(_last(each), {state.phase for state in _worlds(each, outside)}) for each in names]
    for facts, phases in known:
        if phases <= LIVE:
            return Told(True, "waits for its next run", facts)
    if known and all(phases <= DEAD for _, phases in known):
        return Told(False, "is not enqueued any more", known[0][0])
    return Told(None, "may be enqueued or not: nobody tells", missing=SHOWS_ROWS)


def _worlds(each: NameSlice, outside: Outside) -> list[State]:
    return Fold(Place(each, outside), ()).judge().before[-1]


def _last(each: NameSlice) -> tuple[int, ...]:
    told = [step for step in each.steps if step.kind in {StepKind.REQUEST, StepKind.FINISH, StepKind.CANCEL}]
    return told[-1].entries[-1:] if told else ()


def _fate(runs: tuple[RunTold, ...], waits: Told) -> Fate:
    by_system = next((run for run in runs if run.force is not Force.IN_APP), None)
    if first := by_system or next(iter(runs), None):
        return Fate(Chance.RAN, "ran", first.facts)
    if waits.answer is None:
        return Fate(Chance.UNKNOWN, waits.words, waits.facts)
    return Fate(Chance.WAITS if waits.answer else Chance.GONE, waits.words, waits.facts)


def _cancelled(task: TaskSlice, outside: Outside) -> Told:
    """Say whether the last word on it was that it is to be forgotten."""
    cancels, asks = list(task.steps.of(CANCELS).between(-1, outside.last_index + 1)), task.steps.of(ASKS)
    first_ask: Step | None = asks.first_after(-1)
    last = cancels[-1] if cancels else None
    if last and first_ask and first_ask.index < last.index and asks.first_after(last.index) is None:
        return Told(True, "was cancelled", last.entries)
    return Told(False, "was not cancelled") if outside.saw(SHOWS_REQUESTS) else _not_shown()


def _needs(task: TaskSlice, outside: Outside) -> dict[str, Told]:
    """Read from the last dump that shows a job of it with its conditions; nothing is known without one."""
    shown = [each for each in jobs_of(task, outside) if each.job.required]
    if not shown:
        return {}
    job, facts = shown[-1].job, shown[-1].dump.entries
    required, network = frozenset(job.required), job.network
    has = {
        NETWORK: bool(required & NEEDS_NETWORK),
        CHARGER: "CHARGING" in required,
        BATTERY: "BATTERY_NOT_LOW" in required,
        STORAGE: "STORAGE_NOT_LOW" in required,
        IDLE: "IDLE" in required,
    }
    if network:  # named from API 28 on
        has |= {UNMETERED: NOT_METERED in network, NOT_ROAMING: ROAMING_CAPABILITY in network}
    return {
        name: Told(there, f"{'waits' if there else 'does not wait'} for {name}", facts) for name, there in has.items()
    }


def _not_shown() -> Told:
    return Told(None, "may have been cancelled: this build does not show it", missing=SHOWS_REQUESTS)
