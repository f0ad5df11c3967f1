"""R5: begun only while what is declared holds, stopped when it is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_judging import judged
from bgtask_tests_judging import kinds
from bgtask_tests_judging import verdict

from bgtask_reference.events import Constraints
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Judgement
from bgtask_reference.events import Network
from bgtask_reference.events import Outcome
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import Source
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec

CHARGED = quiet(SYNC, network=Network.NOT_REQUIRED, constraints=Constraints(charging=True))
NEVER_LOW = quiet(SYNC, network=Network.NOT_REQUIRED, constraints=Constraints(battery_not_low=True))


def phone(task: TaskSpec = SYNC) -> Writer:
    return Writer(app(task)).begin().names().request(task)


def pull(writer: Writer, verb: str, value: str, outcome: Outcome = Outcome.ACCEPTED) -> Writer:
    number = writer.stimulus(verb, outcome=outcome)
    sent = [entry.event for entry in writer.entries if isinstance(entry.event, StimulusSent)][-1]
    assert sent.number == number
    sent.arguments["value"] = value
    return writer


def offline(writer: Writer) -> Writer:
    return pull(writer, "env.network", "off").wait(1).look(network="none")


def online(writer: Writer) -> Writer:
    return pull(writer, "env.network", "on").wait(1).look()


# --- a run begins only while it holds ---------------------------------------------------------------------------------


def test_a_run_with_a_network_before_and_after_it_holds() -> None:
    told = verdict(phone().run().look(), "R5.start")

    assert (told.judgement, told.exercised) == (Judgement.PASS, 1)


def test_a_run_while_the_harness_held_the_network_down_is_broken_and_shown_with_both_readings() -> None:
    writer = offline(phone().wait(600)).wait(60).run().look(network="none")

    told = verdict(writer, "R5.start")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["EnvironmentSampled", "RunStarted", "EnvironmentSampled"]
    assert told.reason == "a run began without a network"


@pytest.mark.parametrize(
    ("levers", "proven"),
    [
        ((("env.wifi", "off"), ("env.mobile-data", "off")), True),
        ((("env.airplane-mode", "on"),), True),
        ((("env.wifi", "off"),), False),
        ((("env.airplane-mode", "as it was"),), False),
    ],
)
def test_only_what_takes_every_network_away_proves_that_there_was_none(
    levers: Sequence[tuple[str, str]], proven: bool
) -> None:
    writer = phone().wait(600)
    for verb, value in levers:
        pull(writer, verb, value)
    writer.wait(1).look(network="none").wait(60).run().look(network="none")

    assert judged(writer, "R5.start") is (Judgement.FAIL if proven else Judgement.INCONCLUSIVE)


def test_a_lever_that_the_phone_did_not_surely_take_proves_nothing() -> None:
    writer = pull(phone().wait(600), "env.network", "off", Outcome.UNKNOWN).look(network="none").wait(60).run()

    told = verdict(writer.look(network="none"), "R5.start")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("system-dump",))


def test_a_network_that_nobody_held_down_may_have_been_back_for_a_moment() -> None:
    told = verdict(phone().wait(600).look(network="none").wait(60).run().look(network="none"), "R5.start")

    assert told.judgement is Judgement.INCONCLUSIVE
    assert "nobody watched in between" in told.reason


def test_a_lever_in_between_may_have_brought_it_back() -> None:
    writer = offline(phone().wait(600)).wait(60)
    pull(writer, "env.network", "on").run()
    pull(writer, "env.network", "off").wait(1).look(network="none")

    assert judged(writer, "R5.start") is Judgement.INCONCLUSIVE


def test_a_run_that_was_on_its_way_when_the_network_went_is_not_accused() -> None:
    writer = offline(phone().wait(600)).wait(5).run().look(network="none")

    assert judged(writer, "R5.start") is Judgement.NOT_EXERCISED


def test_a_run_just_after_the_network_came_back_is_not_accused() -> None:
    writer = offline(phone().wait(600)).wait(60)
    pull(writer, "env.network", "on").run().look()

    assert judged(writer, "R5.start") is Judgement.NOT_EXERCISED


def test_without_any_reading_nobody_knows_and_the_source_is_named() -> None:
    told = verdict(Writer().begin(environment=False).names().request().run().sample(), "R5.start")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("system-dump",))


def test_what_is_known_of_some_runs_counts_and_of_how_many_is_said() -> None:
    told = verdict(phone().run().look().wait(3600).run().wait(1).sample(), "R5.start")

    assert (told.judgement, told.exercised) == (Judgement.PASS, 1)


def test_a_force_past_the_network_excuses_that_run() -> None:
    writer = offline(phone().wait(600)).wait(60)
    writer.stimulus("job.run", Subject(unique_name=PERIODIC), ForceLevel.FORCED, ("delay", "network"))
    writer.run().look(network="none")

    assert judged(writer, "R5.start") is Judgement.NOT_EXERCISED


def test_a_gentle_force_past_the_delay_alone_excuses_nothing_of_the_network() -> None:
    writer = offline(phone().wait(600)).wait(60)
    writer.stimulus("job.run", Subject(unique_name=PERIODIC), ForceLevel.SATISFIED, ("delay",))
    writer.run().look(network="none")

    assert judged(writer, "R5.start") is Judgement.FAIL


def test_readings_of_another_boot_tell_nothing_of_this_one() -> None:
    writer = phone().look().boot().run().sample()

    assert judged(writer, "R5.start") is Judgement.NOT_EXERCISED


def test_a_task_that_declares_nothing_is_not_looked_at() -> None:
    assert judged(phone(quiet(SYNC, network=Network.NOT_REQUIRED)).run().look(), "R5.start") is Judgement.NOT_EXERCISED


def test_unmetered_wants_more_than_any_network() -> None:
    task = quiet(SYNC, network=Network.UNMETERED)
    held_down = pull(phone(task).wait(600), "env.metered-wifi", "on").wait(1).look(metered=True)

    told = verdict(held_down.wait(60).run().look(metered=True), "R5.start")

    assert told.judgement is Judgement.FAIL
    assert "unmetered" in told.reason


@pytest.mark.parametrize(
    ("task", "facts"),
    [(CHARGED, {"charging": False}), (NEVER_LOW, {"battery_not_low": False})],
)
def test_a_frozen_battery_is_what_it_was_told_to_be(task: TaskSpec, facts: dict[str, bool]) -> None:
    def life(frozen: bool) -> Judgement:
        writer = phone(task).wait(600).look(**facts, battery_frozen=frozen).wait(60).run()
        return judged(writer.look(**facts, battery_frozen=frozen), "R5.start")

    assert (life(frozen=True), life(frozen=False)) == (Judgement.FAIL, Judgement.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("task", "facts", "value"),
    [
        (CHARGED, {"charging": False}, "unplugged"),
        (CHARGED, {"charging": False}, "low"),
        (NEVER_LOW, {"battery_not_low": False}, "low"),
    ],
)
def test_a_lever_of_power_holds_it_down_whatever_else_was_read(
    task: TaskSpec, facts: dict[str, bool], value: str
) -> None:
    writer = pull(phone(task).wait(600), "env.power", value).wait(1).look(**facts).wait(60).run().look(**facts)

    assert judged(writer, "R5.start") is Judgement.FAIL


@pytest.mark.parametrize(
    ("task", "facts"),
    [
        (quiet(SYNC, constraints=Constraints(storage_not_low=True)), {"storage_not_low": False}),
        (quiet(SYNC, constraints=Constraints(device_idle=True)), {"device_idle": False}),
        (quiet(SYNC, network=Network.NOT_ROAMING), {"roaming": True}),
    ],
)
def test_what_no_lever_holds_convicts_nobody(task: TaskSpec, facts: dict[str, bool]) -> None:
    writer = phone(task).wait(600).look(**facts).wait(60).run().look(**facts)

    assert judged(writer, "R5.start") in {Judgement.PASS, Judgement.INCONCLUSIVE}


# --- it is stopped when it is lost ------------------------------------------------------------------------------------


def under_way() -> tuple[Writer, Subject]:
    writer = phone().wait(600)
    return writer, writer.start()


def test_a_run_that_is_stopped_when_its_network_goes_holds() -> None:
    writer, run = under_way()
    offline(writer.wait(5)).wait(1).stop(run, "constraints").wait(60).look(network="none")

    assert judged(writer, "R5.stop") is Judgement.PASS


def test_a_run_that_goes_on_without_its_network_is_broken() -> None:
    writer, run = under_way()
    offline(writer.wait(5)).wait(120).finish(run).look(network="none")

    told = verdict(writer, "R5.stop")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RunStarted", "EnvironmentSampled", "RunFinished"]


def test_a_run_that_goes_on_past_the_time_when_the_network_was_back_is_broken_too() -> None:
    writer, run = under_way()
    online(offline(writer.wait(5)).wait(120).sample()).wait(60).finish(run).look()

    assert judged(writer, "R5.stop") is Judgement.FAIL


def test_a_network_that_is_soon_back_need_not_have_been_missed() -> None:
    writer, run = under_way()
    online(offline(writer.wait(5)).wait(10).sample()).wait(60).finish(run).look()

    assert judged(writer, "R5.stop") is Judgement.NOT_EXERCISED


def test_a_run_that_ends_by_itself_soon_after_owes_nothing() -> None:
    writer, run = under_way()
    offline(writer.wait(5)).wait(10).finish(run).look(network="none")

    assert judged(writer, "R5.stop") is Judgement.NOT_EXERCISED


def test_a_network_that_nobody_held_down_convicts_no_run() -> None:
    writer, run = under_way()
    writer.wait(5).look(network="none").wait(120).finish(run).look(network="none")

    assert judged(writer, "R5.stop") is Judgement.NOT_EXERCISED


def test_where_nobody_tells_of_stops_it_is_open_and_the_sources_are_named() -> None:
    writer = Writer(app(SYNC), sources=("app-log", "info")).begin().names().request().wait(600)
    run = writer.start()
    offline(writer.wait(5)).wait(120).finish(run).look(network="none")

    told = verdict(writer, "R5.stop")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("beacon", "wm-debug"))


def test_a_forced_run_past_the_network_need_not_be_stopped() -> None:
    writer = offline(phone().wait(600)).wait(60)
    writer.stimulus("job.run", Subject(unique_name=PERIODIC), ForceLevel.FORCED, ("delay", "network"))
    writer.run(lasts=300).look(network="none")

    assert judged(writer, "R5.stop") is Judgement.NOT_EXERCISED


def test_a_run_that_was_over_long_before_owes_nothing() -> None:
    writer, run = under_way()
    offline(writer.wait(5).finish(run).wait(120)).wait(60).look(network="none")

    assert judged(writer, "R5.stop") is Judgement.NOT_EXERCISED


def test_the_body_of_a_run_may_still_speak_where_the_library_says_nothing() -> None:
    writer = Writer(app(SYNC), sources=("app-log",)).begin().names().request().wait(600)
    writer.process()  # told by the beacon's own line below: the beacon is there, and tells nothing of this run
    writer.add(ProcessStarted(stamp=writer.log(), source=Source.BEACON, package=PACKAGE, pid=1))
    run = writer.start()
    offline(writer.wait(5)).wait(120).finish(run).look(network="none")

    assert judged(writer, "R5.stop") is Judgement.NOT_EXERCISED
