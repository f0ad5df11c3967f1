"""A folder goes with its owner, whoever else still holds on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bgtask_harness.virtual import guardian
from bgtask_harness.virtual.guardian import Guardian


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "its home -rf *"
    (made / "deep" / "er").mkdir(parents=True)
    (made / "deep" / "er" / "file").write_text("x")
    return made


def test_it_is_gone_when_it_is_swept_and_nothing_beside_it(folder: Path) -> None:
    beside = folder.parent / "beside"
    beside.mkdir()
    watch = Guardian(folder)
    assert folder.exists()

    watch.sweep()
    watch.sweep()

    assert not folder.exists()
    assert beside.exists()


def test_a_process_that_was_forked_and_lives_on_does_not_keep_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guardian, "END_S", 0.2)
    watch = Guardian(folder)
    held = watch._process.stdin
    assert held is not None
    holder = subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.pause()"], stdin=subprocess.DEVNULL, pass_fds=[held.fileno()]
    )
    try:
        watch.sweep()
        assert not folder.exists()
    finally:
        holder.kill()
        holder.wait()
