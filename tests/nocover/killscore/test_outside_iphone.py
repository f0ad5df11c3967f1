"""The fault and the mutant of iPhones that `docs/virtual-phones.md` shows, from a folder in no package of ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "virtual-phones.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("iphone_faults.py", "iphone_mutants.toml"):
        found = re.search(rf"^```(?:python|toml)\n(# {re.escape(name)}\b.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
        assert found is not None, f"the page shows no {name}"
        (tmp_path / name).write_text(found[1], encoding="utf-8")
    return tmp_path


def test_a_mutant_of_an_iphone_from_outside_is_named_by_its_rule(folder: Path) -> None:
    command = re.search(r"`PYTHONPATH=\. bgtask (kill-score --platform ios [^`]+)`", PAGE)
    assert command is not None
    main = "import sys; from bgtask_harness.cli import main; sys.exit(main(sys.argv[1:]))"

    done = subprocess.run(
        [sys.executable, "-c", main, *command[1].split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 killed" in done.stdout
