"""What the catalogue says of each rule beside its code: bug classes, scenarios, golden histories."""

from __future__ import annotations

import re
from pathlib import Path

from bgtask_reference.oracle import CATALOGUE
from bgtask_reference.oracle.catalogue.page import bugs
from bgtask_reference.oracle.catalogue.page import evidence
from bgtask_reference.oracle.catalogue.page import written

ROOT = Path(__file__).parents[4]
GOLDEN = Path(__file__).parents[1] / "golden"


def shipped() -> set[str]:
    """The names of the shipped suite's scenarios."""
    files = (ROOT / "harness/bgtask_harness/scenarios").glob("test_*.py")
    return {name for file in files for name in re.findall(r"^def test_(\w+)", file.read_text(), re.MULTILINE)}


def test_every_bug_class_that_a_rule_catches_is_told_with_its_source() -> None:
    for rule in CATALOGUE:
        for bug in evidence(rule.id).get("bugs", ()):
            assert {"title", "grade", "source"} <= bugs()[bug].keys(), (rule.id, bug)


def test_every_scenario_that_exercises_a_rule_is_in_the_suite() -> None:
    told = {name for rule in CATALOGUE for name in evidence(rule.id).get("scenarios", ())}

    assert told <= shipped()


def test_a_golden_history_that_the_catalogue_names_is_there() -> None:
    named = {evidence(rule.id)["golden"] for rule in CATALOGUE if evidence(rule.id).get("golden")}

    assert all((GOLDEN / f"{name}.toml").is_file() for name in named)


def test_a_rule_of_which_nothing_is_known_says_so() -> None:
    unknown = [rule for rule in CATALOGUE if not evidence(rule.id).get("golden")]

    lines = written(unknown, (), ()).splitlines()
    assert all("none known" in line for line in lines if line.startswith("* Golden history"))


def test_the_page_keeps_what_nobody_confirmed_where_a_reader_sees_it() -> None:
    assert written(CATALOGUE, (), ()).count("UNCONFIRMED") > 10
