"""R16 over two histories: the same task, the same stimuli, and the same to be seen of it, or a difference by name.

Each rule asks one question of both sides. It gives None where there is nothing to compare.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Judgement
from bgtask_reference.events import Network
from bgtask_reference.oracle.outside import strongest
from bgtask_reference.oracle.parity.differences import BACKOFF
from bgtask_reference.oracle.parity.differences import FORCE
from bgtask_reference.oracle.parity.differences import IN_PROCESS
from bgtask_reference.oracle.parity.differences import NO_CONDITIONS
from bgtask_reference.oracle.parity.differences import OTHER_CONDITIONS
from bgtask_reference.oracle.parity.differences import OWN_TIME
from bgtask_reference.oracle.parity.differences import RESUBMISSION
from bgtask_reference.oracle.parity.differences import STOPPED
from bgtask_reference.oracle.parity.differences import UNMETERED as UNMETERED_DIFFERENCE
from bgtask_reference.oracle.parity.pair import Pair
from bgtask_reference.oracle.parity.side import BATTERY
from bgtask_reference.oracle.parity.side import CONDITIONS
from bgtask_reference.oracle.parity.side import IDLE
from bgtask_reference.oracle.parity.side import NOT_ROAMING
from bgtask_reference.oracle.parity.side import STORAGE
from bgtask_reference.oracle.parity.side import UNMETERED
from bgtask_reference.oracle.parity.side import Chance
from bgtask_reference.oracle.parity.side import Force
from bgtask_reference.oracle.parity.side import RunTold
from bgtask_reference.oracle.parity.side import Side
from bgtask_reference.oracle.parity.values import Both
from bgtask_reference.oracle.parity.values import Difference
from bgtask_reference.oracle.parity.values import ParityRule
from bgtask_reference.oracle.parity.values import Said
from bgtask_reference.oracle.parity.values import Told
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS

PASS, FAIL, OPEN, EXCUSED = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.SUPPRESSED
Check = Callable[[Pair], Sequence[Said]]


def same_request(pair: Pair) -> Sequence[Said]:
    """What is asked for on one phone is asked for on the other, and taken."""
    return pair.compare(pair.first.asked, pair.second.asked)


def same_run(pair: Pair) -> Sequence[Said]:
    """What runs on one phone runs on the other."""
    first, second = pair.first, pair.second
    if not (first.asked.answer and second.asked.answer) or first.cancelled.answer or second.cancelled.answer:
        return ()  # other rules speak of those
    chances = {first.fate.chance, second.fate.chance}
    if not chances & {Chance.RAN, Chance.AT_ONCE}:
        return ()
    both = Both(first.fate.facts, second.fate.facts)
    if chances <= {Chance.RAN, Chance.AT_ONCE}:
        return [_both_ran(pair, both)]
    words = pair.told(first.fate.words, second.fate.words)
    if Chance.WAITS in chances:
        return [pair.excused(OWN_TIME, words, both)]
    if Chance.UNKNOWN in chances:
        return () if first.waits.moot or second.waits.moot else [Said(OPEN, words, both)]
    return [Said(FAIL, words, both)]


def _both_ran(pair: Pair, both: Both) -> Said:
    first, second = pair.first, pair.second
    chances = {first.fate.chance, second.fate.chance}
    if chances == {Chance.RAN, Chance.AT_ONCE}:
        words = pair.told(first.fate.words, second.fate.words)
        if first.task.executes_at_once and second.task.executes_at_once:
            return pair.excused(IN_PROCESS, words, both)
        return Said(OPEN, f"{words}: nothing shows what began it there", both)
    here, there = _gentlest(first), _gentlest(second)
    level = strongest((here.level, there.level))
    if here.force is not there.force:
        words = pair.told(f"ran {here.force.value}", f"ran {there.force.value}")
        return Said(OPEN, f"{words}: a run that was forced proves nothing of one that was not", both, level=level)
    if here.force is Force.FORCED and here.level is not there.level:
        words = pair.told(f"was run at level {here.level.value}", f"was run at level {there.level.value}")
        return pair.excused(FORCE, words, both, level)
    return Said(PASS, both=both, level=level)


def _gentlest(side: Side) -> RunTold:
    """Give the run to which least was done."""
    levels = list(ForceLevel)
    return min(side.system_runs or side.runs, key=lambda run: levels.index(run.level))


def same_result(pair: Pair) -> Sequence[Said]:
    """After the same stimuli its first run ends alike."""
    here, there = pair.first_ends(0), pair.first_ends(1)
    return [_same_end(pair, here[number], there[number]) for number in sorted(here.keys() & there.keys())]


def _same_end(pair: Pair, here: RunTold, there: RunTold) -> Said:
    both, level = Both(here.facts, there.facts), strongest((here.level, there.level))
    if here.outcome is None or there.outcome is None:
        reason = "how its run ended is not shown on each phone"
        return Said(OPEN, reason, both, level=level, missing=SHOWS_ENDS)
    if here.outcome == there.outcome:
        return Said(PASS, both=both, level=level)
    words = pair.told(f"ended with {here.outcome}", f"ended with {there.outcome}")
    if "stopped" in {here.outcome, there.outcome}:
        return pair.excused(STOPPED, pair.told(_ended(here), _ended(there)), both, level)
    if here.force is not there.force:
        return Said(OPEN, f"{words}, {here.force.value} and {there.force.value}: not the same run", both, level=level)
    if not pair.same_world(here, there):
        reason = f"{words}; nobody knows whether the world answered both alike: set its server in the scenario"
        return Said(OPEN, reason, both, level=level)
    return Said(FAIL, words, both, level=level)


def _ended(run: RunTold) -> str:
    return "was stopped" if run.outcome == "stopped" else f"ended with {run.outcome}"


def same_retry(pair: Pair) -> Sequence[Said]:
    """What asked for a retry is tried again on both phones."""
    here, there = _tried_again(pair.first), _tried_again(pair.second)
    if here is None or there is None:
        return ()
    said = pair.compare(here, there)
    if said and said[0].judgement is PASS and pair.across:
        return [pair.excused(BACKOFF, "on both phones it is tried again, each in its own way", said[0].both)]
    return said


def _tried_again(side: Side) -> Told | None:
    """Say whether another try was made or waits after the last retry; None when it asked for none, or was cancelled."""
    asked = [run for run in side.runs if run.outcome == "retry" and run.ended is not None and run.launched]
    asked = [run for run in asked if run.force is not Force.IN_APP]
    if not asked or side.cancelled.answer:
        return None
    last = asked[-1]
    later = [run for run in side.runs if run.began is not None and run.began > (last.ended or 0)]
    if later:
        return Told(True, "was tried again", (*last.facts, *later[0].facts))
    waits = side.waits
    return Told(
        waits.answer, f"asked for a retry and {waits.words}", (*last.facts, *waits.facts), waits.missing, waits.moot
    )


def same_repeat(pair: Pair) -> Sequence[Said]:
    """Periodic work goes on after its run on both phones."""
    first, second = pair.first, pair.second
    if first.cancelled.answer or second.cancelled.answer or not (first.done and second.done):
        return ()
    periodic = {first.task.interval_ns is not None, second.task.interval_ns is not None}
    if periodic == {False}:
        return ()
    if len(periodic) > 1:
        return [Said(OPEN, "one app file declares it periodic and the other does not")]
    said = pair.compare(first.waits, second.waits)
    if said and said[0].judgement is FAIL and pair.across and (first.cut_short or second.cut_short):
        return [pair.excused(RESUBMISSION, said[0].reason, said[0].both)]
    return said


def same_cancel(pair: Pair) -> Sequence[Said]:
    """What is cancelled on one phone is cancelled on the other, and runs on neither afterwards."""
    first, second = pair.first, pair.second
    if not (first.asked.answer and second.asked.answer) or not (first.cancelled.answer or second.cancelled.answer):
        return ()
    if not (first.cancelled.answer and second.cancelled.answer):
        return pair.compare(first.cancelled, second.cancelled)
    return pair.compare(pair.ran_after_cancel(first), pair.ran_after_cancel(second), neither=PASS)


def same_condition(pair: Pair) -> Sequence[Said]:
    """What a request waits for on one phone it waits for on the other."""
    here, there = pair.first.needs, pair.second.needs
    return [_same_need(pair, name, here[name], there[name]) for name in CONDITIONS if name in here and name in there]


def _same_need(pair: Pair, name: str, here: Told, there: Told) -> Said:
    both = Both(here.facts, there.facts)
    if here.answer is there.answer:
        return Said(PASS, both=both)
    words = pair.told(here.words, there.words)
    without = pair.second if here.answer else pair.first
    named = _not_on_ios(name, without) if without.platform == "ios" else None
    return pair.excused(named, words, both) if named else Said(FAIL, words, both)


def _not_on_ios(name: str, side: Side) -> Difference | None:
    """Name what BackgroundTasks cannot give."""
    if name in {UNMETERED, NOT_ROAMING}:
        return UNMETERED_DIFFERENCE
    if name in {BATTERY, STORAGE, IDLE}:
        return OTHER_CONDITIONS
    return NO_CONDITIONS if side.kind is BGTaskKind.APP_REFRESH else None


def same_wait(pair: Pair) -> Sequence[Said]:
    """While every network is held back, what declares one begins on neither phone."""
    first, second = pair.first, pair.second
    told = pair.offline()
    declared = Network.NOT_REQUIRED not in {first.task.network, second.task.network}
    if told is None or not declared or not (first.asked.answer and second.asked.answer):
        return ()
    said = pair.compare(*told, neither=PASS)
    if said and said[0].judgement is FAIL:
        began, words, both = (first if told[0].answer else second), said[0].reason, said[0].both
        index = (told[0] if began is first else told[1]).facts[-1]
        own = next(run for run in began.runs if run.began == index)
        if not own.launched and began.task.executes_at_once:
            return [pair.excused(IN_PROCESS, words, both)]
        if own.launched and began.kind is BGTaskKind.APP_REFRESH:
            return [pair.excused(NO_CONDITIONS, words, both)]
    return said


SOURCE = "bgtask_reference.contract"
CHECKS: tuple[tuple[ParityRule, Check], ...] = (
    (
        ParityRule(
            "R16.same-request",
            "A task that is asked for on one phone is asked for on the other, and its request is taken.",
            f"{SOURCE} BackgroundTaskScheduler.schedule_periodic, schedule_and_execute",
        ),
        same_request,
    ),
    (
        ParityRule(
            "R16.same-condition",
            "What a task's request waits for on one phone it waits for on the other.",
            f"{SOURCE} TaskConstraints",
            (NO_CONDITIONS, UNMETERED_DIFFERENCE, OTHER_CONDITIONS),
        ),
        same_condition,
    ),
    (
        ParityRule(
            "R16.same-wait",
            "While every network is held back, a task that declares one begins on neither phone.",
            f"{SOURCE} TaskConstraints.requires_network",
            (IN_PROCESS, NO_CONDITIONS),
        ),
        same_wait,
    ),
    (
        ParityRule(
            "R16.same-run",
            "A task that runs on one phone runs on the other, or still waits there for its time.",
            f"{SOURCE} BackgroundTaskScheduler, BackgroundWorker.do_work",
            (OWN_TIME, IN_PROCESS, FORCE),
        ),
        same_run,
    ),
    (
        ParityRule(
            "R16.same-result",
            "After the same stimuli the first run of a task ends with the same result.",
            f"{SOURCE} WorkerResult",
            (STOPPED,),
        ),
        same_result,
    ),
    (
        ParityRule(
            "R16.same-retry",
            "A run that asked for a retry is tried again on both phones.",
            f"{SOURCE} Retry",
            (BACKOFF,),
        ),
        same_retry,
    ),
    (
        ParityRule(
            "R16.same-repeat",
            "Periodic work that the system has run waits for its next run on both phones.",
            f"{SOURCE} BackgroundTaskScheduler.schedule_periodic",
            (RESUBMISSION,),
        ),
        same_repeat,
    ),
    (
        ParityRule(
            "R16.same-cancel",
            "A task that is cancelled on one phone is cancelled on the other, and begins on neither afterwards.",
            f"{SOURCE} BackgroundTaskScheduler.cancel",
        ),
        same_cancel,
    ),
)
"""Every rule with what checks it, in the order in which verdicts are listed."""

RULES = tuple(rule for rule, _ in CHECKS)
