"""A Mac's PATH for as long as a test runs: an `xcrun` of our own, its state in a temp folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

OUTSIDE = Path(__file__).parents[2] / "outside"


class Mac:
    """What the test arranges and looks at behind the fake's back."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def has_app(self, bundle: str, notifications: dict[str, list[dict[str, str]]], **info: object) -> None:
        told = {"notifications": notifications, "info": info}
        (self.state / "apps" / f"{bundle}.json").write_text(json.dumps(told))

    def calls(self) -> list[list[str]]:
        return [json.loads(line)[1:] for line in (self.state / "calls").read_text().splitlines()]

    def states(self) -> dict[str, str]:
        listed = json.loads((self.state / "list.json").read_text())
        return {one["udid"]: one["state"] for of_runtime in listed["devices"].values() for one in of_runtime}


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mac:
    for folder in ("apps", "running", "bin"):
        (tmp_path / folder).mkdir()
    (tmp_path / "log.ndjson").touch()
    (tmp_path / "calls").touch()
    shutil.copy(OUTSIDE / "simctl_list.json", tmp_path / "list.json")
    (tmp_path / "bin" / "xcrun").symlink_to(OUTSIDE / "xcrun")
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("FAKE_SIMCTL", str(tmp_path))
    return Mac(tmp_path)
