"""R16 over two histories: asked for, run, and how it ended, on both phones or by a difference with a name."""

from __future__ import annotations

import pytest
from bgtask_tests_histories import quiet
from bgtask_tests_iphone import PROCESSING
from bgtask_tests_phones import ME
from bgtask_tests_phones import NAME
from bgtask_tests_phones import TASK
from bgtask_tests_phones import Phone
from bgtask_tests_phones import Pixel
from bgtask_tests_phones import forced
from bgtask_tests_phones import iphone
from bgtask_tests_phones import parity
from bgtask_tests_phones import pixel
from bgtask_tests_phones import with_arguments

from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Result

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE
NOTHING, EXCUSED, UNSUPPORTED = Judgement.NOT_EXERCISED, Judgement.SUPPRESSED, Judgement.UNSUPPORTED


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
