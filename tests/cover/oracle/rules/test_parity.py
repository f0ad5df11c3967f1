"""R16, parity: what a task asks for means on iOS what it means on Android, or the difference is a documented one."""

from __future__ import annotations

import pytest
from bgtask_tests_histories import quiet
from bgtask_tests_iphone import APP_REFRESH
from bgtask_tests_iphone import PROCESSING
from bgtask_tests_iphone import REFRESH
from bgtask_tests_iphone import IPhone
from bgtask_tests_iphone import judged
from bgtask_tests_iphone import running
from bgtask_tests_iphone import started
from bgtask_tests_iphone import verdict

from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import Constraints
from bgtask_reference.events import Judgement
from bgtask_reference.events import Network
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import TaskSpec

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE
NOTHING, EXCUSED = Judgement.NOT_EXERCISED, Judgement.SUPPRESSED

CONNECTED = quiet(REFRESH, network=Network.CONNECTED)
CHARGED = quiet(REFRESH, constraints=Constraints(charging=True))


@pytest.mark.parametrize(
    ("task", "kind", "flag", "judgement"),
    [
        (REFRESH, PROCESSING, False, PASS),
        (REFRESH, PROCESSING, True, FAIL),
        (CONNECTED, PROCESSING, True, PASS),
        (CONNECTED, PROCESSING, False, FAIL),
        (CONNECTED, PROCESSING, None, OPEN),
        (CONNECTED, APP_REFRESH, None, EXCUSED),
        (REFRESH, APP_REFRESH, None, NOTHING),
    ],
)
def test_a_network_means_the_same_or_the_difference_is_written_down(
    task: TaskSpec, kind: BGTaskKind, flag: bool | None, judgement: Judgement
) -> None:
    told = verdict(running(task).submit(kind=kind, network=flag), "R16.network")

    assert told.judgement is judgement
    assert judgement is not EXCUSED or "documented difference" in told.reason


def test_an_unmetered_network_is_any_network_on_ios() -> None:
    phone = running(quiet(REFRESH, network=Network.UNMETERED)).submit(kind=PROCESSING, network=True)

    assert judged(phone, "R16.network") is PASS
    assert judged(phone, "R16.unmetered") is EXCUSED
    assert judged(running(CONNECTED).submit(), "R16.unmetered") is NOTHING


@pytest.mark.parametrize(
    ("task", "kind", "flag", "judgement"),
    [
        (REFRESH, PROCESSING, False, PASS),
        (REFRESH, PROCESSING, True, FAIL),
        (CHARGED, PROCESSING, True, PASS),
        (CHARGED, PROCESSING, False, FAIL),
        (CHARGED, APP_REFRESH, None, EXCUSED),
        (REFRESH, APP_REFRESH, None, NOTHING),
    ],
)
def test_a_charger_means_the_same_or_the_difference_is_written_down(
    task: TaskSpec, kind: BGTaskKind, flag: bool | None, judgement: Judgement
) -> None:
    assert judged(running(task).submit(kind=kind, power=flag), "R16.power") is judgement


def test_a_retry_that_waits_for_the_next_interval_is_a_documented_difference() -> None:
    def retried(after: float | None) -> IPhone:
        phone = started().works(1, ends=RunFinished(result=Result.RETRY))
        return phone.submit(after=after).complete(success=False)

    assert judged(retried(3600), "R16.retry") is EXCUSED
    assert judged(retried(20), "R16.retry") is PASS
    assert judged(retried(None), "R16.retry") is NOTHING
    assert judged(started().works(1).submit().complete(), "R16.retry") is NOTHING
