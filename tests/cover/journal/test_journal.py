from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from bgtask_harness.errors import BadInput
from bgtask_harness.errors import HarnessError
from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import Writer
from bgtask_harness.journal import inspect
from bgtask_harness.journal import parse
from bgtask_harness.journal import read
from bgtask_harness.journal.codec import encode_header
from bgtask_harness.journal.format import frame
from bgtask_reference.events import KINDS
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Clock
from bgtask_reference.events import Constraints
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Header
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Network
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.events import WorkListed
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState

TASK = TaskSpec(
    id="com.example.sync",
    interval_ns=3_600_000_000_000,
    unique_names=(UniqueName("com.example.sync", periodic=True),),
    network=Network.CONNECTED,
)
HEADER = Header(
    format=FORMAT,
    harness_version="0.1.0",
    catalogue="c0ffee",
    scenario="retry-backoff",
    app=AppSpec("example", "com.example", (TASK,)),
    device=DeviceSpec("pixel7", api_level=36, notes={"model": "Pixel 7"}),
    started="2026-11-23T20:00:00Z",
)
STARTED = RunStarted(
    stamp=Stamp(Clock.LOG, 1_790_090_107_661_123_000, 500),
    source=Source.APP_LOG,
    raw="1790090107.661123  6037  6071 D SchedulerDispatchWorker: Starting task [com.example.sync]",
    subject=Subject(task="com.example.sync"),
    run_attempt=1,
)
FINISHED = RunFinished(stamp=Stamp(Clock.LOG, 1_790_090_109_000_000_000, 500), subject=Subject(work_id="8ac1"))
RICH: tuple[Event, ...] = (
    STARTED,
    StimulusSent(number=3, verb="job.run", arguments={"job": "7"}, command="cmd jobscheduler run x 7", mask=("delay",)),
    EnvironmentSampled(facts={"charging": True, "battery-level": 81, "network": "wifi"}),
    JobsListed(jobs=(JobRow("u0a217", 7, None, "a/b", required=("TIMING_DELAY",)),), active=((None, 7),)),
    WorkListed(rows=(WorkRow("8ac1", "W", 7, WorkState.ENQUEUED, ("u",), ("t",)),), complete=True),
    FINISHED,
)


def write(path: Path, *events: Event, close: bool = True) -> Path:
    writer = Writer(path, HEADER, clock=lambda: 42)
    writer.append_many(events)
    if close:
        writer.close()
    else:
        writer.abandon()
    return path


def test_what_is_written_is_read_back_equal(tmp_path: Path) -> None:
    history = read(write(tmp_path / "d" / "s" / "journal.jsonl", *RICH))

    assert history.whole
    assert history.header == HEADER
    assert tuple(entry.event for entry in history.entries) == RICH
    assert [entry.index for entry in history.entries] == [1, 2, 3, 4, 5, 6]
    assert {entry.host_ns for entry in history.entries} == {42}


def test_a_header_carries_what_a_task_declares(tmp_path: Path) -> None:
    name = UniqueName("sync", periodic=True, existing=ExistingWork.KEEP)
    task = TaskSpec("sync", unique_names=(name,), constraints=Constraints(charging=True), flex_ns=300, expedited=True)
    header = replace(HEADER, app=replace(HEADER.app, tasks=(task,)))
    Writer(tmp_path / "j", header).close()

    assert read(tmp_path / "j").header == header


def test_the_header_of_an_older_journal_says_nothing_of_constraints_and_policies(tmp_path: Path) -> None:
    later = (b',"existing":null', b',"constraints":{', b',"flex_ns":null', b',"expedited":false')
    body = encode_header(HEADER)
    assert all(part in body for part in later)
    terms = b'"charging":false,"battery_not_low":false,"storage_not_low":false,"device_idle":false}'
    for part in (later[0], later[1] + terms, *later[2:]):
        body = body.replace(part, b"")
    (tmp_path / "j").write_bytes(frame(body))

    assert read(tmp_path / "j").header == HEADER


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_event_survives_the_file(kind: type[Event], tmp_path: Path) -> None:
    required: dict[str, dict[str, str]] = {"environment.sampled": {"facts": {}}, "stimulus.sent": {"arguments": {}}}
    event = kind(**required.get(kind.KIND, {}))  # type: ignore[arg-type]

    assert read(write(tmp_path / "j", event)).entries[0].event == event


def test_the_same_events_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a", *RICH).read_bytes() == write(tmp_path / "b", *RICH).read_bytes()


def test_append_gives_the_entry_that_a_reader_will_find(tmp_path: Path) -> None:
    with Writer(tmp_path / "j", HEADER) as writer:
        entry = writer.append(STARTED)

    assert read(tmp_path / "j").entries == (entry,)


def test_a_line_that_is_no_unicode_is_recorded_all_the_same(tmp_path: Path) -> None:
    line = b"caf\xe9 \xf0\x9f\x8e\xac".decode("utf-8", "surrogateescape")

    history = read(write(tmp_path / "j", LineUnknown(raw=line, parser="logcat")))

    assert history.entries[0].event.raw == "caf\ufffd \N{CLAPPER BOARD}"


def test_a_line_feed_inside_a_text_stays_inside_its_record(tmp_path: Path) -> None:
    path = write(tmp_path / "j", LineUnknown(raw="one\ntwo\x00\u2028three"))

    assert path.read_bytes().count(b"\n") == 3
    assert read(path).entries[0].event.raw == "one\ntwo\x00\u2028three"


def test_without_its_closing_record_a_journal_is_not_whole(tmp_path: Path) -> None:
    history = read(write(tmp_path / "j", STARTED, close=False))

    assert not history.closed
    assert not history.whole
    assert len(history.entries) == 1


def test_an_exception_leaves_the_end_of_the_journal_open(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), Writer(tmp_path / "j", HEADER) as writer:
        writer.append(STARTED)
        raise ZeroDivisionError

    assert not read(tmp_path / "j").closed


def test_a_writer_that_goes_on_after_a_crash_leaves_a_hole_and_loses_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "j", STARTED, FINISHED, close=False)
    path.write_bytes(path.read_bytes()[:-20])

    write(path, STARTED)

    reading = inspect(path)
    assert [entry.event for entry in reading.history.entries] == [STARTED, STARTED]
    assert reading.history.closed
    assert len(reading.history.holes) == 1
    assert "line 3: damaged" in reading.notes


def test_a_complete_journal_is_not_written_again(tmp_path: Path) -> None:
    path = write(tmp_path / "j", STARTED)

    with pytest.raises(BadInput, match="already complete"):
        Writer(path, HEADER)


def test_a_journal_of_another_scenario_is_not_gone_on_with(tmp_path: Path) -> None:
    path = write(tmp_path / "j", close=False)
    other = Header(FORMAT, "0", "c", "reboot", HEADER.app, HEADER.device)

    with pytest.raises(BadInput, match="belongs to retry-backoff on pixel7"):
        Writer(path, other)


def test_two_writers_cannot_share_a_journal(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "j", HEADER)

    with pytest.raises(BadInput, match="another process"):
        Writer(tmp_path / "j", HEADER)
    writer.close()


def test_a_closed_writer_says_so(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "j", HEADER)
    writer.close()
    writer.close()

    with pytest.raises(HarnessError, match="closed"):
        writer.append(STARTED)


def test_many_threads_get_numbers_without_holes(tmp_path: Path) -> None:
    with Writer(tmp_path / "j", HEADER) as writer:
        threads = [Thread(target=lambda: [writer.append(STARTED) for _ in range(20)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    history = read(tmp_path / "j")
    assert history.whole
    assert len(history.entries) == 80


def test_a_failed_write_costs_its_own_number_and_no_other_record(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    path = tmp_path / "j"
    writer = Writer(path, HEADER)
    good, writer._fd = writer._fd, os.open(full, os.O_WRONLY)
    with pytest.raises(HarnessError, match="cannot be written"):
        writer.append(STARTED)
    os.close(writer._fd)
    writer._fd = good
    writer.append(FINISHED)
    writer.close()

    history = read(path)
    assert history.holes == ((1, 1),)
    assert [entry.event for entry in history.entries] == [FINISHED]


def raw_record(seq: int, kind: str, body: object) -> bytes:
    return frame(json.dumps({"seq": seq, "kind": kind, "host_ns": 0, "body": body}).encode())


def test_a_kind_of_a_newer_version_is_a_hole_with_a_note(tmp_path: Path) -> None:
    raw = write(tmp_path / "j", STARTED, close=False).read_bytes()
    raw += raw_record(2, "moon.phase", {}) + raw_record(3, "journal.closed", {"records": 3})

    reading = parse(raw)

    assert reading.history.holes == ((2, 2),)
    assert reading.history.closed
    assert "record 2 is of a kind unknown to this version: moon.phase" in reading.notes


def test_an_unknown_field_is_ignored_and_a_field_of_another_type_is_a_hole(tmp_path: Path) -> None:
    raw = write(tmp_path / "j", close=False).read_bytes()
    raw += raw_record(1, "run.started", {"colour": "red"}) + raw_record(2, "run.started", {"run_attempt": "first"})

    reading = parse(raw)

    assert [entry.event for entry in reading.history.entries] == [RunStarted()]
    assert any("record 2 (run.started) cannot be read" in note for note in reading.notes)


def test_a_header_of_a_newer_format_is_not_read() -> None:
    body = {"format": FORMAT + 1, "harness_version": "9", "catalogue": "", "scenario": "s"}
    body |= {"app": {"name": "a", "package": "p", "tasks": []}, "device": {"name": "d"}}

    reading = parse(raw_record(0, "journal.header", body))

    assert reading.history.header is None
    assert f"format {FORMAT + 1}" in reading.notes[0]


def test_of_two_different_records_with_one_number_neither_is_believed(tmp_path: Path) -> None:
    first = write(tmp_path / "a", STARTED).read_bytes().splitlines(keepends=True)
    second = write(tmp_path / "b", FINISHED).read_bytes().splitlines(keepends=True)

    history = parse(b"".join([first[0], first[1], second[1], first[2]])).history

    assert history.entries == ()
    assert history.holes == ((1, 1),)


def test_a_checksum_is_compared_as_bytes(tmp_path: Path) -> None:
    raw = write(tmp_path / "j", STARTED).read_bytes()
    lines = raw.splitlines(keepends=True)
    upper = lines[1][:8].upper() + lines[1][8:]

    assert (upper == lines[1]) or parse(lines[0] + upper + lines[2]).history.holes == ((1, 1),)


@pytest.mark.parametrize("content", [b"PK\x03\x04 an archive", b'{"json": true}\n', b"\x7fELF........"])
def test_a_file_that_never_was_a_journal_is_bad_input(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(content)

    with pytest.raises(BadInput, match="is no journal"):
        read(path)


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read(tmp_path / "journal.jsonl")


def test_an_empty_file_is_a_journal_that_nothing_reached(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"")

    assert read(tmp_path / "j").header is None
