"""A Mac's PATH: an `xcrun` of our own on it, whose state is in a folder."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

OUTSIDE = Path(__file__).parent
Entries = list[dict[str, str]]
"""Of the log."""


class Mac:
    """What the test arranges and looks at behind the fake's back."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def has_app(
        self, bundle: str, notifications: dict[str, Entries], launched: Entries | None = None, **info: object
    ) -> None:
        told = {"notifications": notifications, "launched": launched or [], "info": info}
        (self.state / "apps" / f"{bundle}.json").write_text(json.dumps(told))

    def calls(self) -> list[list[str]]:
        return [json.loads(line)[1:] for line in (self.state / "calls").read_text().splitlines()]

    def states(self) -> dict[str, str]:
        return {one["udid"]: one["state"] for one in self._entries(self._list())}

    def boots(self, udid: str) -> None:
        """Have somebody else boot one."""
        listed = self._list()
        next(one for one in self._entries(listed) if one["udid"] == udid)["state"] = "Booted"
        (self.state / "list.json").write_text(json.dumps(listed))

    def _list(self) -> dict[str, dict[str, list[dict[str, str]]]]:
        listed: dict[str, dict[str, list[dict[str, str]]]] = json.loads((self.state / "list.json").read_text())
        return listed

    def _entries(self, listed: dict[str, dict[str, list[dict[str, str]]]]) -> list[dict[str, str]]:
        return [one for of_runtime in listed["devices"].values() for one in of_runtime]


def a_mac(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Mac:
    """Put it on PATH until the test ends."""
    for name in ("apps", "running", "bin"):
        (folder / name).mkdir(parents=True)
    (folder / "log.ndjson").touch()
    (folder / "calls").touch()
    shutil.copy(OUTSIDE / "simctl_list.json", folder / "list.json")
    (folder / "bin" / "xcrun").symlink_to(OUTSIDE / "xcrun")
    (folder / "bin" / "python3").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=":")
    monkeypatch.setenv("FAKE_SIMCTL", str(folder))
    return Mac(folder)
