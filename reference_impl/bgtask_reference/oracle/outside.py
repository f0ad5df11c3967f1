"""Outside of any task: environment, stimuli, processes, what the system had registered, and which sources spoke."""

from __future__ import annotations

from collections.abc import Iterable

from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Header
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Outcome
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.correlate import Join
from bgtask_reference.oracle.coverage import Coverage
from bgtask_reference.oracle.ordered import InOrder
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.steps import Identity
from bgtask_reference.oracle.value import value

LEVELS = tuple(ForceLevel)


@value
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


@value
class Fact:
    """One reading of one fact of the environment."""

    when: When
    value: bool | int | str

    @property
    def index(self) -> int:
        """Its place in the journal."""
        return self.when.index


@value
class Dump:
    """One dump of the system's jobs, and when it was taken."""

    when: When
    listed: JobsListed

    @property
    def index(self) -> int:
        """Its place in the journal."""
        return self.when.index


class Outside:
    """Everything about a history that is not a step of a task. Rules may look both ways in it.

    Attributes:
        app: The app file, resolved.
        device: The device, resolved.
        record: The history's entries by kind.
        timeline: Places stamps on the phone's boot axis.
        join: Says who is who.
        coverage: Where the log is whole.
        facts: Every reading of each fact of the environment.
        stimuli: Every stimulus by its number.
        dumps: Every dump of the system's jobs.
        seen: The sources that showed at least one line.

    """

    def __init__(self, header: Header, record: Record) -> None:
        self.app, self.device, self.record = header.app, header.device, record
        self.timeline = Timeline(record)
        self.join = Join(header.app, record)
        self.coverage = Coverage(record, self.timeline)
        self.facts = _facts(record, self.timeline)
        self.stimuli = _stimuli(record, self.join, self.timeline)
        self.dumps = InOrder(Dump(self.timeline.place(entry), event) for entry, event in record.told(JobsListed))
        self.seen = record.speakers(but=SentinelSeen)
        done = [each for each in self.stimuli.values() if each.outcome is not Outcome.REFUSED]
        self._forces = InOrder(each for each in done if each.sent.level is not None)
        self._done = InOrder(done)

    @property
    def last_index(self) -> int:
        """The journal index of the record's end; -1 for an empty one."""
        return self.record.last_index

    def saw(self, sources: Iterable[Source]) -> bool:
        """True when one of these sources showed at least one line in this journal."""
        return not self.seen.isdisjoint(sources)

    def forces(self, who: Identity, after: int, before: int) -> list[Stimulus]:
        """Give the stimuli with a force level that may concern someone, not refused, between two journal indices."""
        return [each for each in self._forces.between(after, before) if each.may_concern(who)]

    def done(self, verbs: Iterable[str], after: int, before: int) -> list[Stimulus]:
        """Give the stimuli of some verbs that were not refused, sent between two journal indices."""
        wanted = frozenset(verbs)
        return [each for each in self._done.between(after, before) if each.sent.verb in wanted]


def strongest(levels: Iterable[ForceLevel]) -> ForceLevel:
    """Give the strongest force level of some; natural for none."""
    return max(levels, key=LEVELS.index, default=ForceLevel.NATURAL)


def _facts(record: Record, timeline: Timeline) -> dict[str, InOrder[Fact]]:
    """Collect every reading of every fact."""
    found: dict[str, list[Fact]] = {}
    for entry in record.of(EnvironmentSampled, EnvironmentChanged):
        event, when = entry.event, timeline.place(entry)
        if isinstance(event, EnvironmentChanged):
            found.setdefault(event.fact, []).append(Fact(when, event.value))
        else:
            assert isinstance(event, EnvironmentSampled)
            for name, reading in event.facts.items():
                found.setdefault(name, []).append(Fact(when, reading))
    return {name: InOrder(readings) for name, readings in found.items()}


def _stimuli(record: Record, join: Join, timeline: Timeline) -> dict[int, Stimulus]:
    """Pair every stimulus with its answer, by number."""
    answers = {event.number: (entry, event) for entry, event in record.told(StimulusAnswered)}
    found: dict[int, Stimulus] = {}
    for entry, sent in record.told(StimulusSent):
        answer, told = answers.get(sent.number, (None, None))
        outcome = told.outcome if told else Outcome.UNKNOWN
        who = join.aimed_at(sent.subject, entry.index)
        answered = answer.index if answer else None
        found[sent.number] = Stimulus(sent, entry.index, timeline.place(entry), outcome, answered, who)
    return found
