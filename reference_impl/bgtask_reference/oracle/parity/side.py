"""One task on one phone, as far as the contract goes: asked for, run, ended how, goes on, cancelled.

`android.py` and `ios.py` read a history into this; the rules compare nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import TaskSpec
from bgtask_reference.oracle.findings import Facts
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.parity.values import Told
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value


class Chance(StrEnum):
    """What became of a task that was asked for."""

    RAN = "ran"
    """The system ran its worker."""
    AT_ONCE = "at-once"
    """Its worker ran in the app's own process alone, without the system."""
    WAITS = "waits"
    MISSED = "missed"
    """The system gave it its time, and its worker did not begin."""
    GONE = "gone"
    """Nothing waits, and it never ran."""
    UNKNOWN = "unknown"


class Force(StrEnum):
    """How a run came about: what proves something of the system, and what does not."""

    SYSTEM = "by itself"
    FORCED = "forced"
    IN_APP = "in the app"


FORCES = {
    ForceLevel.NATURAL: Force.SYSTEM,
    ForceLevel.NUDGED: Force.SYSTEM,
    ForceLevel.CLOCK_MOVED: Force.SYSTEM,
    ForceLevel.SATISFIED: Force.FORCED,
    ForceLevel.FORCED: Force.FORCED,
    ForceLevel.IN_APP: Force.IN_APP,
}
"""`satisfied` moves a job to the front: the system would not have run it by then."""


NETWORK, CHARGER, UNMETERED, NOT_ROAMING = "a network", "a charger", "an unmetered network", "no roaming"
BATTERY, STORAGE, IDLE = "a battery that is not low", "storage that is not low", "an idle phone"
CONDITIONS = (NETWORK, CHARGER, UNMETERED, NOT_ROAMING, BATTERY, STORAGE, IDLE)


@value
class RunTold:
    """One run: when it began and ended in the journal (None for not seen), and how.

    `outcome` is `success`, `retry`, `failure` or `stopped`; None when it has not ended or nobody told how.
    """

    began: int | None
    ended: int | None
    outcome: str | None
    level: ForceLevel
    facts: Facts
    launched: bool = True
    """False: it ran in the app's own process, and nobody launched it."""

    @property
    def force(self) -> Force:
        """What it proves."""
        return FORCES[self.level]


def told_of(run: Run, *, launched: bool = True) -> RunTold:
    """Give what the record tells of a run."""
    end = run.end
    stopped = end is not None and end.kind is StepKind.STOP
    result = end.result.value if end and end.result else None
    return RunTold(
        run.start.index if run.start else None,
        end.index if end else None,
        "stopped" if stopped else result,
        run.level,
        run.entries,
        launched,
    )


@value
class Fate:
    """What became of it, and what shows that."""

    chance: Chance
    words: str
    facts: Facts = ()


@value
class Side:
    """One task on one phone.

    Attributes:
        device: The phone's name.
        platform: `android` or `ios`.
        virtual: It has no hardware: its world answers as it was told to, or as every virtual phone's does.
        task: As declared there.
        outside: Everything else of that history.
        asked: Its scheduler was asked for it and took it.
        fate: What became of it.
        runs: In the order in which they began.
        waits: A next run of it waits at the end of the record.
        cut_short: The app's process ended in the middle of its last launch (iOS alone).
        done: Something that the system ran has ended: a periodic task has to go on from there.
        cancelled: The last word on it was a cancellation; the answer is unknown where nobody shows those.
        needs: What its request waits for, by the name of the condition, as far as anybody told.
        kind: Of its last request on iOS.

    """

    device: str
    platform: str
    virtual: bool
    task: TaskSpec
    outside: Outside
    asked: Told
    fate: Fate
    runs: tuple[RunTold, ...]
    waits: Told
    cut_short: bool
    done: bool
    cancelled: Told
    needs: Mapping[str, Told]
    kind: BGTaskKind | None = None

    @property
    def system_runs(self) -> tuple[RunTold, ...]:
        """The runs that the system started, forced ones too."""
        return tuple(run for run in self.runs if run.launched and run.force is not Force.IN_APP)
