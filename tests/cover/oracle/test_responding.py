"""R1 and F1: "it did not run" is said only when nothing else can be said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Clock
from bgtask_reference.events import Constraints
from bgtask_reference.events import DeviceLost
from bgtask_reference.events import DeviceRegained
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import JobHistoryRow
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import JobStep
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Network
from bgtask_reference.events import Outcome
from bgtask_reference.events import RequestKind
from bgtask_reference.events import Result
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.events import Verdict
from bgtask_reference.oracle import judge


def verdict(writer: Writer, rule: str = "R1.nudged") -> Verdict:
    return next(each for each in judge(writer.history()).verdicts if each.rule == rule)


def wanted(**facts: bool | int | str) -> Writer:
    """Asked for, due at once, wanted within a minute."""
    return Writer().begin().look(**facts).names().want().request()


def silent(**facts: bool | int | str) -> Writer:
    return wanted(**facts).wait(90).look(**facts)


def test_a_run_within_its_bound_passes() -> None:
    told = verdict(wanted().wait(10).run().wait(60).look())

    assert (told.judgement, told.exercised) == (Judgement.PASS, 1)


def test_silence_until_the_flex_window_opens_is_no_defect() -> None:
    task = replace(quiet(SYNC), interval_ns=6 * 3600 * NS_PER_S, flex_ns=3600 * NS_PER_S)
    told = verdict(Writer(app(task)).begin().look().names().want().request().wait(90).look())

    assert told.judgement is Judgement.SUPPRESSED
    assert "W20" in told.reason


def test_a_phone_that_somebody_uses_holds_back_what_waits_for_an_idle_one() -> None:
    spec = app(replace(quiet(SYNC), constraints=Constraints(device_idle=True)))

    def silence(**facts: bool) -> Verdict:
        begun = Writer(spec).begin().look(**facts).names().want().request()
        return verdict(begun.wait(90).look(**facts))

    used = silence(**{"device-idle": False})
    assert used.judgement is Judgement.SUPPRESSED
    assert "W34" in used.reason
    assert silence(**{"device-idle": True}).judgement is Judgement.FAIL
    assert silence().judgement is Judgement.INCONCLUSIVE


def test_silence_in_a_whole_log_and_a_friendly_environment_fails_and_the_story_tells_both() -> None:
    told = verdict(silent())

    assert told.judgement is Judgement.FAIL
    assert any("was wanted" in sentence for sentence in told.story)
    assert any("the environment was" in sentence for sentence in told.story)


def test_a_run_after_its_bound_fails() -> None:
    told = verdict(wanted().wait(90).look().run().sample())

    assert told.judgement is Judgement.FAIL
    assert any("began" in sentence for sentence in told.story)


@pytest.mark.parametrize(
    ("facts", "category"),
    [
        ({"network": "none"}, "W30"),
        ({"doze_deep": "IDLE"}, "W40"),
        ({"doze_light": "IDLE"}, "W40"),
        ({"bucket": 40}, "W41"),
        ({"background_restricted": True}, "W42"),
        ({"battery_saver": True}, "W42"),
        ({"stopped": True}, "W10"),
    ],
)
def test_a_legal_reason_suppresses_and_is_named(facts: dict[str, bool | int | str], category: str) -> None:
    told = verdict(silent(**facts))

    assert told.judgement is Judgement.SUPPRESSED
    assert told.reason.startswith(category)


def test_a_reason_that_shows_only_afterwards_counts() -> None:
    told = verdict(wanted().wait(90).look(doze_deep="IDLE"))

    assert told.judgement is Judgement.SUPPRESSED


def test_no_network_is_no_reason_for_a_task_that_needs_none() -> None:
    spec = app(quiet(SYNC, network=Network.NOT_REQUIRED))
    writer = Writer(spec).begin().look(network="none").names().want().request().wait(90).look(network="none")

    assert verdict(writer).judgement is Judgement.FAIL


def test_a_metered_network_is_a_reason_for_an_unmetered_task() -> None:
    spec = app(quiet(SYNC, network=Network.UNMETERED))
    writer = Writer(spec).begin().look(metered=True).names().want().request().wait(90).look(metered=True)

    assert verdict(writer).reason.startswith("W30")


def test_an_environment_that_nobody_read_afterwards_is_inconclusive() -> None:
    told = verdict(wanted().wait(90).sample())

    assert told.judgement is Judgement.INCONCLUSIVE
    assert "doze-deep" in told.reason


def test_a_log_that_ends_before_the_bound_is_inconclusive() -> None:
    told = verdict(wanted().wait(30).look())

    assert told.judgement is Judgement.INCONCLUSIVE
    assert "proven whole only until" in told.reason


def test_a_log_with_a_hole_is_inconclusive() -> None:
    writer = wanted().wait(30)
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))

    assert "dropped" in verdict(writer.wait(60).look()).reason


def test_a_sentinel_that_does_not_come_back_is_a_hole() -> None:
    told = verdict(wanted().wait(30).sample(seen=False).wait(60).look())

    assert "did not come back" in told.reason


def test_a_device_that_was_lost_in_the_middle_is_inconclusive() -> None:
    writer = wanted().wait(30)
    writer.add(DeviceLost(stamp=writer.host(), reason="unplugged"))
    writer.wait(1).add(DeviceRegained(stamp=writer.host()))

    assert "lost" in verdict(writer.wait(60).look()).reason


def test_a_boot_in_the_middle_is_inconclusive() -> None:
    told = verdict(wanted().wait(30).boot().wait(90).look())

    assert told.judgement is Judgement.INCONCLUSIVE


def test_what_is_asked_for_after_the_next_boot_was_not_owed_before_it() -> None:
    writer = Writer().begin().look().names().wait(3600).want().wait(90).look().sample()
    told = verdict(writer.boot().request().sample().wait(7200).look())

    assert told.judgement is not Judgement.FAIL
    assert "asked" in told.reason


def test_work_that_nobody_asked_for_is_not_a_broken_promise() -> None:
    told = verdict(Writer().begin().look().cancel().want().wait(90).look())

    assert told.judgement is Judgement.INCONCLUSIVE
    assert "W01" in told.reason


def test_work_of_which_nothing_is_known_is_inconclusive() -> None:
    writer = Writer().begin(clear=False).look().names().run(IMMEDIATE).wait(10).want().request().wait(90).look()

    assert "unknown" in verdict(writer).reason


def test_one_time_work_that_is_asked_for_is_due_whatever_was_there_before() -> None:
    writer = Writer().begin(clear=False).look().names().want().request(kind=RequestKind.ONE_TIME)
    writer.listed()

    assert verdict(writer.wait(90).look()).judgement is Judgement.FAIL


def test_periodic_work_whose_period_is_not_over_is_suppressed() -> None:
    writer = Writer().begin().names().request().run().look().want(name=PERIODIC).wait(90).look()

    told = verdict(writer)

    assert told.judgement is Judgement.SUPPRESSED
    assert told.reason.startswith("W22")


def test_work_that_is_backed_off_is_suppressed() -> None:
    writer = Writer().begin().names().request().run(result=Result.RETRY).look().want(within=10).wait(20).look()

    assert verdict(writer).reason.startswith("W21")


def test_work_whose_delay_is_not_over_is_suppressed() -> None:
    spec = app(quiet(SYNC, initial_delay_ns=300 * NS_PER_S))
    writer = Writer(spec).begin().look().names().request().want().wait(90).look()

    assert verdict(writer).reason.startswith("W20")


def test_work_that_is_cancelled_while_it_is_wanted_is_inconclusive() -> None:
    writer = wanted().wait(5).cancel().wait(90).look()

    assert "W11" in verdict(writer).reason


def test_a_job_dump_in_the_while_may_name_the_reason() -> None:
    writer = wanted().wait(30)
    row = JobRow("u0a1", 3, None, f"{PACKAGE}/Service", source_package=PACKAGE, unsatisfied=("WITHIN_QUOTA",))
    stamp = Stamp(Clock.BOOT, writer.now)
    writer.sample().add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=PACKAGE, jobs=(row,), complete=True))

    assert verdict(writer.sample().wait(60).look()).reason.startswith("W41")


def test_no_source_that_said_a_word_is_named_as_missing() -> None:
    told = verdict(Writer(sources=()).begin(clear=False).want().wait(90).look())

    assert told.missing == ("app-log", "beacon", "wm-debug", "wm-info")


def test_a_run_whose_name_is_unknown_may_be_the_one_that_was_wanted() -> None:
    writer = Writer(sources=("app-log",)).begin().look().want(name=PERIODIC).request().wait(5).run().wait(90).look()

    assert verdict(writer).judgement is Judgement.INCONCLUSIVE


def test_a_want_without_a_bound_says_nothing() -> None:
    writer = Writer(app(quiet(SYNC, starts_within_ns=None))).begin().want().wait(90).look()

    assert verdict(writer).judgement is Judgement.NOT_EXERCISED


def test_wanting_an_unknown_name_is_inconclusive() -> None:
    writer = Writer().begin().look().want(name="org.example.nobody").request().wait(90).look()

    assert "none of its unique names" in verdict(writer).reason


def test_a_first_period_beside_a_run_at_once_may_have_been_asked_for_later() -> None:
    writer = Writer().begin().look().names().request().request(kind=RequestKind.ONE_TIME).run(IMMEDIATE)
    told = verdict(writer.look().want(name=PERIODIC).wait(90).look())

    assert told.judgement is Judgement.INCONCLUSIVE
    assert "W20" in told.reason


# --- F1: forces -------------------------------------------------------------------------------------------------------


def forced(outcome: Outcome | None = Outcome.ACCEPTED, name: str = PERIODIC) -> Writer:
    writer = Writer().begin().look().names().request().wait(5).sample()
    return writer.want(stimulus=writer.force(name, outcome), name=name)


def test_an_accepted_force_that_starts_a_run_passes_at_level_forced() -> None:
    told = verdict(forced().wait(2).run().wait(30).look(), "F1.responds")

    assert (told.judgement, told.level) == (Judgement.PASS, ForceLevel.FORCED)


def test_an_accepted_force_that_starts_nothing_breaks_f1_and_not_r1() -> None:
    writer = forced().wait(30).look()

    assert verdict(writer, "F1.responds").judgement is Judgement.FAIL
    assert verdict(writer, "R1.nudged").judgement is Judgement.NOT_EXERCISED


def test_a_refused_force_owes_nothing() -> None:
    assert verdict(forced(Outcome.REFUSED).wait(30).look(), "F1.responds").judgement is Judgement.NOT_EXERCISED


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, None])
def test_a_force_without_an_answer_is_inconclusive(outcome: Outcome | None) -> None:
    assert verdict(forced(outcome).wait(30).look(), "F1.responds").judgement is Judgement.INCONCLUSIVE


def test_a_force_that_workmanager_refused_is_a_refusal() -> None:
    told = verdict(forced().wait(1).refused().wait(30).look(), "F1.responds")

    assert told.judgement is Judgement.SUPPRESSED
    assert told.reason.startswith("W22")


def job_forced_and_started(waited: float, ago: float) -> Writer:
    """A job is forced; a dump some time later says that it had started some time before."""
    writer = Writer().begin().look().names().request().wait(5).sample()
    number = writer.stimulus("job.run", Subject(task=SYNC.id, job_id=7), ForceLevel.FORCED, ("delay",))
    writer.want(stimulus=number).wait(30).look().wait(waited - 30).sample()
    history = (JobHistoryRow(round(ago * NS_PER_S), JobStep.START, "u0a1", 7, "tag"),)
    stamp = Stamp(Clock.BOOT, writer.now)
    writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=PACKAGE, history=history, complete=True))
    return writer.look()


def test_a_job_that_started_without_a_run_is_a_refusal() -> None:
    assert verdict(job_forced_and_started(30, 29), "F1.responds").judgement is Judgement.SUPPRESSED


def test_a_job_that_started_long_after_the_force_excuses_nothing() -> None:
    assert verdict(job_forced_and_started(3600, 60), "F1.responds").judgement is Judgement.FAIL


def test_a_job_that_started_before_the_force_excuses_nothing() -> None:
    assert verdict(job_forced_and_started(30, 34), "F1.responds").judgement is Judgement.FAIL


def test_what_a_job_did_after_the_next_boot_excuses_nothing() -> None:
    writer = Writer().begin().look().names().request().wait(3600).sample()
    number = writer.stimulus("job.run", Subject(task=SYNC.id, job_id=7), ForceLevel.FORCED, ("delay",))
    writer.want(stimulus=number).wait(30).look().boot().wait(3660).sample()
    history = (JobHistoryRow(0, JobStep.START, "u0a1", 7, "tag"),)
    stamp = Stamp(Clock.BOOT, writer.now)
    writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=PACKAGE, history=history, complete=True))

    assert verdict(writer.look(), "F1.responds").judgement is Judgement.FAIL


def test_a_force_of_periodic_work_before_its_time_fails_nobody() -> None:
    writer = Writer().begin().look().names().request().run().wait(60).sample()
    writer.want(stimulus=writer.force(), name=PERIODIC).wait(30).look()

    report = judge(writer.history())

    assert not [each for each in report.verdicts if each.judgement is Judgement.FAIL]
    assert verdict(writer, "F1.responds").judgement is Judgement.SUPPRESSED


ALONE = TaskSpec(
    "org.example.once",
    unique_names=(UniqueName("org.example.once", periodic=False),),
    network=Network.CONNECTED,
    initial_delay_ns=3600 * NS_PER_S,
)


def once_forced(mask: tuple[str, ...], **facts: bool | int | str) -> Writer:
    """Work that is asked for once, an hour from then, is forced before its time."""
    writer = Writer(app(ALONE)).begin().look(**facts).names().request(ALONE, RequestKind.ONE_TIME).wait(5).sample()
    number = writer.stimulus("job.run", Subject(task=ALONE.id, job_id=7), ForceLevel.FORCED, mask)
    return writer.want(ALONE, stimulus=number).wait(30).look(**facts)


def test_a_force_that_overrides_the_delay_of_one_time_work_owes_a_run_before_it_is_over() -> None:
    assert verdict(once_forced(("delay",)), "F1.responds").judgement is Judgement.FAIL


def test_a_force_that_overrides_no_delay_owes_nothing_before_it_is_over() -> None:
    assert verdict(once_forced(("charging",)), "F1.responds").reason.startswith("W20")


def test_a_force_that_overrides_the_network_is_not_held_back_by_its_absence() -> None:
    assert verdict(once_forced(("delay", "network"), network="none"), "F1.responds").judgement is Judgement.FAIL
    assert verdict(once_forced(("delay",), network="none"), "F1.responds").reason.startswith("W30")


def test_no_force_overrides_doze() -> None:
    assert verdict(once_forced(("delay", "network"), doze_deep="IDLE"), "F1.responds").reason.startswith("W40")
