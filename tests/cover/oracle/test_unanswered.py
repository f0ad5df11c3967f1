"""Sentinels that an app on an iPhone did not answer although it ran."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app

from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.coverage import Coverage
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.unanswered import unanswered


class Phone(Writer):
    """An iPhone whose app answers sentinels, as far as a test lets it."""

    def begin(self) -> Phone:  # type: ignore[override]  # needs nothing of Android
        self.add(CaptureOpened(stamp=self.host(), stream="os_trace"))
        return self.asks(3)

    def asks(self, count: int = 1, *, answered: bool = True) -> Phone:
        for _ in range(count):
            self.wait(10)
            self.sample(seen=False)
            if answered:
                self.answers(self.numbers)
        return self

    def answers(self, number: int) -> Phone:
        self.add(SentinelSeen(stamp=self.log(), source=Source.APP_LOG, number=number))
        return self

    def submits(self) -> Phone:
        self.wait(10)
        source, kind = Source.BACKGROUND_TASKS, BGTaskKind.PROCESSING
        self.add(TaskRequestSubmitted(stamp=self.log(), source=source, identifier="sync", request=kind))
        return self

    def dies(self) -> Phone:
        self.add(ProcessDied(stamp=self.log(), source=Source.SYSTEM_LOG, package="app", pid=1))
        return self

    def missing(self) -> list[int]:
        record = Record(self.entries)
        return [sample.number for sample in unanswered(record, Timeline(record))]


def phone() -> Phone:
    return Phone(app(), DeviceSpec("iphone", platform="ios")).begin()


def test_an_app_that_answers_misses_nothing() -> None:
    assert phone().submits().asks(3).submits().missing() == []


def test_what_was_not_answered_while_the_app_ran_is_missing() -> None:
    assert phone().asks(answered=False).submits().asks().missing() == [4]
    assert phone().asks(2, answered=False).submits().missing() == [4, 5]


def test_an_app_that_says_nothing_may_be_suspended() -> None:
    assert phone().submits().asks(3, answered=False).missing() == []
    late = phone().asks(answered=False)
    assert late.wait(3600).answers(4).submits().missing() == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("verb", ["app.kill", "reboot"])
def test_an_app_that_was_not_there_answers_nothing(verb: str) -> None:
    killed = phone().asks(answered=False)
    killed.stimulus(verb)

    assert killed.submits().asks().missing() == []
    assert phone().asks(answered=False).dies().submits().asks().missing() == []


def test_a_build_without_a_hook_is_not_expected_to_answer() -> None:
    silent = Phone(app(), DeviceSpec("iphone", platform="ios"))

    assert silent.asks(3, answered=False).submits().missing() == []
    late = Phone(app(), DeviceSpec("iphone", platform="ios")).asks(answered=False).submits()
    assert late.asks().missing() == []


def test_a_missing_answer_is_a_hole_to_the_next_one() -> None:
    writer = phone().asks(answered=False).submits().asks()
    record = Record(writer.entries)

    (hole,) = [each for each in Coverage(record, Timeline(record)).holes if each.after >= 0]

    assert hole.reason == "sentinel 4 did not come back although the app ran"
    ends = (writer.entries[place].event for place in (hole.after, hole.before))
    assert [end.number for end in ends if isinstance(end, SentinelSeen)] == [3, 5]


def test_after_ten_that_were_never_answered_the_next_is_known_by_its_time() -> None:
    writer = phone().asks(12, answered=False)
    writer.wait(10).sample(seen=False)
    writer.answers(writer.numbers - 10)  # type: ignore[attr-defined]

    assert [sample.number for sample in Timeline(Record(writer.entries)).seen] == [1, 2, 3, 16]


def test_a_sentinel_of_no_known_time_is_nobodys() -> None:
    writer = phone().asks(12, answered=False)
    writer.wait(100).answers(6)  # type: ignore[attr-defined]

    assert [sample.number for sample in Timeline(Record(writer.entries)).seen] == [1, 2, 3]
    of_android = [_of_android(entry) for entry in writer.entries]
    assert [sample.number for sample in Timeline(Record(of_android)).seen] == [1, 2, 3]


def _of_android(entry: Entry) -> Entry:
    event = entry.event
    return replace(entry, event=replace(event, source=Source.SYSTEM_LOG)) if isinstance(event, SentinelSeen) else entry
