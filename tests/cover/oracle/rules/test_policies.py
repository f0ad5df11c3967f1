"""R8.policy: asking again keeps or replaces the row, as the name's policy says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet

from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import RequestKind
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.events import Verdict
from bgtask_reference.events import WorkListed
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState
from bgtask_reference.oracle import judge

KEEP, UPDATE, REPLACE = ExistingWork.KEEP, ExistingWork.UPDATE, ExistingWork.REPLACE
FIRST, OTHER = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def verdict(writer: Writer) -> Verdict:
    return next(each for each in judge(writer.history()).verdicts if each.rule == "R8.policy")


def listed(writer: Writer, name: str, work: str, state: WorkState = WorkState.ENQUEUED) -> Writer:
    row = WorkRow(work, "Worker", 7, state, (name,), ())
    writer.add(WorkListed(stamp=writer.log(), source=Source.DIAGNOSTICS, rows=(row,), complete=True))
    return writer.wait(0.01)


def asked(existing: ExistingWork | None, name: str = PERIODIC, work: str = FIRST) -> Writer:
    names = tuple(replace(each, existing=existing) for each in SYNC.unique_names)
    writer = Writer(app(quiet(SYNC, unique_names=names))).begin()
    kind = RequestKind.PERIODIC if name == PERIODIC else RequestKind.ONE_TIME
    return listed(writer.request(kind=kind).wait(60), name, work).wait(60)


def again(writer: Writer, name: str = PERIODIC) -> Writer:
    return writer.request(kind=RequestKind.PERIODIC if name == PERIODIC else RequestKind.ONE_TIME).wait(60)


@pytest.mark.parametrize("name", [PERIODIC, IMMEDIATE])
@pytest.mark.parametrize(
    ("existing", "work", "right"),
    [
        (KEEP, FIRST, True),
        (KEEP, OTHER, False),
        (UPDATE, FIRST, True),
        (UPDATE, OTHER, False),
        (REPLACE, OTHER, True),
        (REPLACE, FIRST, False),
    ],
)
def test_the_row_is_kept_or_replaced(name: str, existing: ExistingWork, work: str, right: bool) -> None:
    if existing is UPDATE and name == IMMEDIATE:
        return  # there is no such policy
    told = verdict(listed(again(asked(existing, name), name), name, work).sample())

    assert told.judgement is (Judgement.PASS if right else Judgement.FAIL)
    assert right or len(told.witness) == 3


@pytest.mark.parametrize("existing", [None, ExistingWork.APPEND])
def test_a_policy_that_is_not_known_or_is_another_is_not_judged(existing: ExistingWork | None) -> None:
    assert verdict(listed(again(asked(existing)), PERIODIC, OTHER).sample()).judgement is Judgement.NOT_EXERCISED


def test_a_run_shows_its_work_id_too() -> None:
    writer = again(asked(KEEP)).wait(4000)
    who = Subject(task=SYNC.id, unique_name=PERIODIC, work_id=OTHER, attempt_id="x")
    writer.add(RunStarted(stamp=writer.log(), source=Source.BEACON, subject=who, run_attempt=1))

    assert verdict(writer.sample()).judgement is Judgement.FAIL


def test_what_was_cancelled_before_is_new_under_every_policy() -> None:
    writer = again(asked(KEEP).cancel().wait(60))

    assert verdict(listed(writer, PERIODIC, OTHER).sample()).judgement is Judgement.NOT_EXERCISED


def test_a_hole_may_have_swallowed_a_cancellation() -> None:
    writer = asked(KEEP)
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))

    assert verdict(listed(again(writer), PERIODIC, OTHER).sample()).judgement is Judgement.NOT_EXERCISED


def test_what_is_listed_at_once_may_be_of_before() -> None:
    writer = asked(REPLACE)
    writer.request()

    assert verdict(listed(writer.wait(1), PERIODIC, FIRST).sample()).judgement is Judgement.NOT_EXERCISED


def test_where_nobody_tells_work_ids_it_is_open_and_the_sources_are_named() -> None:
    names = tuple(replace(each, existing=KEEP) for each in SYNC.unique_names)
    writer = Writer(app(quiet(SYNC, unique_names=names)), sources=("app-log",)).begin().request().wait(60).request()

    told = verdict(writer.wait(60).sample())

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("beacon", "wm-debug", "wm-diagnostics"))


def test_the_id_of_a_run_before_counts_too() -> None:
    names = tuple(replace(each, existing=KEEP) for each in SYNC.unique_names)
    writer = Writer(app(quiet(SYNC, unique_names=names))).begin().names().request().run().wait(60)

    assert verdict(listed(again(writer), PERIODIC, OTHER).sample()).judgement is Judgement.FAIL
