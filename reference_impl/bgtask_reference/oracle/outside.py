"""Outside of any task: environment, stimuli, processes, what the system had registered, and which sources spoke."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_reference.events import AppSpec
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Outcome
from bgtask_reference.events import Source
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.correlate import Join
from bgtask_reference.oracle.coverage import Coverage
from bgtask_reference.oracle.steps import Identity

LEVELS = tuple(ForceLevel)


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A stimulus and what became of it."""

    sent: StimulusSent
    index: int
    when: When
    outcome: Outcome
    answered: int | None
    who: Identity

    def may_concern(self, who: Identity) -> bool:
        """True unless it was surely aimed at something else."""
        if self.who.foreign:
            return False
        return self.who.task in {None, who.task} and (
            self.who.name is None or who.name is None or self.who.name == who.name
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """One reading of one fact of the environment."""

    when: When
    value: bool | int | str

    @property
    def index(self) -> int:
        """Its place in the journal."""
        return self.when.index


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything about a history that is not a step of a task. Rules may look both ways in it."""

    app: AppSpec
    device: DeviceSpec
    timeline: Timeline
    coverage: Coverage
    facts: Mapping[str, tuple[Fact, ...]]
    stimuli: Mapping[int, Stimulus]
    jobs: tuple[tuple[int, When, JobsListed], ...]
    seen: frozenset[Source]
    last_index: int

    def saw(self, sources: Iterable[Source]) -> bool:
        """True when one of these sources showed at least one line in this journal."""
        return not self.seen.isdisjoint(sources)

    def forces(self, who: Identity, after: int, before: int) -> list[Stimulus]:
        """Give the accepted stimuli with a force level that may concern someone, between two journal indices."""
        return [
            each
            for each in self.stimuli.values()
            if each.sent.level is not None
            and each.outcome is not Outcome.REFUSED
            and after < each.index < before
            and each.may_concern(who)
        ]

    def done(self, verbs: Iterable[str], after: int, before: int) -> list[Stimulus]:
        """Give the stimuli of some verbs that were not refused, sent between two journal indices."""
        wanted = tuple(verbs)
        return [
            each
            for each in self.stimuli.values()
            if each.sent.verb in wanted and each.outcome is not Outcome.REFUSED and after < each.index < before
        ]


def strongest(levels: Iterable[ForceLevel]) -> ForceLevel:
    """Give the strongest force level of some; natural for none."""
    return max(levels, key=LEVELS.index, default=ForceLevel.NATURAL)


def read_facts(entries: Sequence[Entry], timeline: Timeline) -> dict[str, tuple[Fact, ...]]:
    """Collect every reading of every fact, in recorded order."""
    found: dict[str, list[Fact]] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, EnvironmentSampled):
            when = timeline.place(entry)
            for name, value in event.facts.items():
                found.setdefault(name, []).append(Fact(when, value))
        elif isinstance(event, EnvironmentChanged):
            found.setdefault(event.fact, []).append(Fact(timeline.place(entry), event.value))
    return {name: tuple(readings) for name, readings in found.items()}


def read_stimuli(entries: Sequence[Entry], join: Join, timeline: Timeline) -> dict[int, Stimulus]:
    """Pair every stimulus with its answer, by number."""
    answers = {entry.event.number: entry for entry in entries if isinstance(entry.event, StimulusAnswered)}
    found: dict[int, Stimulus] = {}
    for entry in entries:
        if isinstance(entry.event, StimulusSent):
            sent = entry.event
            answer = answers.get(sent.number)
            told = answer.event if answer else None
            outcome = told.outcome if isinstance(told, StimulusAnswered) else Outcome.UNKNOWN
            who = join.aimed_at(sent.subject, entry.index)
            answered = answer.index if answer else None
            found[sent.number] = Stimulus(sent, entry.index, timeline.place(entry), outcome, answered, who)
    return found
