from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bgtask_harness.cli import main
from bgtask_harness.errors import BadInput
from bgtask_harness.journal import read
from bgtask_harness.recording import order
from bgtask_harness.recording import record
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import JobsListed
from bgtask_reference.events import StimulusSent


def test_a_recording_is_one_file_that_can_be_judged_and_nothing_was_done_to_the_device(tmp_path: Path) -> None:
    path = record(order("virtual-pixel7", "tvmaniac@U6", "10m", tmp_path / "run"))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    history = read(tmp_path / "unpacked" / "virtual-pixel7" / "recorded" / "journal.jsonl")
    events = [entry.event for entry in history.entries]
    clocks = [event for event in events if isinstance(event, ClockSampled)]

    assert history.whole
    assert clocks[-1].boot_ns - clocks[0].boot_ns >= 600 * 10**9
    assert any(isinstance(event, JobsListed) for event in events)
    assert not any(isinstance(event, StimulusSent) for event in events)
    assert main(["check", str(tmp_path / "unpacked")]) == 2
    with pytest.raises(BadInput, match="holds a recording already"):
        record(order("virtual-pixel7", "tvmaniac@U6", "10m", tmp_path / "run"))


def test_a_length_that_is_none_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--for soon"):
        order("virtual-pixel7", None, "soon", tmp_path)
