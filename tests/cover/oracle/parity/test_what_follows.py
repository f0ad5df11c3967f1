"""R16 over two histories: what is tried again or goes on, what was cancelled, and what it waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bgtask_tests_histories import quiet
from bgtask_tests_iphone import APP_REFRESH
from bgtask_tests_iphone import PROCESSING
from bgtask_tests_phones import ME
from bgtask_tests_phones import TASK
from bgtask_tests_phones import Phone
from bgtask_tests_phones import Pixel
from bgtask_tests_phones import forced
from bgtask_tests_phones import iphone
from bgtask_tests_phones import parity
from bgtask_tests_phones import pixel
from bgtask_tests_phones import with_arguments

from bgtask_reference.events import AppEvidence
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import Constraints
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Network
from bgtask_reference.events import Result
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE
NOTHING, EXCUSED, UNSUPPORTED = Judgement.NOT_EXERCISED, Judgement.SUPPRESSED, Judgement.UNSUPPORTED


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
