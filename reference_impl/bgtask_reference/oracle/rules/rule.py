"""What a rule is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.findings import Said
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value

SHOWS_STARTS = frozenset({Source.BEACON, Source.APP_LOG, Source.WORK_MANAGER_DEBUG})
SHOWS_ENDS = SHOWS_STARTS | {Source.WORK_MANAGER_INFO}
SHOWS_STOPS = frozenset({Source.BEACON, Source.WORK_MANAGER_DEBUG})
SHOWS_ATTEMPTS = frozenset({Source.BEACON})
SHOWS_REQUESTS = frozenset({Source.APP_LOG})
OTHER_BUILDS = ("env.app-build",)
"""Another build of the app was installed: it prints and declares other things than the app file says, for good."""
SENTINELS = frozenset({Source.SYSTEM_LOG})
"""What is missing where the log is not proven whole: numbered lines of ours that came back in order."""
SHOWS_ROWS = frozenset({Source.DIAGNOSTICS, Source.JOB_DUMP})

_index = attrgetter("index")

StepCheck = Callable[[State, Step, Place], Said]
"""Asked once for each possible state before a step; broken only when every state breaks a rule."""
TaskSurvey = Callable[[TaskSlice, Outside, "Worlds"], Iterable[Finding]]
"""Asked once a task; may look both ways."""


@value
class Worlds:
    """The set of states before each step of each unique name, as the fold found it in the recorded order."""

    before: dict[str, Sequence[Sequence[State]]]

    def at(self, each: NameSlice, index: int) -> Sequence[State]:
        """Give the states that a unique name may have been in just before a journal index."""
        return self.before[each.name][bisect_left(each.steps, index, key=_index)]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue.

    Attributes:
        id: Family and name, e.g. `R2.period`.
        statement: One sentence.
        norm: Who promised it.
        source: Documentation or code.
        needs: Alternatives, each a set of sources of which one must speak.
        platforms: Where it applies.
        versions: For which versions, in words.
        mask: Conditions of a force's mask that excuse a run from it; no other force does.
        on: Kinds of steps at which `check` is asked.
        check: A check of single steps; None for a rule that surveys a task.
        survey: A survey of a task; None for a rule that checks steps.

    """

    id: str
    statement: str
    norm: Norm
    source: str
    needs: tuple[frozenset[Source], ...]
    platforms: tuple[str, ...] = ("android",)
    versions: str = "every version"
    mask: tuple[str, ...] = ()
    on: frozenset[StepKind] = frozenset()
    check: StepCheck | None = None
    survey: TaskSurvey | None = None

    @property
    def family(self) -> str:
        """`R2` of `R2.period`."""
        return self.id.partition(".")[0]
