"""R17: the app's process neither crashes nor hangs while a run is under way."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import Norm
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import Source
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.ordered import InOrder
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

DIED = frozenset({StepKind.DIED})
FAULTS = frozenset({"crash", "anr", "bg anr", "native crash"})
CRASHES = ("app.crash", "app.kill", "app.force-stop", "reboot")
SYSTEM_LOG = frozenset({Source.SYSTEM_LOG})


def crash(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """No process dies of a crash or an ANR while a run is under way."""
    deaths = task.steps.of(DIED)
    for run in task.begun:
        if not run.in_app and (finding := _crashed(run, deaths, outside)):
            yield finding


def _crashed(run: Run, deaths: InOrder[Step], outside: Outside) -> Finding | None:
    death = deaths.first_after(run.index)
    if run.end and (death is None or run.end.index < death.index):
        return held("R17.crash", run.level)
    if death is None or outside.done(CRASHES, run.index, death.index):
        return None
    fault = next((why for entry in outside.record.at(death.entries) if (why := _fault(entry.event))), None)
    if fault is None:
        return None
    facts = (*(run.start.entries[:1] if run.start else ()), *death.entries)
    reason = f"the app's process died of {fault} while a run was under way"
    return Finding("R17.crash", Word.BROKEN, reason, tuple(sorted(facts)), level=run.level)


def _fault(event: object) -> str | None:
    """Give the system's word for a death that is the app's own fault."""
    why = event.why if isinstance(event, ProcessDied) else None
    return why if why in FAULTS else None


RULES = (
    Rule(
        "R17.crash",
        "The app's process neither crashes nor stops responding while a run of the task is under way.",
        Norm.EXPECTATION,
        "AOSP AppErrors.java, ProcessErrorStateRecord.java: the reasons in ActivityManager's `Killing` line",
        (SHOWS_STARTS, SYSTEM_LOG),
        survey=crash,
    ),
)
