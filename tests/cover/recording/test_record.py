from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path

import pytest

from bgtask_harness.broker import LeaseOptions
from bgtask_harness.cli import main
from bgtask_harness.errors import BadInput
from bgtask_harness.journal import read
from bgtask_harness.recording import order
from bgtask_harness.recording import record
from bgtask_harness.recording.record import _patience_s
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


def test_what_was_recorded_before_a_line_could_not_be_done_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "do.txt"
    script.write_text("launch\nwait 1m\nschedule 'no such task'\nwait 1h\n")
    status = main(["record", "--device", "virtual-pixel7", "--do", str(script), "--run-dir", str(tmp_path / "run")])

    said = capsys.readouterr().err
    path = tmp_path / "run" / "recording-virtual-pixel7.zip"
    assert status == 3
    assert f"what was recorded until then: {path}" in said
    assert "no such task" in said.splitlines()[-1]
    assert main(["record", "--diff-virtual", str(path)]) == 0


def test_a_device_that_cannot_be_had_leaves_nothing_behind(tmp_path: Path) -> None:
    wanted = order("virtual-pixel7", "tvmaniac@fixed", "1m", tmp_path / "run")
    lost = dataclasses.replace(wanted, options=LeaseOptions(program="no.such:program"))
    with pytest.raises(BadInput):
        record(lost)

    assert not (tmp_path / "run" / "virtual-pixel7" / "recorded").exists()


def test_whoever_writes_a_wait_has_the_patience_for_it(tmp_path: Path) -> None:
    script = tmp_path / "do.txt"
    script.write_text("wait 30m\nwait 6h\n")

    assert _patience_s(order("virtual-pixel7", None, "10m", tmp_path, script=script)) > 6 * 3600


def test_a_length_that_is_none_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--for soon"):
        order("virtual-pixel7", None, "soon", tmp_path)
