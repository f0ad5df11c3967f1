from __future__ import annotations

import re
from pathlib import Path

import pytest

from bgtask_harness.errors import BadInput
from bgtask_harness.killscore.field import bug_classes
from bgtask_harness.killscore.ios.apps import APPS
from bgtask_harness.killscore.ios.plans import THEMES
from bgtask_harness.killscore.ios.verbs import VERBS
from bgtask_harness.killscore.mutants import Mutant
from bgtask_harness.killscore.mutants import chosen
from bgtask_harness.killscore.mutants import load_mutants
from bgtask_harness.killscore.stages import IOS
from bgtask_harness.killscore.stages import stage
from bgtask_harness.virtual.ios.dasd import Dasd
from bgtask_harness.virtual.ios.framework import BGTaskScheduler
from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_harness.virtual.layers import load
from bgtask_reference.lineage.tvmaniac import ios as tvmaniac
from bgtask_reference.oracle import CATALOGUE

MUTANTS = load_mutants(stage(IOS).mutants)
SOUND = IosLayers(dasd=Dasd, background_tasks=BGTaskScheduler, program=tvmaniac.fixed)
RULES = {rule.id for rule in CATALOGUE if "ios" in rule.platforms}
FAMILIES = {rule.partition(".")[0] for rule in RULES}
PAGE = (Path(__file__).parents[3] / "docs" / "kill-score.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_changes_some_layer(mutant: Mutant) -> None:
    assert load(mutant.fault, "virtual fault")(SOUND) != SOUND


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_fully_described(mutant: Mutant) -> None:
    assert re.fullmatch(r"MU\d\d\.[a-z-]+", mutant.name)
    assert mutant.bugs
    assert set(mutant.rules) <= RULES | FAMILIES
    assert set(mutant.masked) <= RULES
    assert set(mutant.apps) <= set(APPS)
    assert set(mutant.themes) <= {"", *THEMES}


def test_the_operators_that_only_an_iphone_shows_are_there() -> None:
    assert {mutant.operator for mutant in MUTANTS} >= {"MU25", "MU35", "MU36"}


def test_every_rule_that_can_accuse_has_a_mutant() -> None:
    """What R16.retry, R16.unmetered and R22.decided find is a difference by name, or a doubt."""
    wanted = RULES - {"R16.retry", "R16.unmetered", "R17.exception", "R22.decided"}

    named = {rule for rule in wanted for mutant in MUTANTS if mutant.is_named_by(rule)}
    assert named == wanted


def test_every_class_of_the_field_has_a_mutant_or_a_reason() -> None:
    named = {bug for mutant in MUTANTS for bug in mutant.bugs}

    assert [each.id for each in bug_classes(IOS) if (each.id in named) == bool(each.none)] == []


def test_the_document_says_which_classes_have_no_mutant() -> None:
    missing = [f"| {each.id} {each.title} | {each.none} |" for each in bug_classes(IOS) if each.none]

    assert [line for line in missing if line not in PAGE] == []


def test_the_document_lists_every_verb() -> None:
    table = PAGE.partition("## On iPhones")[2].partition("## What is not measured here")[0]
    listed = {word for line in table.splitlines() for word in re.findall(r"`([a-z-]+)[ `]", line)}

    assert set(VERBS) <= listed


def test_a_class_without_a_mutant_says_why() -> None:
    with pytest.raises(BadInput, match="--only I27: there is no mutant of it: legal"):
        chosen(MUTANTS, ["I27"], IOS)
