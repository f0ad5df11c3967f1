from __future__ import annotations

import json
from pathlib import Path

import pytest

from bgtask_harness.cli import main
from bgtask_harness.killscore.campaign import Campaign
from bgtask_harness.killscore.lives import Life
from bgtask_harness.killscore.lives import Said
from bgtask_harness.killscore.mutants import Mutant
from bgtask_harness.killscore.score import Score
from bgtask_harness.killscore.work import Lives
from bgtask_harness.killscore.work import MutantResult
from bgtask_harness.killscore.work import Outcome
from bgtask_reference.events import Judgement

KEYS = [
    "mutants_total",
    "killed",
    "wrong_rule",
    "survived",
    "healthy_runs",
    "false_alarms",
    "harness_faults_total",
    "harness_faults_misjudged",
    "forced_only_killed",
]
QUIET = Life("app", 1, "", 3, 10, "", ())
ACCUSED = Life("app", 2, "user", 3, 10, "", (Said("R9.cancel", "sync", Judgement.FAIL, "natural", "it ran"),))


def result(outcome: Outcome, *, forced: tuple[str, ...] = ()) -> MutantResult:
    mutant = Mutant(f"X.{outcome}", "app", ("A02",), ("R12",), "m:f")
    return MutantResult(mutant, outcome, () if outcome is Outcome.SURVIVED else ("R12.rearmed",), QUIET, 1, forced)


def lives(name: str, *wrong: Life) -> Lives:
    return Lives(name, 5, wrong, ())


def score(*mutants: MutantResult, healthy: Lives | None = None, faults: tuple[Lives, ...] = ()) -> Score:
    return Score(0, 1.0, mutants, healthy or lives("healthy"), (lives("doze"),), faults)


def test_the_figures_come_first() -> None:
    told = score(result(Outcome.KILLED), result(Outcome.SURVIVED), faults=(lives("log-lost"),)).as_json()

    assert list(told)[: len(KEYS)] == KEYS
    assert (told["mutants_total"], told["killed"], told["survived"]) == (2, 1, ["X.survived"])
    assert (told["healthy_runs"], told["nuisance_runs"], told["harness_faults_total"]) == (5, 5, 1)
    json.dumps(told)


def test_it_holds_only_while_nothing_is_wrong() -> None:
    killed = result(Outcome.KILLED)

    assert score(killed).holds
    assert not score(killed, result(Outcome.WRONG_RULE)).holds
    assert not score(killed, healthy=lives("healthy", ACCUSED)).holds
    assert not score(killed, faults=(lives("log-lost", QUIET),)).holds
    assert not score(result(Outcome.KILLED, forced=("R2.delay",))).holds


def test_nineteen_of_twenty_are_enough() -> None:
    assert score(*[result(Outcome.KILLED)] * 19, result(Outcome.SURVIVED)).holds
    assert not score(*[result(Outcome.KILLED)] * 18, *[result(Outcome.SURVIVED)] * 2).holds


def test_the_table_names_what_is_wrong() -> None:
    wrong = score(
        result(Outcome.SURVIVED),
        result(Outcome.WRONG_RULE),
        healthy=lives("healthy", ACCUSED),
        faults=(lives("log-lost", QUIET),),
    )
    text = "\n".join(wrong.as_table())

    assert "survived      X.survived: wanted R12, accused by nobody" in text
    assert "wrong-rule    X.wrong-rule" in text
    assert "false alarm   healthy: app seed 2 user: R9.cancel of sync: it ran" in text
    assert "misjudged     log-lost: app seed 1: acquitted" in text


def test_a_campaign_in_this_process_comes_to_a_score() -> None:
    told = Campaign(("MU01.rearm-dropped", "log-lost", "doze"), 2, processes=1, each_trouble=2).run()

    assert told.holds
    assert (len(told.mutants), told.healthy.count, len(told.nuisances), len(told.faults)) == (1, 2, 1, 1)


def test_the_command_prints_the_keys_and_exits_0_while_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kill-score", "--json", "--only", "MU23", "--runs", "0"]) == 0

    assert json.loads(capsys.readouterr().out)["killed"] == 1


def test_the_command_exits_1_below_the_threshold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    fault = "bgtask_harness.virtual.faults.legal:jitter"
    file.write_text(f'[[mutant]]\nname = "X.mine"\nlayer = "app"\nbugs = []\nrules = ["R9"]\nfault = "{fault}"\n')

    assert main(["kill-score", "--mutants", str(file), "--only", "X.mine"]) == 1

    assert "survived      X.mine" in capsys.readouterr().out


def test_what_is_not_there_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kill-score", "--only", "MU99"]) == 3

    assert "--only MU99" in capsys.readouterr().err
