"""Single lives: quick enough for every run of the tests."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import pytest

from bgtask_harness.errors import BadInput
from bgtask_harness.killscore.apps import APPS
from bgtask_harness.killscore.apps import FIXED
from bgtask_harness.killscore.apps import GENERATED
from bgtask_harness.killscore.apps import healthy
from bgtask_harness.killscore.lives import Life
from bgtask_harness.killscore.lives import live
from bgtask_harness.killscore.lives import live_with
from bgtask_harness.killscore.lives import live_with_fault
from bgtask_harness.killscore.mutants import Mutant
from bgtask_harness.killscore.mutants import chosen
from bgtask_harness.killscore.mutants import load_mutants
from bgtask_harness.killscore.plans import EVERY_DAY
from bgtask_harness.killscore.plans import THEMES
from bgtask_harness.killscore.plans import generate
from bgtask_harness.killscore.plans import stimuli
from bgtask_harness.killscore.running import carry_out
from bgtask_harness.killscore.subject import start
from bgtask_harness.killscore.trouble import HARNESS_FAULTS
from bgtask_harness.killscore.trouble import NUISANCES
from bgtask_harness.killscore.work import HuntMutant
from bgtask_harness.killscore.work import Outcome
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_reference.events import RequestMade
from bgtask_reference.events import ScenarioEnded


def mutant(name: str) -> Mutant:
    return chosen(load_mutants(), [name])[0]


@pytest.mark.parametrize("app", APPS)
def test_a_seed_gives_the_same_life_twice(app: str) -> None:
    def told(seed: int) -> tuple[Life, tuple[str, ...]]:
        return live(app, seed), generate(healthy(app, seed).app, seed)

    assert told(3) == told(3)
    assert told(3)[1] != told(4)[1]


@pytest.mark.parametrize("theme", THEMES)
def test_every_life_holds_enough_stimuli(theme: str) -> None:
    for seed in range(20):
        assert stimuli(generate(healthy(APPS[seed % 2], seed).app, seed, theme)) >= 10


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("theme", EVERY_DAY)
def test_a_healthy_life_is_accused_of_nothing_and_comes_to_its_end(app: str, theme: str) -> None:
    lived = live(app, 1, theme)

    assert not lived.failed
    assert not lived.trouble
    assert lived.runs >= 3
    assert lived.stimuli >= 10
    assert lived.passed


@pytest.mark.parametrize("nuisance", NUISANCES, ids=lambda each: each.name)
def test_what_is_legal_is_not_accused(nuisance: object) -> None:
    lived = live_with(nuisance, FIXED, 2, nuisance.themes[0])  # type: ignore[arg-type, attr-defined]

    assert not lived.failed
    assert not lived.trouble


@pytest.mark.parametrize("fault", HARNESS_FAULTS, ids=lambda each: each.name)
def test_a_broken_harness_neither_accuses_nor_acquits(fault: object) -> None:
    lived = live_with_fault(fault, FIXED, 2, fault.themes[0])  # type: ignore[arg-type, attr-defined]

    assert not lived.failed
    assert lived.trouble or not any(fault.silences(each.rule) for each in lived.passed)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("MU01.rearm-dropped", "R12.rearmed"),
        ("MU03.period-not-waited-for", "R2.period"),
        ("MU13.backoff-one-step-short", "R6.backoff"),
        ("MU21.as-published", "R4.task-overlap"),
        ("MU23.ends-twice", "R10.once"),
        ("MU33.cancel-ignored", "R9.cancel"),
    ],
)
def test_a_mutant_is_named_by_its_rule(name: str, rule: str) -> None:
    result = HuntMutant(mutant(name), 0, 16)()

    assert result.outcome is Outcome.KILLED
    assert rule in result.by


def test_a_mutant_that_changes_nothing_survives() -> None:
    harmless = Mutant("X.harmless", "app", ("A01",), ("R2",), "bgtask_harness.virtual.faults.legal:jitter")

    result = HuntMutant(harmless, 0, 2)()

    assert (result.outcome, result.by, result.lives) == (Outcome.SURVIVED, (), 2)


def test_a_breach_that_the_wrong_rule_names_is_no_kill() -> None:
    other = msgspec.structs.replace(mutant("MU03.period-not-waited-for"), rules=("R9",))

    assert HuntMutant(other, 0, 4)().outcome is Outcome.WRONG_RULE


def test_a_phone_that_goes_in_circles_is_left() -> None:
    lived = live(GENERATED, 5, "", mutant("MU06.system-ignores-delay"))

    assert any(each.rule == "R2.delay" for each in lived.failed)


def test_a_fault_that_cannot_be_imported_is_one_sentence() -> None:
    lost = Mutant("X.lost", "app", (), ("R2",), "no_such_module:fault")

    with pytest.raises(BadInput, match=r"mutant X\.lost: .*no_such_module"):
        live(FIXED, 0, "", lost)


def test_a_line_that_says_nothing_is_recorded_as_trouble() -> None:
    history = carry_out(healthy(FIXED, 0), ("dance",))

    ended = next(entry.event for entry in history.entries if isinstance(entry.event, ScenarioEnded))
    assert ended.outcome == "broken"
    assert "there is no verb 'dance'" in ended.reason


def test_an_app_that_nobody_can_switch_begins_with_what_its_file_says_is_stored(tmp_path: Path) -> None:
    app = load_app("tvmaniac-beacon", SearchPath.standard()).on_virtual_phone()
    subject = dataclasses.replace(healthy(FIXED, 0), app=app)

    running = start(subject, tmp_path, "stored")
    running.session.launch()
    running.session.advance("90s")
    running.session.end("done", "")

    assert any(isinstance(entry.event, RequestMade) for entry in running.journal.history().entries)
