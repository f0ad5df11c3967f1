"""docs/transport-faults.md names tests that are there, and leaves none of the faults' tests out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/transport-faults.md").read_text()
FAULTS = ROOT / "tests/nocover/transport_faults"
FOLDERS = (FAULTS, ROOT / "tests/cover/transport")
NO_ROWS = {"test_without_a_fault_a_lazy_phone_fails", "test_without_a_fault_a_healthy_phone_passes"}


def named_in(folder: Path) -> set[str]:
    return {
        name
        for path in folder.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", PAGE))))
def test_every_test_that_is_named_is_there(name: str) -> None:
    assert any(name in named_in(folder) for folder in FOLDERS)


def test_every_test_of_a_fault_has_its_row() -> None:
    assert {name for name in named_in(FAULTS) - NO_ROWS if f"`{name}`" not in PAGE} == set()


def test_every_row_has_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| row ")]

    assert len(rows) > 25
    assert [row for row in rows if "`test_" not in row] == []
