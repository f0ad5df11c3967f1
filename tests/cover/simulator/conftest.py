"""A Mac's PATH for as long as a test runs: an `xcrun` of our own, its state in a temp folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "outside"))

from fake_mac import Mac
from fake_mac import a_mac


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mac:
    return a_mac(tmp_path / "mac", monkeypatch)
