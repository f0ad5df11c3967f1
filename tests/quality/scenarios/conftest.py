"""A planted fault in a real run of a shipped scenario, by a pytest of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
Broken = Callable[..., tuple[int, set[str], str]]


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """Run what `chosen` selects with a fault, and give the exit status, the rules that failed, and what was printed."""

    def run(device: str, app: str, fault: str, chosen: str) -> tuple[int, set[str], str]:
        options = ["--device", device, "--app", app, f"--run-dir={tmp_path}/run", "-q"]
        path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")]))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, "--virtual-fault", fault, "-k", chosen],
            cwd=HERE.parents[2],
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            check=False,
        )
        (journal,) = json.loads((tmp_path / "run/verdicts.json").read_text())["journals"]
        rules = {verdict["rule"] for verdict in journal["verdicts"] if verdict["judgement"] == "fail"}
        return done.returncode, rules, done.stdout.decode() + done.stderr.decode()

    return run
