"""R1 and F1: what is wanted and may run, runs within its bound, or a legal reason is named.

"It did not run" is said only when the log is proven whole over the bound, the environment is known and friendly, the
trigger was not refused, and the work was surely due. Everything else is a reason or a doubt, and is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from enum import IntEnum
from itertools import takewhile

from bgtask_reference.events import JobStep
from bgtask_reference.events import Norm
from bgtask_reference.events import Outcome
from bgtask_reference.events import RequestKind
from bgtask_reference.oracle.clocks import FOREVER
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.clocks import wall_elapsed
from bgtask_reference.oracle.coverage import Proof
from bgtask_reference.oracle.environment import Weather
from bgtask_reference.oracle.environment import While
from bgtask_reference.oracle.environment import weather
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.outside import Stimulus
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import initial_delay_ns
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.sightings import REACH
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.slices import Want
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value
from bgtask_reference.platform import constants
from bgtask_reference.platform import workmanager

REQUESTS = frozenset({StepKind.REQUEST})
TAKES_AWAY = frozenset({StepKind.CANCEL, StepKind.CLEARED})


@value
class Wish:
    """A run that is wanted: from when, and until when it is in time, as boot times."""

    rule: str
    want: Want
    begins: When
    closes_ns: int
    stimulus: Stimulus | None
    looked_at: tuple[int, ...]
    """Journal indices at which it may have become due: when it was wanted, and after each request since."""

    @property
    def facts(self) -> tuple[int, ...]:
        """Journal indices of what asked for it."""
        return (self.want.when.index,) if self.stimulus is None else (self.stimulus.index, self.want.when.index)

    @property
    def mask(self) -> tuple[str, ...]:
        """The conditions that a force overrides."""
        return () if self.stimulus is None else self.stimulus.sent.mask

    def may_be(self, run: Run) -> bool:
        """True unless a run surely began after the bound, and so did every later one."""
        return _may_be_by(run.begun.when, self.begins.boot, self.closes_ns)


class Met(Enum):
    """Whether a wish was met."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


def nudged(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """What is wanted and due runs within its bound."""
    for want in task.wants:
        if want.event.stimulus is None:
            within = want.event.within_ns or task.task.starts_within_ns
            if within:
                yield _judge(_wish("R1.nudged", want, within, task, None), task, outside, worlds)


def responds(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """An accepted force starts a run within the profile's bound."""
    for want in task.wants:
        stimulus = None if want.event.stimulus is None else outside.stimuli.get(want.event.stimulus)
        if want.event.stimulus is not None and (stimulus is None or stimulus.outcome is Outcome.UNKNOWN):
            reason = "nobody knows whether the force was accepted"
            yield Finding("F1.responds", Word.OPEN, reason, (want.when.index,))
        elif stimulus and stimulus.outcome is Outcome.ACCEPTED:
            wish = _wish("F1.responds", want, outside.device.responds_within_ns, task, stimulus)
            yield _judge(wish, task, outside, worlds)


def _wish(rule: str, want: Want, within_ns: int, task: TaskSlice, stimulus: Stimulus | None) -> Wish:
    """What is asked for only after it was wanted has its whole bound from then on."""
    begins = stimulus.when if stimulus else want.when
    closes = _closes(want.when, within_ns)
    asked = task.steps.of(REQUESTS).since(want.when.index + 1)
    requests = list(takewhile(lambda step: _may_be_by(step.when, want.when.boot, closes), asked))
    latest = max([closes, *(_closes(step.when, within_ns) for step in requests)])
    return Wish(rule, want, begins, latest, stimulus, (want.when.index, *(step.index + 1 for step in requests)))


def _may_be_by(when: When, boot: int | None, ns: int) -> bool:
    """Say whether something may have happened in a boot up to a time of it. Boots do not share a clock."""
    return boot is None or when.boot is None or (when.boot, when.lo) <= (boot, ns)


def _closes(when: When, within_ns: int) -> int:
    return when.hi + within_ns if when.known else FOREVER


def _judge(wish: Wish, task: TaskSlice, outside: Outside, worlds: Worlds) -> Finding:
    perhaps: Run | None = None
    for run in takewhile(wish.may_be, task.runs_since(outside.timeline.well_before(wish.begins.index))):
        met = _meets(run, wish)
        if met is Met.YES:
            return held(wish.rule, run.level)
        perhaps = perhaps or (run if met is Met.MAYBE else None)
    if perhaps:
        reason = "a run was seen, but nobody can tell whether it is the one that was wanted, or when it began"
        return Finding(wish.rule, Word.OPEN, reason, (*wish.facts, *perhaps.entries))
    return _unmet(wish, task, outside, worlds)


def _meets(run: Run, wish: Wish) -> Met:
    name, first, last = wish.want.event.unique_name, run.begun, run.last
    if name is not None and run.who.name not in {None, name}:
        return Met.NO
    after, intime = _compare(wish.begins, last.when), first.when
    if after is Met.NO or (intime.boot == wish.begins.boot and intime.lo > wish.closes_ns):
        return Met.NO
    sure = after is Met.YES and intime.known and (name is None or run.who.name == name)
    return Met.YES if sure else Met.MAYBE


def _compare(begins: When, seen: When) -> Met:
    """Say whether something was seen at or after a beginning. Within the clocks' error the run gets the benefit."""
    if begins.boot is None or seen.boot is None:
        return Met.NO if seen.index < begins.index else Met.MAYBE
    if begins.boot != seen.boot:
        return Met.NO if seen.boot < begins.boot else Met.MAYBE
    return Met.YES if seen.hi >= begins.lo else Met.NO


def _unmet(wish: Wish, task: TaskSlice, outside: Outside, worlds: Worlds) -> Finding:
    rule, facts = wish.rule, wish.facts
    if not outside.saw(SHOWS_ENDS):
        return Finding(rule, Word.OPEN, "no source that shows runs said a word", facts, missing=SHOWS_ENDS)
    proof = outside.coverage.proof_from(wish.begins.index)
    if proof is None or wish.closes_ns >= FOREVER:
        return Finding(rule, Word.OPEN, "no sentinel came back around it, so the log may have holes", facts)
    if proof.first.boot != wish.want.when.boot or proof.until_ns < wish.closes_ns:
        short = seconds(max(0, wish.closes_ns - proof.until_ns))
        reason = f"the log is proven whole only until {short} before the bound: {proof.ended_by}"
        return Finding(rule, Word.OPEN, reason, facts)
    return _unmet_in_a_whole_log(wish, task, outside, worlds, proof)


def _unmet_in_a_whole_log(wish: Wish, task: TaskSlice, outside: Outside, worlds: Worlds, proof: Proof) -> Finding:
    rule, facts = wish.rule, wish.facts
    last = outside.coverage.first_after(wish.closes_ns, proof).index
    span = While(wish.begins.index, last, proof.first.boot, wish.closes_ns)
    seen = weather(task, outside, span, wish.mask)
    if started := _job_started_for_nothing(wish, outside):
        reason = "W22: the system started the job and WorkManager ran nothing: too early by its schedule"
        return Finding(rule, Word.EXCUSED, reason, (*facts, started))
    if seen.reasons:
        words = "; ".join(dict.fromkeys(f"{each.hold.category}: {each.hold.words}" for each in seen.reasons))
        return Finding(rule, Word.EXCUSED, words, (*facts, *(each.index for each in seen.reasons)))
    if doubt := _why_not_due(wish, task, outside, worlds, last):
        word = Word.EXCUSED if doubt[0] is Because.TOO_EARLY else Word.OPEN
        return Finding(rule, word, doubt[1], facts)
    if seen.unknown:
        reason = f"nobody knows, for the whole while, the environment's {', '.join(seen.unknown)}"
        return Finding(rule, Word.OPEN, reason, facts)
    return _broken(wish, task, seen, last)


def _broken(wish: Wish, task: TaskSlice, seen: Weather, last: int) -> Finding:
    later = task.runs_since(wish.begins.index)
    late = next((run for run in later if run.index > wish.begins.index and not run.in_app), None)
    bound = seconds(wish.closes_ns - wish.want.when.hi)
    reason = f"no run began within {bound} of being wanted, and nothing is known that may hold it back"
    entries = {*wish.facts, *seen.proof, last, *(late.begun.entries[:1] if late else ())}
    level = None if wish.stimulus is None else wish.stimulus.sent.level
    return Finding(wish.rule, Word.BROKEN, reason, tuple(sorted(entries)), level=level)


def _job_started_for_nothing(wish: Wish, outside: Outside) -> int | None:
    """Find a dump that shows the forced job's START within the force's bound: the job began, no worker did."""
    if wish.stimulus is None or (job := wish.stimulus.sent.subject.job_id) is None:
        return None
    for dump in outside.dumps.since(wish.stimulus.index):
        if dump.when.boot != wish.begins.boot:
            return None
        started = [row.ago_ns for row in dump.listed.history if row.step is JobStep.START and row.job_id == job]
        if any(dump.when.hi - ago >= wish.begins.lo and dump.when.lo - ago <= wish.closes_ns for ago in started):
            return dump.index
    return None


class Because(IntEnum):
    """Kinds of doubt whether work was due, weightiest last."""

    NOT_THERE = 0
    TOO_EARLY = 1
    UNKNOWN = 2


Doubt = tuple[Because, str]


def _why_not_due(wish: Wish, task: TaskSlice, outside: Outside, worlds: Worlds, last: int) -> Doubt | None:
    """Say why the work need not have been due; None when some unique name of it surely was."""
    begins, name = wish.want.when.index, wish.want.event.unique_name
    if task.steps.of(TAKES_AWAY).between(begins, last + 1):
        return Because.NOT_THERE, "W11: it was cancelled while it was wanted"
    doubts: list[Doubt] = []
    for each in task.names:
        if name in {None, each.name}:
            found = [_doubts_at(index, each, wish, task, outside, worlds) for index in wish.looked_at]
            if not all(found):
                return None
            doubts += found[-1]
    return max(doubts, key=lambda doubt: doubt[0], default=(Because.UNKNOWN, f"{name} is none of its unique names"))


def _doubts_at(
    index: int,
    each: NameSlice,
    wish: Wish,
    task: TaskSlice,
    outside: Outside,
    worlds: Worlds,
) -> list[Doubt]:
    states = worlds.at(each, index)
    if not each.periodic and index in wish.looked_at[1:]:
        # Asked for once more, it is due: what an earlier journal left behind excuses nobody.
        states = [state for state in states if state.phase is not Phase.UNKNOWN] or states
    said = [_doubt(state, each, wish, task, outside) for state in states]
    return [doubt for doubt in said if doubt]


def _doubt(state: State, each: NameSlice, wish: Wish, task: TaskSlice, outside: Outside) -> Doubt | None:
    if state.phase is Phase.ENQUEUED:
        return _too_early(state, each, wish, task, outside)
    return {
        Phase.RUNNING: (Because.UNKNOWN, "a run was already under way"),
        Phase.ABSENT: (Because.NOT_THERE, "W01: nobody asked for it"),
        Phase.CANCELLED: (Because.NOT_THERE, "W11: it had been cancelled"),
        Phase.ENDED: (Because.NOT_THERE, "its work had ended before"),
    }.get(state.phase, (Because.UNKNOWN, "whether it was due is unknown: nothing in the record says when it last ran"))


def _too_early(state: State, each: NameSlice, wish: Wish, task: TaskSlice, outside: Outside) -> Doubt | None:
    if unclear := _unclear(state, each, task):
        return Because.UNKNOWN, unclear
    wait, words = _waits_for(state, each, wish, outside.app.work_manager_version)
    if not wait:
        return None
    if state.since is None:
        return Because.UNKNOWN, f"{words} may not have been over"
    if wall_elapsed(state.since, wish.want.when).lo < wait:
        return Because.TOO_EARLY, f"{words} of {seconds(wait)} was not over"
    return None


def _unclear(state: State, each: NameSlice, task: TaskSlice) -> str:
    """Say why nobody knows what it waited for; empty when somebody does."""
    if state.attempts is None and not state.tried:
        return "whether it was due is unknown: it may have run while the phone booted"
    first = state.attempts == 0 and each.periodic and not state.again
    if first and state.since and _also_asked_at_once(state.since, task):
        return "W20: with a run at once the first period may have been asked for later"
    return ""


def _waits_for(state: State, each: NameSlice, wish: Wish, version: str | None) -> tuple[int, str]:
    """Give how long it waits after it was enqueued, and what that is called."""
    if state.attempts != 0:
        return workmanager.backoff_ns(each.task.backoff, state.tried, version), "W21: its backoff"
    if each.periodic and state.again:
        return workmanager.period_ns(each.task, version), "W22: its period"
    overridden = not each.periodic and "delay" in wish.mask
    # WorkManager looks at the schedule of periodic and of backed-off work alone.
    return (0 if overridden else initial_delay_ns(each)), "W20: its initial delay"


def _also_asked_at_once(since: When, task: TaskSlice) -> bool:
    """Say whether one-time work was asked for together with the periodic: an app may then delay the first period."""
    together = constants.allowance_ns("sightings_spread")
    beside = task.steps.of(REQUESTS).between(since.index - REACH, since.index + REACH)
    return any(
        step.request is RequestKind.ONE_TIME and abs(wall_elapsed(since, step.when).hi) <= together for step in beside
    )


RULES = (
    Rule(
        "R1.nudged",
        "A task that is wanted, due and held back by nothing begins a run within the bound that the app file states.",
        Norm.EXPECTATION,
        "the app file's starts_within; field-bugs R1 EVENTUAL",
        (SHOWS_ENDS,),
        survey=nudged,
    ),
    Rule(
        "F1.responds",
        "A force that the phone accepted begins a run within the bound that the device's profile states.",
        Norm.EXPECTATION,
        "the profile's responds_within",
        (SHOWS_ENDS,),
        survey=responds,
    ),
)
