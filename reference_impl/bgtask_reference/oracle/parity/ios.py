"""Reads one task of an iPhone's history: requests from submission to launch, and the worker's body told by the app."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from bgtask_reference.events import ActivityCancelled
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import Source
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestRefused
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.parity.absence import first_hole
from bgtask_reference.oracle.parity.absence import never
from bgtask_reference.oracle.parity.side import CHARGER
from bgtask_reference.oracle.parity.side import CONDITIONS
from bgtask_reference.oracle.parity.side import NETWORK
from bgtask_reference.oracle.parity.side import Chance
from bgtask_reference.oracle.parity.side import Fate
from bgtask_reference.oracle.parity.side import Force
from bgtask_reference.oracle.parity.side import RunTold
from bgtask_reference.oracle.parity.side import Side
from bgtask_reference.oracle.parity.side import told_of
from bgtask_reference.oracle.parity.values import Told
from bgtask_reference.oracle.rules.ios_record import DASD
from bgtask_reference.oracle.rules.ios_record import FRAMEWORK
from bgtask_reference.oracle.rules.ios_record import Life
from bgtask_reference.oracle.rules.ios_record import Seen
from bgtask_reference.oracle.rules.ios_record import is_whole_for
from bgtask_reference.oracle.rules.ios_record import lives
from bgtask_reference.oracle.rules.ios_record import story_of
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.platform import constants

MOVES = (TaskRequestSubmitted, TaskRequestRefused, ActivityCancelled, TaskLaunched, TaskRequestCancelled, PhoneBooted)

OVER_A_BOOT = "may be pending or not after the phone has booted: UNCONFIRMED, and not judged"
SHARED = Told(None, "is not known: it shares its identifier with other tasks", moot=True)


@dataclass(slots=True)
class Requests:
    """The requests of one identifier that are out at the end of a story, oldest first."""

    out: list[Seen] = field(default_factory=list)
    taken: list[Seen] = field(default_factory=list)
    """Submissions that were not refused."""
    last: Seen | None = None
    """The last thing that happened to any of them."""
    doubt: str = ""

    def move(self, each: Seen, *, sees_dasd: bool) -> None:
        """Take one more event of the story."""
        event = each.event
        self.last = each
        if isinstance(event, TaskRequestSubmitted):
            self.out = [each] if self.doubt else [*self.out, each]
            self.doubt = ""
            self.taken.append(each)
        elif isinstance(event, TaskRequestRefused):
            self.out, self.taken = self.out[:-1], self.taken[:-1]
        elif isinstance(event, TaskLaunched):
            if len(self.out) > 1 and not sees_dasd:
                self.doubt = "may be pending or not: nobody told whether its request was replaced before its launch"
            self.out = self.out[1:]
        elif isinstance(event, ActivityCancelled):
            self.out = self.out[-1:]
        elif isinstance(event, TaskRequestCancelled):
            self.out, self.doubt = [], ""
        elif self.out:
            self.doubt = OVER_A_BOOT


def ios_side(task: TaskSlice, outside: Outside) -> Side:
    """Read a task."""
    story = story_of(outside, task.task.identifier)
    shared = sum(each.identifier == task.task.identifier for each in outside.app.tasks) > 1
    requests = _requests(story, outside)
    launches = list(lives(story))
    runs = tuple(_runs(task, launches))
    waits = SHARED if shared else _waits(requests, launches, outside)
    taken = requests.taken
    submitted = [(each.index, each.event) for each in taken if isinstance(each.event, TaskRequestSubmitted)]
    return Side(
        outside.device.name,
        outside.device.platform,
        outside.device.virtual,
        task.task,
        outside,
        _asked_of_shared(runs) if shared else _asked(story, requests, launches, outside),
        _fate(runs, waits, () if shared else launches, outside),
        runs,
        waits,
        cut_short=bool(launches) and _is_cut_short(launches[-1], requests),
        done=any(life.of(TaskCompleted) for life in launches) or bool(launches and _died(launches[-1])),
        cancelled=SHARED if shared else _cancelled(story, outside),
        needs={} if shared else _needs(submitted),
        kind=submitted[-1][1].request if submitted else None,
    )


def _requests(story: Sequence[Seen], outside: Outside) -> Requests:
    requests, sees_dasd = Requests(), outside.saw(DASD)
    for each in story:
        if isinstance(each.event, MOVES):
            requests.move(each, sees_dasd=sees_dasd)
    return requests


def _runs(task: TaskSlice, launches: Sequence[Life]) -> Iterator[RunTold]:
    """A run that began between a launch and its completion is that launch's; any other is the app's own."""
    spans = [(life.launched.index, _over(life)) for life in launches]
    for run in task.runs:
        launched = any(first < run.index and (last is None or run.index < last) for first, last in spans)
        yield told_of(run, launched=launched or run.in_app)


def _over(life: Life) -> int | None:
    completed = next(iter(life.of(TaskCompleted)), life.ended_by)
    return None if completed is None else completed.index


def _asked_of_shared(runs: Sequence[RunTold]) -> Told:
    by_system = next((run for run in runs if run.launched and run.force is not Force.IN_APP), None)
    return Told(True, "was asked for, as its run shows", by_system.facts) if by_system else SHARED


def _asked(story: Sequence[Seen], requests: Requests, launches: Sequence[Life], outside: Outside) -> Told:
    if requests.taken:
        return Told(True, "was asked for", (requests.taken[0].index,))
    if launches:
        return Told(True, "was asked for, as its launch shows", (launches[0].launched.index,))
    refused = [each for each in story if isinstance(each.event, TaskRequestRefused)]
    if refused:
        told = never("was refused each time", outside, FRAMEWORK)
        code = getattr(refused[0].event, "code", None)
        words = "was refused each time" if code is None else f"was refused each time, with code {code}"
        return Told(False, words, (refused[0].index,)) if told.answer is False else told
    return never("was never asked for", outside, FRAMEWORK)


def _waits(requests: Requests, launches: Sequence[Life], outside: Outside) -> Told:
    """Say whether a request of it is pending at the end."""
    hole, last = first_hole(outside), requests.last
    if hole or requests.doubt or not outside.saw(FRAMEWORK):
        words = requests.doubt or f"may be pending or not: {hole or 'this build does not show it'}"
        missing = FRAMEWORK if not hole and not requests.doubt else frozenset[Source]()
        return Told(None, words, missing=missing, moot=requests.doubt == OVER_A_BOOT)
    if requests.out:
        return Told(True, "waits for its next launch", (requests.out[-1].index,))
    if last is not None and isinstance(last.event, TaskLaunched):
        return _after_launch(launches[-1], outside)
    return Told(False, "is not pending any more", (last.index,) if last else ())


def _after_launch(life: Life, outside: Outside) -> Told:
    """Nothing was submitted after a launch: that is so for good once it is completed and some time has passed."""
    completed = next(iter(life.of(TaskCompleted)), None)
    if completed is None:
        if _died(life):
            return Told(False, "was launched, and its process ended before it was asked for again", _facts(life))
        return Told(None, "was launched, and had not completed when the record ended", _facts(life))
    if not is_whole_for(outside, completed, constants.allowance_ns("resubmit_settles")):
        return Told(None, "may be asked for again: the record ends too soon after its launch was completed")
    words = "was launched and completed, and nobody submitted its next request"
    return Told(False, words, (life.launched.index, completed.index))


def _died(life: Life) -> bool:
    return life.ended_by is not None and not isinstance(life.ended_by.event, TaskLaunched)


def _facts(life: Life) -> tuple[int, ...]:
    return (life.launched.index, *((life.ended_by.index,) if life.ended_by else ()))


def _is_cut_short(life: Life, requests: Requests) -> bool:
    return _died(life) and not life.of(TaskCompleted) and not requests.out


def _fate(runs: Sequence[RunTold], waits: Told, launches: Sequence[Life], outside: Outside) -> Fate:
    by_system = next((run for run in runs if run.launched and run.force is not Force.IN_APP), None)
    if by_system:
        return Fate(Chance.RAN, "ran", by_system.facts)
    if launches:
        return _missed(launches[-1], outside)
    if runs:
        in_app = runs[0].force is Force.IN_APP
        return Fate(Chance.RAN if in_app else Chance.AT_ONCE, "ran in the app's own process", runs[0].facts)
    if waits.answer is None:
        return Fate(Chance.UNKNOWN, waits.words, waits.facts)
    return Fate(Chance.WAITS if waits.answer else Chance.GONE, waits.words, waits.facts)


def _missed(life: Life, outside: Outside) -> Fate:
    """It was launched, and no run of it is told."""
    completed = next(iter(life.of(TaskCompleted)), None)
    told = never("was launched and completed, and its worker never began", outside, SHOWS_STARTS)
    if completed is None:
        return Fate(Chance.UNKNOWN, "was launched, and how that ended is not known", _facts(life))
    if told.answer is None:
        return Fate(Chance.UNKNOWN, f"was launched; whether its worker began {told.words}", _facts(life))
    return Fate(Chance.MISSED, told.words, (life.launched.index, completed.index))


def _cancelled(story: Sequence[Seen], outside: Outside) -> Told:
    last: Seen | None = None
    asked = False
    for each in story:
        if isinstance(each.event, TaskRequestSubmitted):
            asked, last = True, None
        elif isinstance(each.event, TaskRequestCancelled) and asked:
            last = each
    if last:
        return Told(True, "was cancelled", (last.index,))
    return never("was not cancelled", outside, FRAMEWORK)


def _needs(submitted: Sequence[tuple[int, TaskRequestSubmitted]]) -> dict[str, Told]:
    """Read from its last request. What a request has no property for, it does not wait for."""
    if not submitted:
        return {}
    index, event = submitted[-1]
    is_refresh = event.request is BGTaskKind.APP_REFRESH
    has: dict[str, bool | None] = dict.fromkeys(CONDITIONS, False)
    if not is_refresh:
        has |= {NETWORK: event.requires_network_connectivity, CHARGER: event.requires_external_power}
    return {
        name: Told(there, f"{'waits' if there else 'does not wait'} for {name}", (index,))
        for name, there in has.items()
        if there is not None
    }
