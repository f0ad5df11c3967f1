"""A recording knows all of its events, and holds the latest."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.journal import Writer
from bgtask_harness.session.recording import KEPT
from bgtask_harness.session.recording import Recording
from bgtask_reference.events import AppSpec
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Event
from bgtask_reference.events import Header
from bgtask_reference.events import RunStarted
from bgtask_reference.events import SentinelSeen

HEADER = Header(FORMAT, "1", "c", "s", AppSpec("a", "com.a", ()), DeviceSpec("d"))
MANY = 5 * KEPT


@pytest.fixture(params=[0, 7])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Recording:
    """One that holds a part of what it knows; also in a journal that had entries before."""
    path = tmp_path / JOURNAL_NAME
    if request.param:
        before = Writer(path, HEADER)
        before.append_many(RunStarted() for _ in range(request.param))
        before.abandon()
    recording = Recording(Writer(path, HEADER))
    for number in range(0, MANY, 100):
        recording.add_many(SentinelSeen(number=each) for each in range(number, number + 100))
    return recording


def numbers(events: list[Event]) -> list[int]:
    return [event.number for event in events if isinstance(event, SentinelSeen)]


@pytest.mark.parametrize("mark", [0, 1, KEPT, MANY - 3 * KEPT, MANY - KEPT, MANY - 1, MANY])
def test_every_event_after_a_mark_is_there(full: Recording, mark: int) -> None:
    assert full.count == MANY
    assert numbers(full.since(mark)) == list(range(mark, MANY))
    assert len(full.of(SentinelSeen, mark)) == MANY - mark


def test_what_is_held_is_bounded(full: Recording) -> None:
    assert len(full._entries) <= 2 * KEPT


def test_an_event_of_long_ago_is_found_by_whoever_waits_for_it(full: Recording) -> None:
    found = full.wait(lambda event: isinstance(event, SentinelSeen) and event.number == 3, 0, Deadline.after(0))

    assert found == SentinelSeen(number=3)
    assert full.wait(lambda event: event == SentinelSeen(number=3), 4, Deadline.after(0)) is None
