"""R16 over two histories: which pairs, records and stimuli can be compared at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from bgtask_tests_histories import Writer
from bgtask_tests_histories import quiet
from bgtask_tests_phones import TASK
from bgtask_tests_phones import ended
from bgtask_tests_phones import healthy
from bgtask_tests_phones import iphone
from bgtask_tests_phones import parity
from bgtask_tests_phones import pixel
from bgtask_tests_phones import with_arguments

from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Norm
from bgtask_reference.events import Outcome
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
