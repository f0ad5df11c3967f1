"""What an app asked for goes with it; whether it outlives a restart of the phone nobody has confirmed."""

from __future__ import annotations

from bgtask_tests_iphone import APP_REFRESH
from bgtask_tests_iphone import REFRESH
from bgtask_tests_iphone import judged
from bgtask_tests_iphone import later
from bgtask_tests_iphone import running

from bgtask_reference.events import Judgement
from bgtask_reference.events import Outcome

FAIL, NOTHING = Judgement.FAIL, Judgement.NOT_EXERCISED


def test_the_requests_of_an_app_that_was_removed_are_not_missed() -> None:
    removed = running().submit()
    removed.stimulus("app.clear-data")
    assert judged(removed.dies().whole_for(1).pending(), "R7.pending") is NOTHING

    refused = running().submit()
    refused.stimulus("app.clear-data", outcome=Outcome.REFUSED)
    assert judged(refused.dies().whole_for(1).pending(), "R7.pending") is FAIL


def test_a_launch_after_a_restart_is_not_measured_by_a_request_from_before() -> None:
    phone = running().submit(after=7200)
    phone.boot()
    assert judged(later(phone, 60).begin_task(), "R2.begin-date") is NOTHING
    assert judged(later(running().submit(after=7200), 60).begin_task(), "R2.begin-date") is FAIL
    assert judged(later(running().submit(after=7200), 7300).pending((REFRESH.id, APP_REFRESH)), "R7.pending") is NOTHING
