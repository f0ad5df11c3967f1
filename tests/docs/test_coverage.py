"""The coverage catalogue is whole, names only what exists, and its page is current."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bgtask_reference.oracle import CATALOGUE

ROOT = Path(__file__).parents[2]
COUNTS = {"cts": 246, "cts-shared-uid": 13, "workmanager": 548, "workmanager-later": 50}


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_page", ROOT / "docs/coverage/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generator = load_generator()
SOURCES = generator.load_all()
ROWS = [row for source in SOURCES for row in source.rows]


def scenarios_that_exist() -> set[str]:
    folder = ROOT / "harness/bgtask_harness/scenarios"
    trees = [ast.parse(path.read_text()) for path in sorted(folder.glob("**/*.py"))]
    functions = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {name.removeprefix("test_") for name in functions if name.startswith("test_")}


def described(row: Any) -> str:
    return f"{row.suite}: {row.class_name}.{row.method}"


def test_every_named_test_has_one_row() -> None:
    assert {source.suite: source.count for source in SOURCES} == COUNTS
    assert {source.suite: len(source.rows) for source in SOURCES} == COUNTS


def test_no_test_has_two_rows() -> None:
    found = Counter(described(row) for row in ROWS)

    assert [name for name, times in found.items() if times > 1] == []


def test_every_name_is_a_method_s() -> None:
    assert [described(row) for row in ROWS if not row.method.isidentifier()] == []


def test_every_rule_is_in_the_catalogue() -> None:
    known = {rule.id for rule in CATALOGUE}

    assert {rule for row in ROWS for rule in row.rules} - known == set()


def test_every_scenario_is_a_function_of_the_shipped_suite() -> None:
    assert {name for row in ROWS for name in row.scenarios} - scenarios_that_exist() == set()


def test_what_is_covered_names_a_scenario_and_a_rule() -> None:
    assert [described(row) for row in ROWS if row.state == "covered" and not (row.scenarios and row.rules)] == []


def test_what_only_a_virtual_phone_shows_names_its_scenario() -> None:
    assert [described(row) for row in ROWS if row.state == "virtual only" and not row.scenarios] == []


def test_what_is_not_covered_says_why() -> None:
    assert [described(row) for row in ROWS if row.state != "covered" and not row.reason] == []


def test_what_is_out_of_scope_claims_no_scenario() -> None:
    assert [described(row) for row in ROWS if row.state == "out of scope" and row.scenarios] == []


def test_what_holds_from_a_level_on_is_not_called_old() -> None:
    """`...AtOrAboveApi24` is about every level of this project too."""
    from_on = re.compile("OrAbove|OrHigher|OrAfter")

    assert [described(row) for row in ROWS if row.because == "old Android" and from_on.search(row.method)] == []


def test_every_shared_reason_is_used() -> None:
    assert set(generator.load_reasons()) == {row.because for row in ROWS if row.because}


def test_the_page_is_current() -> None:
    written = (ROOT / "docs/coverage.md").read_text()

    assert written == generator.page(SOURCES, generator.load_reasons()), "run `make coverage-page`"


def test_no_cell_breaks_its_table() -> None:
    texts = [text for row in ROWS for text in (row.reason, row.because, row.class_name)]

    assert [text for text in texts if "|" in text or "\n" in text] == []


def wrong(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "wrong.toml"
    path.write_text(f'title = "t"\nfrom = "f"\ncount = 1\n{text}')
    return path


def test_an_unknown_state_is_told_with_its_place(tmp_path: Path) -> None:
    path = wrong(tmp_path, '[[class]]\nname = "C"\nstate = "fine"\nmethods = ["m"]\n')

    with pytest.raises(generator.BadDataError, match=r"wrong.toml, C: state must be one of covered, .* and is 'fine'"):
        generator.load(path, {})


def test_an_unknown_key_is_told_with_its_place(tmp_path: Path) -> None:
    path = wrong(tmp_path, '[[class]]\nname = "C"\nstate = "covered"\nrule = "R"\nmethods = ["m"]\n')

    with pytest.raises(generator.BadDataError, match=r"wrong.toml, C: nothing is called rule here"):
        generator.load(path, {})


def test_an_unknown_shared_reason_is_told_with_its_place(tmp_path: Path) -> None:
    path = wrong(tmp_path, '[[class]]\nname = "C"\nstate = "covered"\nbecause = "x"\nmethods = ["m"]\n')

    with pytest.raises(generator.BadDataError, match=r"wrong.toml, C: because = 'x' is not in reasons.toml"):
        generator.load(path, {})


def test_a_group_has_its_class_s_reason_until_it_has_its_own(tmp_path: Path) -> None:
    groups = '[[class.group]]\nmethods = ["a"]\n[[class.group]]\nstate = "covered"\nreason = "own"\nmethods = ["b"]\n'
    path = wrong(tmp_path, '[[class]]\nname = "C"\nstate = "out of scope"\nbecause = "shared"\n' + groups)

    rows = generator.load(path, {"shared": "a sentence"}).rows

    assert [(row.method, row.state, row.because, row.reason) for row in rows] == [
        ("a", "out of scope", "shared", "a sentence"),
        ("b", "covered", "", "own"),
    ]
