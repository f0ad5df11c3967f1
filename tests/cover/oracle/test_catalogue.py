"""The catalogue as a value, and its page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from bgtask_reference.oracle import CATALOGUE
from bgtask_reference.oracle import catalogue_hash
from bgtask_reference.oracle.catalogue import page

ROOT = Path(__file__).parents[3]


def test_the_page_of_the_docs_is_current() -> None:
    written = (ROOT / "docs/rules.md").read_text()

    assert written == page(), "run `python -m bgtask_reference.oracle.catalogue > docs/rules.md`"


def test_the_module_prints_the_page() -> None:
    command = [sys.executable, "-m", "bgtask_reference.oracle.catalogue"]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == page()


def test_the_hash_is_short_and_stable_within_a_version() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", catalogue_hash())
    assert catalogue_hash() == catalogue_hash()


def test_every_rule_is_of_a_family_says_one_sentence_and_is_checked_in_one_way() -> None:
    assert len({rule.id for rule in CATALOGUE}) == len(CATALOGUE)
    for rule in CATALOGUE:
        assert re.fullmatch(r"[RF]\d{1,2}\.[a-z-]+", rule.id)
        assert rule.id.startswith(rule.family + ".")
        assert rule.statement.endswith(".")
        assert rule.source
        assert all(rule.needs)
        assert (rule.check is None) != (rule.survey is None)
        assert bool(rule.on) == (rule.check is not None)
