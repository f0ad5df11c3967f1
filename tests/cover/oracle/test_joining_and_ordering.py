"""Who is who, what lies where on which clock, and every order that the clocks permit."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_histories import work_of

from bgtask_reference.events import CaptureClosed
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Clock
from bgtask_reference.events import DeviceLost
from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject
from bgtask_reference.oracle import judge
from bgtask_reference.oracle.clocks import ANY_SPAN
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.clocks import stepped
from bgtask_reference.oracle.correlate import Join
from bgtask_reference.oracle.coverage import Coverage
from bgtask_reference.oracle.orders import any_order
from bgtask_reference.oracle.orders import groups
from bgtask_reference.oracle.orders import surely_before
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.state import ANYTHING
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

# --- who is who -------------------------------------------------------------------------------------------------------


def join(writer: Writer) -> Join:
    return Join(writer.spec, Record(writer.entries))


def test_a_listed_row_joins_work_id_and_names() -> None:
    who = join(Writer().names()).identify(Subject(work_id=work_of(PERIODIC)))

    assert (who.task, who.name) == (SYNC.id, PERIODIC)


def test_an_attempt_is_known_by_its_work() -> None:
    writer = Writer().names()
    attempt = writer.start(IMMEDIATE).attempt_id

    assert join(writer).identify(Subject(attempt_id=attempt)).name == IMMEDIATE


def test_what_contradicts_itself_is_unknown() -> None:
    other = quiet(SYNC, id="org.example.other", unique_names=())
    writer = Writer(app(SYNC, other)).names()
    who = join(writer).identify(Subject(task="org.example.other", work_id=work_of(PERIODIC)))

    assert who.task is None
    assert not who.foreign


def test_what_the_app_file_does_not_name_is_foreign() -> None:
    known = join(Writer().names())

    assert known.identify(Subject(task="org.example.nobody")).foreign
    assert known.identify(Subject(unique_name="org.example.nobody")).foreign


def test_a_unique_name_that_an_event_tells_with_its_work_id_is_learnt() -> None:
    writer = Writer()
    writer.add(RunStarted(stamp=writer.log(), source=Source.BEACON, subject=Subject(work_id="w", unique_name=PERIODIC)))

    assert join(writer).identify(Subject(work_id="w")).name == PERIODIC


def test_a_stimulus_at_a_job_is_aimed_at_the_work_that_last_had_it() -> None:
    writer = Writer().names()
    known = join(writer)

    assert known.aimed_at(Subject(job_id=7), 99).work_id == work_of(IMMEDIATE)
    assert known.aimed_at(Subject(job_id=7), 0).work_id is None
    assert known.aimed_at(Subject(task=SYNC.id, job_id=7), 99).task == SYNC.id


def test_a_force_of_foreign_work_is_nobody_s_level() -> None:
    writer = Writer().begin().names().request()
    writer.stimulus("job.run", Subject(unique_name="org.example.nobody"), ForceLevel.FORCED)
    report = judge(writer.run().sample().history())

    assert {each.level for each in report.verdicts} <= {None, ForceLevel.NATURAL}


# --- where on which clock ---------------------------------------------------------------------------------------------


def test_a_line_between_two_sentinels_is_placed_within_the_clocks_error() -> None:
    writer = Writer().sample().wait(5).request().wait(5).sample()
    timeline = Timeline(Record(writer.entries))
    when = timeline.place(writer.entries[2])

    assert when.known
    assert when.lo <= 105_001_000_000 <= when.hi
    assert when.hi - when.lo < 20_000_000


def test_a_line_before_the_first_sentinel_is_nowhere_and_one_after_the_last_only_later() -> None:
    writer = Writer().request().sample().request()
    timeline = Timeline(Record(writer.entries))
    before, after = timeline.place(writer.entries[0]), timeline.place(writer.entries[-1])

    assert (before.boot, before.known) == (None, False)
    assert (after.boot, after.known) == (0, False)
    assert elapsed(before, after) == ANY_SPAN


def test_a_step_of_the_wall_clock_begins_a_new_stretch() -> None:
    writer = Writer().sample().request().sample().step_wall(60).sample().request().sample()
    requests = [entry for entry in writer.entries if type(entry.event).__name__ == "RequestMade"]
    first, second = (Timeline(Record(writer.entries)).place(entry) for entry in requests)

    assert stepped(first, second)
    assert first.boot == second.boot
    assert abs(elapsed(first, second).lo) < 100_000_000


def test_a_slow_slew_is_no_step() -> None:
    writer = Writer().sample().request().wait(10_000)
    writer.wall_offset += 4_000_000_000
    writer.sample()

    assert len({sample.stretch for sample in Timeline(Record(writer.entries)).samples}) == 1


def test_a_sentinel_of_an_earlier_journal_does_not_count() -> None:
    writer = Writer().sample()
    stale = SentinelSeen(stamp=Stamp(Clock.LOG, writer.wall_offset), source=Source.SYSTEM_LOG, number=2)
    writer.add(stale)
    writer.wait(50).sample()

    assert len(Timeline(Record(writer.entries)).seen) == 2


def coverage(writer: Writer) -> Coverage:
    record = Record(writer.entries)
    return Coverage(record, Timeline(record))


def test_a_stream_that_was_closed_and_opened_again_leaves_a_hole() -> None:
    writer = Writer().begin()
    writer.add(CaptureClosed(stamp=writer.host(), stream="logcat"))
    writer.wait(9).add(CaptureOpened(stamp=writer.host(), stream="logcat"))

    assert "the log was not being read" in {hole.reason for hole in coverage(writer.sample()).holes if hole.after >= 0}


def test_a_device_that_never_came_back_leaves_a_hole_to_the_end() -> None:
    writer = Writer().begin()
    writer.add(DeviceLost(stamp=writer.host(), reason="unplugged"))
    at = len(writer.entries)

    assert coverage(writer.wait(3).sample()).hole_between(at, at + 1) is not None


def test_the_end_of_a_stream_hides_what_came_until_the_next_sentinel() -> None:
    writer = Writer().begin()
    lost = writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="eof", after_sentinel=1))
    whole = coverage(writer.wait(3).request().sample())

    assert whole.hole_between(lost + 1, lost + 2) is not None
    assert whole.proof_from(0) is None


def test_lines_that_were_dropped_may_have_told_of_a_whole_attempt() -> None:
    # Attempt 2 lies in the hole: that attempt 3 follows attempt 1 in the record accuses nobody.
    writer = Writer().begin().request().names()
    writer.run(attempt=1, result=Result.RETRY).wait(90)
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))
    writer.wait(90).run(attempt=3).look()
    report = judge(writer.history())

    assert [verdict.rule for verdict in report.verdicts if verdict.judgement is Judgement.FAIL] == []


def test_sentinels_out_of_order_prove_nothing() -> None:
    writer = Writer().sample()
    for number in (3, 2):
        writer.numbers = number - 1
        writer.sample()
    proof = coverage(writer).proof_from(2)

    assert proof is not None
    assert proof.until_ns < writer.now


# --- every order that the clocks permit -------------------------------------------------------------------------------


def step(index: int, lo: int, hi: int, source: Source | None, kind: StepKind = StepKind.START) -> Step:
    when = When(index, lo, hi, 0, 0, Stamp(Clock.LOG, lo))
    return Step(kind, when, (index,), sources=frozenset({source} if source else ()), run=index)


def test_all_orders_are_those_of_brute_force() -> None:
    dice = random.Random(7)
    for _ in range(300):
        steps, lo = [], 0
        for index in range(dice.randrange(2, 6)):
            lo += dice.randrange(3)
            source = dice.choice((Source.BEACON, None))
            steps.append(step(index, lo, lo + (1 if source else 3), source))
        found = any_order([ANYTHING], tuple(range(len(steps))), steps, follow)
        assert set(found or ()) == {replace(ANYTHING, attempts=encoded(order)) for order in legal_orders(steps)}


def follow(worlds: list[State], position: int) -> list[State]:
    """Write the order in which steps came into the state, so that two orders never look alike."""
    return [replace(state, attempts=(state.attempts or 0) * 10 + position + 1) for state in worlds]


def encoded(order: tuple[int, ...]) -> int:
    return int("".join(str(position + 1) for position in order))


def legal_orders(steps: list[Step]) -> list[tuple[int, ...]]:
    return [
        order
        for order in itertools.permutations(range(len(steps)))
        if all(not surely_before(steps[b], steps[a]) for a, b in itertools.combinations(order, 2))
    ]


def test_too_many_orders_are_not_looked_at() -> None:
    steps = [step(index, 0, 9, Source.BEACON if index % 2 else None) for index in range(200)]

    assert any_order([ANYTHING], tuple(range(200)), steps, lambda worlds, _: worlds) is None


def test_steps_of_two_clocks_that_cannot_have_met_are_apart() -> None:
    apart = [step(0, 0, 1, Source.BEACON), step(1, 5, 6, None), step(2, 9, 9, Source.BEACON)]
    near = [step(0, 0, 5, Source.BEACON), step(1, 5, 6, None), step(2, 9, 9, Source.BEACON)]
    held = [near[0], step(1, 0, 9, None, StepKind.HOLE), replace(near[1], when=replace(near[1].when, index=2))]

    assert list(groups(apart)) == [(0,), (1,), (2,)]
    assert list(groups(near)) == [(0, 1), (2,)]
    assert list(groups(held)) == [(0,), (1,), (2,)], "nothing crosses a hole"


def test_a_clearing_that_may_have_come_before_the_run_acquits() -> None:
    writer = Writer().begin().names().request().run().sample()
    early = writer.wait(100).request()
    early.run()
    early.stimulus("app.clear-data")
    report = judge(early.sample().history())

    told = next(each for each in report.verdicts if each.rule == "R2.period")
    assert told.judgement is not Judgement.FAIL, "by the clocks the data may have been deleted before the run began"


def early_run_beside_dumps(dumps: int, runs: int = 1) -> Writer:
    """A run before its period, and dumps of which nobody can tell whether they were taken before or after it."""
    writer = Writer().begin().names().request().run().wait(60).sample()
    for _ in range(dumps):
        stamp = Stamp(Clock.BOOT, writer.now, 500_000_000_000)
        writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP))
    for _ in range(runs):
        writer.run()
    return writer.sample()


def test_what_no_order_permits_is_broken_in_the_recorded_one() -> None:
    report = judge(early_run_beside_dumps(1).history())

    assert next(each for each in report.verdicts if each.rule == "R2.period").judgement is Judgement.FAIL


def test_too_many_orders_are_given_up_and_noted() -> None:
    report = judge(early_run_beside_dumps(80, runs=30).history())

    assert next(each for each in report.verdicts if each.rule == "R2.period").judgement is not Judgement.FAIL
    assert any("too many possible states" in note for note in report.notes)


# --- odds and ends that a report must bear ----------------------------------------------------------------------------


def test_a_transition_that_the_phone_announces_is_a_reading() -> None:
    writer = Writer().begin().look().names().want().request().wait(20)
    writer.add(EnvironmentChanged(stamp=writer.log(), source=Source.SYSTEM_LOG, fact="doze-light", value="IDLE"))
    told = next(each for each in judge(writer.wait(70).look().history()).verdicts if each.rule == "R1.nudged")

    assert told.reason.startswith("W40")


def test_an_empty_history_is_judged() -> None:
    report = judge(Writer().history())

    assert {each.judgement for each in report.verdicts} == {Judgement.NOT_EXERCISED}


def test_a_dump_of_another_app_says_nothing() -> None:
    writer = Writer().begin().names().request().run().wait(60).sample()
    stamp = Stamp(Clock.BOOT, writer.now)
    writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package="org.other", complete=True))
    told = next(each for each in judge(writer.sample().history()).verdicts if each.rule == "R12.rearmed")

    assert told.judgement is Judgement.INCONCLUSIVE


def test_a_result_that_was_not_told_leaves_both_ways_open() -> None:
    writer = Writer(sources=("app-log",)).begin().request()
    for _ in range(2):
        writer.start()
        writer.add(RunFinished(stamp=writer.log(), source=Source.APP_LOG, subject=Subject(task=SYNC.id)))
        writer.wait(5)

    assert Judgement.FAIL not in {each.judgement for each in judge(writer.sample().history()).verdicts}


def test_nobody_saw_a_run_begin_after_cancel() -> None:
    writer = Writer(sources=("info",)).begin().names()
    entries = writer.request().wait(1).run().cancel().wait(60).sample().entries
    hidden = [
        replace(entry, event=replace(entry.event, source=Source.WORK_MANAGER_INFO))
        if entry.event.source is Source.APP_LOG
        else entry
        for entry in entries
    ]
    writer.entries = hidden
    told = next(each for each in judge(writer.history()).verdicts if each.rule == "R9.cancel")

    assert told.missing == ("app-log", "beacon", "wm-debug")
    assert Result.RETRY
