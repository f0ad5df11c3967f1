"""R16 over two histories: the same task, the same stimuli, and the same to be seen, or a difference by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from bgtask_tests_histories import Writer
from bgtask_tests_histories import quiet
from bgtask_tests_iphone import APP_REFRESH
from bgtask_tests_iphone import PROCESSING
from bgtask_tests_phones import ME
from bgtask_tests_phones import NAME
from bgtask_tests_phones import TASK
from bgtask_tests_phones import Phone
from bgtask_tests_phones import Pixel
from bgtask_tests_phones import ended
from bgtask_tests_phones import forced
from bgtask_tests_phones import healthy
from bgtask_tests_phones import iphone
from bgtask_tests_phones import parity
from bgtask_tests_phones import pixel
from bgtask_tests_phones import with_arguments

from bgtask_reference.events import AppEvidence
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import Constraints
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Network
from bgtask_reference.events import Norm
from bgtask_reference.events import Outcome
from bgtask_reference.events import Result
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened
from bgtask_reference.oracle.parity import DIFFERENCES
from bgtask_reference.oracle.parity import RULES
from bgtask_reference.oracle.parity import compare

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE
NOTHING, EXCUSED, UNSUPPORTED = Judgement.NOT_EXERCISED, Judgement.SUPPRESSED, Judgement.UNSUPPORTED


# --- what is compared at all ------------------------------------------------------------------------------------------


def test_two_healthy_phones_differ_in_nothing() -> None:
    found = parity(*healthy())

    assert {rule: each.judgement for rule, each in found.items()} == {
        "request": PASS,
        "condition": NOTHING,
        "wait": NOTHING,
        "run": PASS,
        "result": PASS,
        "retry": NOTHING,
        "repeat": PASS,
        "cancel": NOTHING,
    }
    assert found["run"].level is ForceLevel.NATURAL
    assert found["run"].showings == ()


def test_each_rule_says_what_suppresses_it_and_each_difference_is_used() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    used = {difference.name for rule in RULES for difference in rule.differences}
    assert used == {difference.name for difference in DIFFERENCES}


@pytest.mark.parametrize(
    "change",
    [
        lambda history: History(None, history.entries),
        lambda history: replace(history, header=replace(history.header, app=_without_contract(history))),
        lambda history: replace(history, header=replace(history.header, device=DeviceSpec("x", platform="jvm"))),
    ],
    ids=["header", "contract", "platform"],
)
def test_without_a_header_a_contract_or_a_known_platform_nothing_is_compared(
    change: Callable[[History], History],
) -> None:
    first, second = healthy()

    assert compare(change(first.history()), second.history()) == ()
    assert compare(second.history(), change(first.history())) == ()


def _without_contract(history: History) -> object:
    assert history.header is not None
    return replace(history.header.app, norms=(Norm.PLATFORM,))


def test_a_task_that_only_one_app_file_declares_is_not_compared() -> None:
    other = quiet(TASK, id="org.example.other", unique_names=())

    assert parity(pixel(other), iphone()) == {}


def test_other_stimuli_are_another_scenario() -> None:
    first, second = healthy()
    with_arguments(second, "app.server", {"reply": "network_error"})

    found = parity(first, second)

    assert {each.judgement for each in found.values()} == {NOTHING}
    assert found["request"].reason == (
        "not the same stimuli: number 2 is nothing more on pixel, app.server reply=network_error on iphone"
    )


def test_other_arguments_are_other_stimuli() -> None:
    first, second = healthy()
    with_arguments(first, "app.server", {"reply": "ok"})
    with_arguments(second, "app.server", {"reply": "network_error"})

    assert "reply=ok on pixel, app.server reply=network_error" in parity(first, second)["request"].reason


def handled(phone: Writer) -> None:
    phone.stimulus("lock")
    phone.stimulus("env.device-idle")
    phone.stimulus("app.launch")
    phone.stimulus("app.cancel", outcome=Outcome.REFUSED)
    with_arguments(phone, "app.state", {"name": "active_provider"})
    with_arguments(phone, "env.app-state", {"value": "as it was", "subject": "active_provider"})
    phone.stimulus("clock.set", level=ForceLevel.CLOCK_MOVED)


def test_how_a_phone_is_handled_asked_forced_and_put_back_is_no_stimulus() -> None:
    first, second = healthy()
    handled(second)

    assert parity(first, second)["request"].judgement is PASS


@pytest.mark.parametrize(
    ("levers", "same"),
    [
        ([("env.mobile-data", "off"), ("env.wifi", "off")], True),
        ([("env.wifi", "off"), ("env.mobile-data", "off")], True),
        ([("env.wifi", "off")], False),
    ],
)
def test_airplane_mode_is_what_both_radios_off_are(levers: list[tuple[str, str]], same: bool) -> None:
    first, second = healthy()
    for lever, value in levers:
        with_arguments(first, lever, {"value": value, "subject": "settings"})
    with_arguments(second, "env.airplane-mode", {"value": "on"})

    assert (parity(first, second)["request"].judgement is PASS) is same


def test_a_lever_that_is_released_while_the_scenario_measures_is_a_stimulus() -> None:
    first, second = pixel(), iphone()
    for phone, levers in ((first, ("env.wifi", "env.mobile-data")), (second, ("env.airplane-mode",))):
        phone.add(WindowOpened(stamp=phone.host()))
        phone.asks()
        for lever in levers:
            with_arguments(phone, lever, {"value": "as it was"})
        phone.ran()
        phone.add(WindowClosed(stamp=phone.host()))
        with_arguments(phone, "env.server", {"value": "as it was", "subject": phone.device.name})

    assert parity(first, second)["result"].judgement is PASS
    with_arguments(second, "env.bucket", {"value": "as it was"})
    assert parity(first, second)["result"].judgement is PASS  # after its end


def test_clearing_data_is_a_stimulus_once_the_scenario_measures() -> None:
    first, second = healthy()
    first.add(WindowOpened(stamp=first.host()))
    first.stimulus("app.clear-data")

    assert "not the same stimuli" in parity(first, second)["request"].reason


# --- the records ------------------------------------------------------------------------------------------------------


def test_a_record_that_is_not_whole_decides_nothing() -> None:
    first, second = healthy()

    found = parity(first.history(closed=False), second.history())

    assert {each.judgement for each in found.values()} == {OPEN}
    assert found["run"].reason == "pixel: the record was never closed, so its end is unknown"


def test_what_is_left_of_a_broken_record_is_told() -> None:
    refused = iphone().asks().refuse(2, TASK.id)

    found = parity(pixel().asks().ran().history(closed=False), refused.history())

    assert found["request"].judgement is OPEN
    assert found["request"].reason.startswith("what is left says fail: it was asked for on ")


def test_a_hole_in_the_measured_log_takes_a_pass_back() -> None:
    hole, second = pixel(), iphone().asks().ran()
    hole.add(WindowOpened(stamp=hole.host()))
    hole.asks().add(LogLost(stamp=hole.log(), reason="dropped"))
    hole.sample()
    hole.ran().add(WindowClosed(stamp=hole.host()))

    found = parity(hole, second)

    assert found["request"].judgement is OPEN
    assert "the log has a hole (dropped)" in found["request"].reason


def test_a_scenario_that_one_phone_could_not_carry_out_is_unsupported() -> None:
    first, second = pixel(), iphone()
    ended(second, "unsupported", "it cannot")

    found = parity(first, second)

    assert {each.judgement for each in found.values()} == {UNSUPPORTED}
    assert found["run"].reason == "iphone: it cannot"


def test_a_scenario_that_broke_off_leaves_what_it_did_not_do_open() -> None:
    first, second = healthy()
    with_arguments(first, "app.server", {"reply": "ok"})
    ended(first, "done")
    ended(second, "broken", "the phone was lost")

    found = parity(first, second)

    assert {each.judgement for each in found.values()} == {OPEN}
    assert found["run"].reason.startswith("iphone: the scenario broke off: the phone was lost; not the same stimuli")


def test_a_scenario_that_broke_off_at_its_end_takes_a_pass_back_and_leaves_a_failure() -> None:
    ios = iphone().asks().refuse(2, TASK.id).settles()
    ended(ios, "broken", "the phone was lost")
    assert parity(pixel().asks().ran(), ios)["request"].judgement is FAIL

    first, second = healthy()
    ended(second, "broken", "the phone was lost")
    found = parity(first, second)
    assert found["request"].judgement is OPEN
    assert found["cancel"].judgement is NOTHING


# --- asked for --------------------------------------------------------------------------------------------------------


def test_a_request_that_ios_refuses_each_time_is_a_failure_with_both_witnesses() -> None:
    android, ios = pixel().asks().ran(), iphone().asks().refuse(2, TASK.id).settles()

    found = parity(android, ios)["request"]

    assert found.judgement is FAIL
    assert found.reason.endswith("was asked for on pixel, and was refused each time, with code 2 on iphone") or (
        found.reason == "it was refused each time, with code 2 on iphone, and was asked for on pixel"
    )
    assert [showing.device for showing in found.showings] == ["pixel", "iphone"]
    (asked,), (refused,) = (showing.witness for showing in found.showings)
    assert type(android.entries[asked].event).__name__ == "RequestMade"
    assert type(ios.entries[refused].event).__name__ == "TaskRequestRefused"
    assert found.showings[0].story[0].startswith(f"[{asked}] ")


def test_a_refusal_without_a_code_says_none() -> None:
    found = parity(pixel().asks(), iphone().asks().refuse(None, TASK.id).settles())

    assert "and was refused each time on iphone" in found["request"].reason


def test_what_nobody_asked_for_on_one_phone_is_a_failure() -> None:
    silent = iphone()
    silent.stimulus("app.schedule", ME)

    assert parity(pixel().asks(), silent.settles())["request"].judgement is FAIL
    silent_pixel = pixel()
    silent_pixel.stimulus("app.schedule", ME)
    silent_pixel.request(quiet(TASK, id="org.example.other"))
    assert parity(silent_pixel.settles(), iphone().asks())["request"].judgement is FAIL


def test_what_nobody_asked_for_on_either_phone_is_nothing_to_compare() -> None:
    assert {each.judgement for each in parity(pixel().settles(), iphone().settles()).values()} == {NOTHING}


def test_a_build_that_does_not_show_requests_decides_by_its_runs_or_not_at_all() -> None:
    blind = pixel()
    blind.sources = ("beacon", "info")
    blind.stimulus("app.schedule", ME)
    blind.names()
    assert parity(blind, iphone().asks())["request"].judgement is OPEN
    assert parity(blind, iphone().asks())["request"].missing == ("app-log",)
    assert parity(blind.ran(), iphone().asks().ran())["request"].judgement is PASS


def test_a_launch_shows_that_it_was_asked_for() -> None:
    ios = iphone()
    ios.stimulus("app.schedule", ME)
    ios.begin_task(TASK.id, kind=PROCESSING).body().complete(TASK.id)

    assert parity(pixel().asks().ran(), ios.settles())["request"].judgement is PASS


def test_a_refusal_in_a_log_with_a_hole_decides_nothing() -> None:
    ios = iphone().asks().refuse(2, TASK.id)
    ios.add(LogLost(stamp=ios.log(), reason="dropped"))

    assert parity(pixel().asks(), ios.settles())["request"].judgement is OPEN


# --- runs -------------------------------------------------------------------------------------------------------------


def test_what_waits_for_its_time_is_a_difference_of_the_platforms() -> None:
    found = parity(pixel().asks().ran(), iphone().asks().settles())["run"]

    assert (found.judgement, found.difference) == (EXCUSED, "own-time")
    assert found.reason == ("documented difference, own-time: it ran on pixel, and waits for its next launch on iphone")
    assert parity(pixel().asks().settles(), iphone().asks().ran())["run"].difference == "own-time"


def test_what_waits_on_both_phones_is_nothing_to_compare() -> None:
    assert parity(pixel().asks().settles(), iphone().asks().settles())["run"].judgement is NOTHING


def test_a_launch_whose_worker_never_begins_is_a_failure() -> None:
    ios = iphone().asks().settles(400)
    ios.body()  # so that starts are shown at all: the app's own, before
    ios.begin_task(TASK.id, kind=PROCESSING)
    ios.resubmits().complete(TASK.id)

    found = parity(pixel().asks().ran(), ios.settles())["run"]

    assert found.judgement is FAIL
    assert "launched and completed, and its worker never began" in found.reason


def test_a_launch_without_a_run_decides_nothing_where_starts_are_not_shown_or_it_goes_on() -> None:
    unseen = iphone(tells=False).asks().settles(400)
    unseen.begin_task(TASK.id, kind=PROCESSING)
    assert parity(pixel().asks().ran(), unseen.settles())["run"].judgement is OPEN
    unseen.complete(TASK.id)
    assert parity(pixel().asks().ran(), unseen.settles())["run"].judgement is OPEN


def test_what_is_gone_without_a_run_is_a_failure() -> None:
    android = pixel().asks()
    android.stimulus("app.clear-data")

    assert parity(android.settles(), iphone().asks().ran())["run"].judgement is FAIL


def test_whether_a_request_outlives_a_boot_is_unconfirmed_and_not_judged() -> None:
    def booted(phone: Pixel | Phone) -> Pixel | Phone:
        phone.stimulus("reboot")
        return phone.boot()  # type: ignore[return-value]

    found = parity(booted(pixel().asks().ran()), booted(iphone().asks()).settles())
    assert found["run"].judgement is NOTHING
    after = parity(booted(pixel().asks().ran()), booted(iphone().asks().ran()).settles())
    assert (after["request"].judgement, after["repeat"].judgement) == (PASS, NOTHING)


def test_a_boot_without_a_request_loses_none() -> None:
    ios = iphone()
    ios.boot()

    found = parity(pixel().asks().ran(), ios.asks().settles())["request"]
    assert found.judgement is OPEN
    assert "the phone booted" in found.reason


def test_a_work_without_rows_may_wait_or_not() -> None:
    bare = quiet(TASK, unique_names=(), interval_ns=None)
    android = Pixel(pixel(bare).spec, DeviceSpec("pixel", api_level=36, virtual=True))
    android.begin()
    android.stimulus("app.schedule", ME)
    android.request(bare)

    assert parity(android.settles(), iphone(bare).asks().ran())["run"].judgement is OPEN


@pytest.mark.parametrize(("at_once", "judgement"), [(True, EXCUSED), (False, OPEN)])
def test_a_run_in_the_app_s_own_process_is_ios_way_to_run_at_once(at_once: bool, judgement: Judgement) -> None:
    task = quiet(TASK, executes_at_once=at_once)
    ios = iphone(task).asks().body()

    found = parity(pixel(task).asks().ran(), ios.settles())["run"]

    assert found.judgement is judgement
    assert found.difference == ("in-process" if at_once else "")


def test_two_iphones_that_run_it_in_process_do_the_same() -> None:
    first, second = iphone().asks().body().settles(), iphone().asks().body().settles()

    assert parity(first, second)["run"].judgement is PASS


def test_a_forced_run_proves_nothing_of_one_that_was_not() -> None:
    ios = iphone().asks().settles()
    forced(ios, "bgtask.simulate-launch")

    found = parity(pixel().asks().ran(), ios.ran(simulated=True))["run"]

    assert found.judgement is OPEN
    assert "ran by itself on pixel, and ran forced on iphone: a run that was forced proves nothing" in found.reason


@pytest.mark.parametrize(("level", "judgement"), [(ForceLevel.FORCED, PASS), (ForceLevel.SATISFIED, EXCUSED)])
def test_forces_override_other_conditions_on_each_platform(level: ForceLevel, judgement: Judgement) -> None:
    android, ios = pixel().asks(), iphone().asks().settles()
    forced(android, level=level)
    forced(ios, "bgtask.simulate-launch")

    found = parity(android.ran(), ios.ran(simulated=True))["run"]

    assert (found.judgement, found.level) == (judgement, ForceLevel.FORCED)


def test_runs_by_the_hook_are_compared_with_each_other() -> None:
    def by_hook(phone: Pixel | Phone) -> Pixel | Phone:
        phone.asks()
        phone.stimulus("app.run", ME, ForceLevel.IN_APP)
        return phone

    android = by_hook(pixel())
    android.sources = ("app-log",)
    assert isinstance(android, Pixel)
    android.start(NAME, task=TASK)
    android.wait(2).finish(ME)
    ios = by_hook(iphone())
    assert isinstance(ios, Phone)

    found = parity(android.settles(), ios.body().settles())

    assert found["run"].judgement is PASS
    assert found["run"].level is ForceLevel.IN_APP
    assert found["repeat"].judgement is NOTHING


# --- results ----------------------------------------------------------------------------------------------------------


def test_another_result_of_the_same_world_is_a_failure() -> None:
    found = parity(pixel().asks().ran(Result.RETRY), iphone().asks().ran(Result.FAILURE))["result"]

    assert found.judgement is FAIL
    assert found.reason in {
        "it ended with retry on pixel, and ended with failure on iphone",
        "it ended with failure on iphone, and ended with retry on pixel",
    }


def test_real_phones_have_the_same_world_only_where_it_was_set() -> None:
    def told(*, serves: bool) -> Judgement:
        android, ios = pixel(virtual=False), iphone(virtual=False)
        if serves:
            with_arguments(android, "app.server", {"reply": "error"})
            with_arguments(ios, "app.server", {"reply": "error"})
        found = parity(android.asks().ran(Result.RETRY), ios.asks().ran(Result.FAILURE))
        return found["result"].judgement

    assert told(serves=True) is FAIL
    assert told(serves=False) is OPEN


def test_who_is_stopped_is_each_platform_s_own() -> None:
    ios = iphone().asks().settles(400)
    ios.begin_task(TASK.id, kind=PROCESSING)
    ios.resubmits().body(stopped=True).complete(TASK.id, success=False)

    found = parity(pixel().asks().ran(), ios.settles())["result"]

    assert (found.judgement, found.difference) == (EXCUSED, "stopped")


def test_results_of_a_forced_and_a_free_run_are_not_compared() -> None:
    ios = iphone().asks().settles()
    forced(ios, "bgtask.simulate-launch")

    found = parity(pixel().asks().ran(Result.RETRY), ios.ran(simulated=True))["result"]

    assert found.judgement is OPEN
    assert "not the same run" in found.reason


def test_a_result_that_is_not_told_leaves_it_open() -> None:
    found = parity(pixel().asks().ran(), iphone().asks().ran(None))["result"]

    assert found.judgement is OPEN
    assert "beacon" in found.missing


def test_a_run_to_which_something_was_done_on_its_way_is_not_compared() -> None:
    def disturbed(phone: Pixel | Phone) -> Pixel | Phone:
        phone.asks()
        who = phone.start(NAME, task=TASK)
        phone.stimulus("app.cancel", ME)
        phone.wait(1).finish(who)
        return phone.settles()

    assert parity(disturbed(pixel()), disturbed(iphone()))["result"].judgement is NOTHING


# --- tried again, goes on ---------------------------------------------------------------------------------------------


def test_ios_tries_again_in_a_way_of_its_own() -> None:
    android = pixel().asks().ran(Result.RETRY).settles(60).ran()

    found = parity(android, iphone().asks().ran(Result.RETRY))["retry"]

    assert (found.judgement, found.difference) == (EXCUSED, "backoff")


def test_two_phones_of_one_platform_try_again_alike() -> None:
    first, second = pixel().asks().ran(Result.RETRY), pixel().asks().ran(Result.RETRY)

    assert parity(first, second)["retry"].judgement is PASS


def test_a_retry_that_nobody_tries_again_is_a_failure() -> None:
    found = parity(pixel().asks().ran(Result.RETRY), iphone().asks().ran(Result.RETRY, again=False))["retry"]

    assert found.judgement is FAIL
    assert "asked for a retry and was launched and completed, and nobody submitted its next request" in found.reason


def test_a_retry_on_one_phone_alone_is_a_matter_of_results() -> None:
    assert parity(pixel().asks().ran(Result.RETRY), iphone().asks().ran())["retry"].judgement is NOTHING


def test_periodic_work_that_does_not_go_on_is_a_failure() -> None:
    found = parity(pixel().asks().ran(), iphone().asks().ran(again=False))["repeat"]

    assert found.judgement is FAIL
    assert "nobody submitted its next request on iphone" in found.reason


def test_work_that_never_repeats_has_nothing_to_go_on() -> None:
    once = quiet(TASK, interval_ns=None, unique_names=(replace(TASK.unique_names[0], periodic=False),))

    assert parity(pixel(once).asks().ran(), iphone(once).asks().ran(again=False))["repeat"].judgement is NOTHING


def test_two_declarations_are_not_compared_as_one() -> None:
    once = quiet(TASK, interval_ns=None)

    assert parity(pixel().asks().ran(), iphone(once).asks().ran())["repeat"].judgement is OPEN


def test_an_iphone_s_process_that_ends_in_mid_run_leaves_no_next_request() -> None:
    ios = iphone().asks().settles(400)
    ios.begin_task(TASK.id, kind=PROCESSING).dies()

    found = parity(pixel().asks().ran(), ios.settles())["repeat"]

    assert (found.judgement, found.difference) == (EXCUSED, "re-submission")
    assert parity(iphone().asks().ran(), ios)["repeat"].judgement is FAIL  # of one platform: both could have


def test_a_process_that_ends_after_it_asked_again_leaves_its_request() -> None:
    ios = iphone().asks().settles(400)
    ios.begin_task(TASK.id, kind=PROCESSING)
    ios.resubmits().dies()

    assert parity(pixel().asks().ran(), ios.settles())["repeat"].judgement is PASS


def test_a_launch_that_goes_on_at_the_end_is_not_over() -> None:
    ios = iphone().asks().ran(again=False)
    ios.resubmits().settles(4000)
    ios.begin_task(TASK.id, kind=PROCESSING)
    ios.begin_body()

    found = parity(pixel().asks().ran(), ios.settles())
    assert found["repeat"].judgement is OPEN
    assert found["result"].exercised == 1


def test_a_record_that_ends_with_the_run_leaves_open_whether_it_goes_on() -> None:
    ios = iphone().asks().settles(400)
    ios.begin_task(TASK.id, kind=PROCESSING).body()
    ios.complete(TASK.id).sample()

    assert parity(pixel().asks().ran(), ios)["repeat"].judgement is OPEN


def test_a_request_that_replaced_another_is_the_one_that_is_launched() -> None:
    def relaunched(*, told: bool) -> Phone:
        ios = iphone().asks().takes("A", TASK.id) if told else iphone().asks()
        ios.resubmits()
        if told:
            ios.drops("A", TASK.id)
        ios.settles(4000)
        ios.begin_task(TASK.id, kind=PROCESSING).body()
        ios.complete(TASK.id)
        return ios.settles()

    assert parity(pixel().asks().ran(), relaunched(told=True))["repeat"].judgement is FAIL
    unknown = parity(pixel().asks().ran(), relaunched(told=False))["repeat"]
    assert unknown.judgement is OPEN
    assert "nobody told whether its request was replaced" in unknown.reason


def test_a_request_after_doubt_is_pending_for_sure() -> None:
    ios = iphone().asks()
    ios.resubmits().settles(4000)
    ios.begin_task(TASK.id, kind=PROCESSING).body()
    ios.complete(TASK.id)
    ios.resubmits().settles()

    assert parity(pixel().asks().ran(), ios)["repeat"].judgement is PASS


def test_a_build_without_the_framework_s_lines_decides_nothing() -> None:
    ios = Phone(iphone().spec, DeviceSpec("iphone", platform="ios", virtual=True))
    ios.begin(clear=False, environment=False)
    ios.stimulus("app.schedule", ME)
    ios.body().settles()

    found = parity(pixel().asks().ran(), ios)

    assert found["request"].judgement is OPEN
    assert found["request"].missing == ("background-tasks",)


def test_of_an_identifier_that_tasks_share_only_runs_are_compared() -> None:
    mine = quiet(TASK, ios_identifier="org.example.window")
    other = quiet(mine, id="org.example.other", unique_names=())

    def shared() -> Phone:
        ios = Phone(iphone(mine).spec, DeviceSpec("iphone", platform="ios", virtual=True))
        ios.spec = replace(ios.spec, tasks=(mine, other))
        ios.begin(clear=False, environment=False)
        ios.stimulus("app.schedule", ME)
        ios.submit("org.example.window", 300, PROCESSING)
        return ios

    ran = shared()
    ran.begin_task("org.example.window", kind=PROCESSING).body()
    ran.complete("org.example.window")
    android = pixel().asks().ran()

    waits, runs = parity(android, shared().settles()), parity(android, ran.settles())

    assert {each.judgement for each in waits.values()} == {NOTHING}
    assert {name for name, each in runs.items() if each.judgement is PASS} == {"request", "run", "result"}
    assert runs["repeat"].judgement is NOTHING


# --- cancelled --------------------------------------------------------------------------------------------------------


def cancelled(phone: Pixel | Phone, *, acts: bool = True) -> Pixel | Phone:
    phone.stimulus("app.cancel", ME)
    if isinstance(phone, Phone):
        phone.withdraw(TASK.id)
    elif acts:
        phone.cancel(TASK)
    return phone.settles()


def test_what_is_cancelled_on_both_phones_and_stays_away_is_the_same() -> None:
    found = parity(cancelled(pixel().asks().ran()), cancelled(iphone().asks().ran()))

    assert found["cancel"].judgement is PASS
    assert {found[rule].judgement for rule in ("run", "retry", "repeat")} == {NOTHING}


def test_what_is_cancelled_on_one_phone_alone_is_a_failure() -> None:
    found = parity(cancelled(pixel().asks().ran(), acts=False), cancelled(iphone().asks().ran()))["cancel"]

    assert found.judgement is FAIL
    assert "was cancelled on iphone" in found.reason


def test_what_comes_back_after_it_was_cancelled_on_one_phone_is_a_failure() -> None:
    ios = cancelled(iphone().asks().ran())
    assert isinstance(ios, Phone)
    ios.begin_task(TASK.id, kind=PROCESSING).body()

    found = parity(cancelled(pixel().asks().ran()), ios.settles())["cancel"]

    assert found.judgement is FAIL
    assert "began after it was cancelled" in found.reason


def test_a_run_that_begins_while_a_cancellation_settles_accuses_nobody() -> None:
    ios = iphone().asks().ran()
    ios.stimulus("app.cancel", ME)
    ios.withdraw(TASK.id)
    ios.body()

    assert parity(cancelled(pixel().asks().ran()), ios.settles())["cancel"].judgement is PASS


def test_a_hole_after_a_cancellation_may_hide_a_run() -> None:
    ios = cancelled(iphone().asks().ran())
    ios.add(LogLost(stamp=ios.log(), reason="dropped"))

    assert parity(cancelled(pixel().asks().ran()), ios.settles())["cancel"].judgement is OPEN


def test_a_build_that_does_not_show_cancellations_leaves_it_open() -> None:
    blind = pixel()
    blind.sources = ("beacon", "info")
    blind.stimulus("app.schedule", ME)
    blind.names()
    blind.ran()
    blind.stimulus("app.cancel", ME)

    assert parity(blind.settles(), cancelled(iphone().asks().ran()))["cancel"].judgement is OPEN


def test_a_task_that_is_asked_for_again_is_not_cancelled() -> None:
    def back(phone: Pixel | Phone) -> Pixel | Phone:
        return cancelled(phone).asks().settles()

    assert parity(back(pixel().asks()), back(iphone().asks()))["cancel"].judgement is NOTHING


# --- without a network ------------------------------------------------------------------------------------------------


def offline(phone: Pixel | Phone, *, begins: float | None, back: bool = True, in_app: bool = False) -> None:
    """Hold every network back while the scenario measures; a run begins so many seconds later."""
    phone.add(WindowOpened(stamp=phone.host()))
    with_arguments(phone, "env.airplane-mode", {"value": "on"})
    phone.sample()
    phone.asks()
    if begins is not None:
        phone.settles(begins)
        if isinstance(phone, Pixel):
            phone.ran()
        elif in_app:
            phone.body()
        else:
            phone.begin_task(TASK.id, kind=PROCESSING)
            phone.body().complete(TASK.id)
    phone.settles(60)
    if back:
        with_arguments(phone, "env.airplane-mode", {"value": "as it was"})
    phone.settles()
    phone.add(WindowClosed(stamp=phone.host()))


@pytest.mark.parametrize("back", [True, False])
def test_what_waits_for_a_network_on_both_phones_is_the_same(back: bool) -> None:
    android, ios = pixel(), iphone()
    offline(android, begins=None, back=back)
    offline(ios, begins=5, back=back)  # too soon to have heard of the loss

    assert parity(android, ios)["wait"].judgement is PASS


@pytest.mark.parametrize(("android_begins", "ios_begins"), [(None, 100), (100, None)])
def test_what_begins_without_a_network_on_one_phone_is_a_failure(
    android_begins: float | None, ios_begins: float | None
) -> None:
    android, ios = pixel(), iphone()
    offline(android, begins=android_begins)
    offline(ios, begins=ios_begins)

    found = parity(android, ios)["wait"]

    assert found.judgement is FAIL
    assert "began without a network on" in found.reason


@pytest.mark.parametrize(("at_once", "judgement"), [(True, EXCUSED), (False, FAIL)])
def test_what_runs_at_once_on_ios_runs_without_a_network(at_once: bool, judgement: Judgement) -> None:
    task = quiet(TASK, executes_at_once=at_once)
    android, ios = pixel(task), iphone(task)
    offline(android, begins=None)
    offline(ios, begins=100, in_app=True)

    assert parity(android, ios)["wait"].judgement is judgement


def test_a_refresh_has_no_condition_to_wait_for() -> None:
    class Refreshing(Phone):
        def asks(self, after: float = 300, kind: BGTaskKind = APP_REFRESH, *, network: bool | None = None) -> Phone:
            return super().asks(after, kind, network=network)

    plain = iphone()
    ios = Refreshing(plain.spec, plain.device)
    ios.begin(clear=False, environment=False)
    android = pixel()
    offline(android, begins=None)
    offline(ios, begins=100)

    found = parity(android, ios)["wait"]

    assert (found.judgement, found.difference) == (EXCUSED, "refresh-conditions")


def test_a_forced_run_and_a_task_that_needs_no_network_say_nothing_of_waiting() -> None:
    android, ios = pixel(), iphone()
    forced(ios, "bgtask.simulate-launch")
    offline(android, begins=None)
    offline(ios, begins=100)
    assert parity(android, ios)["wait"].judgement is PASS

    free = quiet(TASK, network=Network.NOT_REQUIRED)
    android, ios = pixel(free), iphone(free)
    offline(android, begins=None)
    offline(ios, begins=100)
    assert parity(android, ios)["wait"].judgement is NOTHING


def test_the_first_radio_that_is_back_is_a_network() -> None:
    android, ios = pixel(), iphone()
    offline(ios, begins=None)
    android.add(WindowOpened(stamp=android.host()))
    for radio in ("env.mobile-data", "env.wifi"):
        with_arguments(android, radio, {"value": "off"})
    android.sample()
    android.asks().settles(100)
    with_arguments(android, "env.wifi", {"value": "as it was"})
    android.ran()
    with_arguments(android, "env.mobile-data", {"value": "as it was"})
    android.settles().add(WindowClosed(stamp=android.host()))

    assert parity(android, ios)["wait"].judgement is PASS


def test_a_hole_while_there_was_no_network_leaves_it_open() -> None:
    android, ios = pixel(), iphone()
    offline(android, begins=None)
    offline(ios, begins=None)
    ios.add(LogLost(stamp=ios.log(), reason="dropped"))

    assert parity(android, ios.settles())["wait"].judgement is OPEN


# --- conditions -------------------------------------------------------------------------------------------------------


def waiting(network: bool | None = True, kind: BGTaskKind = PROCESSING) -> Phone:
    return iphone().asks(300, kind, network=network).settles()


def test_both_wait_for_the_network_that_was_declared() -> None:
    android = pixel().asks().dumps("CONNECTIVITY", network=("INTERNET",))

    found = parity(android, waiting())["condition"]

    assert (found.judgement, found.exercised) == (PASS, 7)


def test_a_condition_that_one_request_lacks_is_a_failure() -> None:
    android = pixel().asks().dumps("CONNECTIVITY")

    found = parity(android, waiting(network=False))["condition"]

    assert found.judgement is FAIL
    assert "waits for a network on pixel, and does not wait for a network on iphone" in found.reason


def test_a_condition_that_android_lacks_is_a_failure_too() -> None:
    assert parity(pixel().asks().dumps("TIMING_DELAY"), waiting())["condition"].judgement is FAIL


@pytest.mark.parametrize(
    ("required", "network", "ios", "name"),
    [
        (("CONNECTIVITY",), ("INTERNET",), (None, APP_REFRESH), "refresh-conditions"),
        (("CHARGING",), None, (False, APP_REFRESH), "refresh-conditions"),
        (("CONNECTIVITY",), ("INTERNET", "NOT_METERED"), (True, PROCESSING), "unmetered"),
        (("CONNECTIVITY",), ("INTERNET", "NOT_ROAMING"), (True, PROCESSING), "unmetered"),
        (("CONNECTIVITY", "BATTERY_NOT_LOW"), ("INTERNET",), (True, PROCESSING), "other-conditions"),
        (("CONNECTIVITY", "IDLE"), ("INTERNET",), (True, PROCESSING), "other-conditions"),
        (("CONNECTIVITY", "STORAGE_NOT_LOW"), ("INTERNET",), (True, PROCESSING), "other-conditions"),
    ],
)
def test_what_ios_has_no_condition_for_has_a_name(
    required: tuple[str, ...], network: tuple[str, ...] | None, ios: tuple[bool | None, BGTaskKind], name: str
) -> None:
    found = parity(pixel().asks().dumps(*required, network=network), waiting(*ios))["condition"]

    assert (found.judgement, found.difference) == (EXCUSED, name)


def test_a_flag_that_nobody_prints_is_not_compared() -> None:
    found = parity(pixel().asks().dumps("CONNECTIVITY"), waiting(network=None))["condition"]

    assert found.judgement is PASS
    assert found.exercised == 4  # a charger and what is a matter of iOS alone


@pytest.mark.parametrize("kind", [PROCESSING, APP_REFRESH])
def test_two_iphones_have_no_documented_difference_of_conditions(kind: BGTaskKind) -> None:
    assert parity(waiting(), waiting(False, kind))["condition"].judgement is FAIL


def test_declared_constraints_do_not_matter_where_both_phones_wait_alike() -> None:
    task = quiet(TASK, network=Network.NOT_REQUIRED, constraints=Constraints(charging=True))
    ios = iphone(task, evidence=AppEvidence(beacon=True)).asks(network=False).settles()

    assert parity(pixel(task).asks().dumps("TIMING_DELAY"), ios)["condition"].judgement is PASS
