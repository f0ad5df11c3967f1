from __future__ import annotations

import re
from pathlib import Path

import pytest

from bgtask_harness.errors import BadInput
from bgtask_harness.killscore.apps import APPS
from bgtask_harness.killscore.field import bug_classes
from bgtask_harness.killscore.mutants import chosen
from bgtask_harness.killscore.mutants import is_one_of
from bgtask_harness.killscore.mutants import load_mutants
from bgtask_harness.killscore.plans import THEMES
from bgtask_harness.virtual.adbd.daemon import Daemon
from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.layers import load
from bgtask_harness.virtual.workmanager.library import WorkManager
from bgtask_reference.lineage import tvmaniac

MUTANTS = load_mutants()
SOUND = Layers(adbd=Daemon, job_scheduler=JobScheduler, work_manager=WorkManager, program=tvmaniac.fixed)
FIRST_OF_THE_FIELD = frozenset(
    f"MU{number:02}" for number in (1, 6, 9, 10, 13, 14, 15, 20, 21, 22, 24, 28, 29, 30, 32, 33, 34, 39)
)
"""The first twenty of the field catalogue without those that only an iPhone shows (MU25, MU36)."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_changes_some_layer(mutant: object) -> None:
    assert load(mutant.fault, "virtual fault")(SOUND) != SOUND  # type: ignore[attr-defined]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_fully_described(mutant: object) -> None:
    assert re.fullmatch(r"MU\d\d\.[a-z-]+", mutant.name)  # type: ignore[attr-defined]
    assert mutant.bugs  # type: ignore[attr-defined]
    assert all(re.fullmatch(r"[RF]\d+(\.[a-z-]+)?", rule) for rule in mutant.rules)  # type: ignore[attr-defined]
    assert set(mutant.apps) <= set(APPS)  # type: ignore[attr-defined]
    assert set(mutant.themes) <= {"", *THEMES}  # type: ignore[attr-defined]


def test_the_first_operators_of_the_field_are_there() -> None:
    assert {mutant.operator for mutant in MUTANTS} >= FIRST_OF_THE_FIELD


def test_every_class_of_the_field_has_a_mutant_or_a_reason() -> None:
    named = {bug for mutant in MUTANTS for bug in mutant.bugs}

    assert [each.id for each in bug_classes() if (each.id in named) == bool(each.none)] == []


def test_the_document_says_which_classes_have_no_mutant() -> None:
    document = (Path(__file__).parents[3] / "docs" / "kill-score.md").read_text(encoding="utf-8")

    missing = [
        each for each in bug_classes() if each.none and f"| {each.id} {each.title} | {each.none} |" not in document
    ]
    assert missing == []


def test_a_class_without_a_mutant_says_why() -> None:
    with pytest.raises(BadInput, match="--only A53: there is no mutant of it: legal"):
        chosen(MUTANTS, ["A53"])


def test_a_family_stands_for_all_its_rules() -> None:
    assert is_one_of("R2.period", ("R2",))
    assert is_one_of("R2.period", ("R2.period",))
    assert not is_one_of("R2.period", ("R2.delay", "R21"))
    assert not is_one_of("R21.storm", ("R2",))


def test_mutants_are_chosen_by_name_operator_or_bug_class() -> None:
    assert [mutant.name for mutant in chosen(MUTANTS, ["MU03.period-not-waited-for"])] == ["MU03.period-not-waited-for"]
    assert {mutant.operator for mutant in chosen(MUTANTS, ["MU13"])} == {"MU13"}
    assert all("K05" in mutant.bugs for mutant in chosen(MUTANTS, ["K05"]))
    assert chosen(MUTANTS, []) == MUTANTS


def test_what_is_not_there_is_one_sentence() -> None:
    with pytest.raises(BadInput, match="--only MU99: no mutant"):
        chosen(MUTANTS, ["MU99"])


def test_a_file_of_mutants_may_come_from_outside(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[mutant]]\nname = "X.mine"\nlayer = "app"\nbugs = []\nrules = ["R9"]\nfault = "faults:mine"\n')

    (mine,) = load_mutants(file)

    assert (mine.name, mine.apps, mine.themes) == ("X.mine", APPS, ("",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[mutant]]\nname = 3\n", "Expected `str`"),
        ('[[mutant]]\nname = "X"\nlayer = "ap"\n', "layer|Invalid"),
        ("mutants = 3", "unknown field|missing"),
        ("=", "mine.toml"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)

    with pytest.raises(BadInput, match=said):
        load_mutants(file)


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    one = '[[mutant]]\nname = "X.mine"\nlayer = "app"\nbugs = []\nrules = ["R9"]\nfault = "faults:mine"\n'
    file = tmp_path / "mine.toml"
    file.write_text(one * 2)

    with pytest.raises(BadInput, match=r"twice there is X\.mine"):
        load_mutants(file)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="give a file of mutants"):
        load_mutants(tmp_path / "none.toml")
