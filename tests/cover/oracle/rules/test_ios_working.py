"""R2.interval and R18.worked: what breaks them, what keeps them, what leaves them open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_iphone import REFRESH
from bgtask_tests_iphone import IPhone
from bgtask_tests_iphone import judged
from bgtask_tests_iphone import later
from bgtask_tests_iphone import running
from bgtask_tests_iphone import verdict
from bgtask_tests_judging import kinds

from bgtask_reference.events import Clock
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Stamp
from bgtask_reference.events import SubmitErrorSurfaced

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE
NOTHING = Judgement.NOT_EXERCISED


def launched(phone: IPhone | None = None, *, simulated: bool = False) -> IPhone:
    return later((phone or running()).submit(), 3700).begin_task(simulated=simulated)


def hole(phone: IPhone) -> IPhone:
    phone.add(LogLost(stamp=phone.host(), stream="os_trace", reason="dropped"))
    phone.sample()
    return phone


@pytest.mark.parametrize(
    ("after", "judgement"), [(3600, PASS), (7200, PASS), (3500, FAIL), (1800, FAIL), (0, FAIL), (None, FAIL)]
)
def test_the_next_run_is_an_interval_away(after: float | None, judgement: Judgement) -> None:
    assert judged(launched().submit(after=after).complete(), "R2.interval") is judgement


def test_a_request_that_is_due_too_early_is_shown_with_its_launch() -> None:
    early = launched().submit(after=1800).complete()

    told = verdict(early, "R2.interval")

    assert told.reason.startswith("its next request may be launched 17")
    assert kinds(early, told) == ["TaskLaunched", "TaskRequestSubmitted", "TaskCompleted"]


def test_the_flex_is_a_part_of_the_interval_in_which_it_may_run() -> None:
    flexible = replace(REFRESH, flex_ns=2000 * 1_000_000_000)

    assert judged(launched(running(flexible)).submit(after=1800).complete(), "R2.interval") is PASS


def test_what_did_not_go_well_may_be_tried_again_soon() -> None:
    assert judged(launched().submit(after=300).complete(success=False), "R2.interval") is NOTHING
    assert judged(launched().submit(after=300), "R2.interval") is NOTHING
    assert judged(launched(simulated=True).submit(after=300).complete(success=None), "R2.interval") is NOTHING


def test_what_is_asked_for_afterwards_or_anew_is_another_beginning() -> None:
    assert judged(launched().complete().submit(after=300), "R2.interval") is NOTHING
    assert judged(launched().withdraw().submit(after=300).complete(), "R2.interval") is NOTHING
    assert judged(launched().complete(), "R2.interval") is NOTHING
    once = quiet(REFRESH, interval_ns=None)
    assert judged(launched(running(once)).submit(after=300).complete(), "R2.interval") is NOTHING


def test_in_a_hole_it_may_have_been_asked_for_anew() -> None:
    assert judged(hole(launched()).submit(after=300).complete(), "R2.interval") is OPEN


def test_by_another_clock_nobody_knows_how_far_a_date_is_away() -> None:
    phone = launched()
    told = phone.entries[-1]
    by_boot = replace(told.event, stamp=Stamp(Clock.BOOT, phone.now))
    phone.entries[-1] = replace(told, event=by_boot)

    assert judged(phone.submit(after=300).complete(), "R2.interval") is NOTHING


def test_a_launch_that_went_well_did_its_work() -> None:
    assert judged(launched().works(2).complete(), "R18.worked") is PASS
    assert judged(launched().complete(), "R18.worked") is FAIL
    assert judged(launched().complete().works(2), "R18.worked") is FAIL
    assert judged(hole(launched()).complete(), "R18.worked") is OPEN
    assert judged(launched().complete(success=False), "R18.worked") is NOTHING
    assert judged(launched(), "R18.worked") is NOTHING
    assert judged(launched(running(tells=False)).complete(), "R18.worked") is NOTHING


def test_after_a_restart_of_the_phone_a_launch_may_be_of_an_earlier_request() -> None:
    def restarted() -> IPhone:
        phone = later(running().submit(), 60)
        phone.boot()
        return later(phone, 3700)

    assert judged(restarted().submit(after=300).begin_task(), "R2.begin-date") is not FAIL


def test_an_error_that_the_system_withholds_may_be_the_one() -> None:
    phone = running().submit().refuse(1)
    phone.add(SubmitErrorSurfaced(stamp=phone.log(), withheld=True))
    told = verdict(phone.whole_for(), "R14.surfaced")

    assert (told.judgement, told.missing) == (OPEN, ("app-log", "beacon"))
    assert "withholds" in told.reason


def test_an_error_that_names_no_identifier_tells_of_any() -> None:
    assert judged(running().submit().refuse(1).surface(1, identifier="").whole_for(), "R14.surfaced") is PASS
    assert judged(IPhone(app(REFRESH)).launch().submit().whole_for(), "R14.surfaced") is NOTHING
