"""The app that `docs/virtual-phones.md` shows: written, run and judged from a folder that is in no package of ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "virtual-phones.md"
FILES = ("notes.py", "notes.toml", "test_notes.py")
ONE_TEST_FAILED = 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    page = PAGE.read_text(encoding="utf-8")
    for name in FILES:
        found = re.search(rf"^```(?:python|toml)\n(# {re.escape(name)}\b.*?)^```", page, re.DOTALL | re.MULTILINE)
        assert found is not None, f"the page shows no {name}"
        (tmp_path / name).write_text(found[1], encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = re.search(r"`PYTHONPATH=\. pytest ([^`]+)`", PAGE.read_text(encoding="utf-8"))
    assert command is not None
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--run-dir=run", *command[1].split(), *more],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_an_app_from_outside_runs_and_is_judged(folder: Path) -> None:
    done = run(folder)

    assert done.returncode == 0, done.stdout
    assert re.search(r"^PASS +virtual-pixel7/sync_is_tried_again .*R6\.backoff", done.stdout, re.MULTILINE)


def test_a_fault_from_outside_is_named_by_its_rule(folder: Path) -> None:
    done = run(folder, "--virtual-fault", "notes:overeager")

    assert done.returncode == ONE_TEST_FAILED, done.stdout
    assert "R6.backoff (platform, natural) is broken by sync" in done.stdout
