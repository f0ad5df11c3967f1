"""R5.decided: what dasd holds back it does not launch."""

from __future__ import annotations

from bgtask_tests_iphone import IPhone
from bgtask_tests_iphone import judged
from bgtask_tests_iphone import running
from bgtask_tests_iphone import verdict

from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost

FAIL, PASS, OPEN, NOTHING = Judgement.FAIL, Judgement.PASS, Judgement.INCONCLUSIVE, Judgement.NOT_EXERCISED
HELD, GO = "Must Not Proceed", "Can Proceed"


def launched_before() -> IPhone:
    """A life in which dasd once printed that a task may proceed."""
    return running().submit(after=None).scores(GO).begin_task().complete().submit(after=None)


def test_what_may_proceed_is_launched() -> None:
    assert judged(launched_before(), "R5.decided") is PASS
    assert (
        judged(launched_before().scores(HELD, "ChargerPluggedInPolicy").scores(GO).begin_task(), "R5.decided") is PASS
    )


def test_what_must_not_proceed_is_not_launched() -> None:
    told = verdict(launched_before().scores(HELD, "ApplicationPolicy").begin_task(), "R5.decided")
    assert told.judgement is FAIL
    assert "Must Not Proceed (ApplicationPolicy)" in told.reason


def test_a_simulated_launch_asks_nobody() -> None:
    phone = running().submit().scores(HELD, "ApplicationPolicy").begin_task(simulated=True)
    assert judged(phone, "R5.decided") is NOTHING


def test_what_was_decided_of_a_request_that_is_gone_is_nobodys_business() -> None:
    cancelled = running().submit(after=None).scores(HELD, "ApplicationPolicy").drops("").submit(after=None).begin_task()
    assert judged(cancelled, "R5.decided") is NOTHING


def test_a_decision_of_another_boot_says_nothing() -> None:
    phone = running().submit(after=None).scores(HELD, "ApplicationPolicy")
    phone.boot()
    assert judged(phone.begin_task(), "R5.decided") is NOTHING


def test_where_no_decision_to_proceed_is_printed_one_may_have_come_unseen() -> None:
    told = verdict(running().submit(after=None).scores(HELD, "ApplicationPolicy").begin_task(), "R5.decided")
    assert (told.judgement, told.missing) == (OPEN, ("dasd",))


def test_a_decision_may_have_come_in_a_hole() -> None:
    phone = launched_before().scores(HELD, "ApplicationPolicy")
    phone.add(LogLost(stamp=phone.host(), stream="os_trace", reason="dropped"))
    assert judged(phone.begin_task(), "R5.decided") is OPEN
