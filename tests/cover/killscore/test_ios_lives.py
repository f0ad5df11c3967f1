"""Single lives of virtual iPhones: quick enough for every run of the tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.killscore.ios.apps import APPS
from bgtask_harness.killscore.ios.apps import FIXED
from bgtask_harness.killscore.ios.apps import healthy
from bgtask_harness.killscore.ios.plans import EVERY_DAY
from bgtask_harness.killscore.ios.plans import THEMES
from bgtask_harness.killscore.ios.plans import generate
from bgtask_harness.killscore.ios.plans import stimuli
from bgtask_harness.killscore.ios.running import carry_out
from bgtask_harness.killscore.ios.subject import Running
from bgtask_harness.killscore.ios.subject import start
from bgtask_harness.killscore.ios.trouble import HARNESS_FAULTS
from bgtask_harness.killscore.ios.trouble import NUISANCES
from bgtask_harness.killscore.lives import Life
from bgtask_harness.killscore.lives import live
from bgtask_harness.killscore.lives import live_with
from bgtask_harness.killscore.lives import live_with_fault
from bgtask_harness.killscore.mutants import Mutant
from bgtask_harness.killscore.mutants import chosen
from bgtask_harness.killscore.mutants import load_mutants
from bgtask_harness.killscore.stages import IOS
from bgtask_harness.killscore.stages import stage
from bgtask_harness.killscore.trouble import HarnessFault
from bgtask_harness.killscore.trouble import Nuisance
from bgtask_harness.killscore.work import HuntMutant
from bgtask_harness.killscore.work import LiveWithFault
from bgtask_harness.killscore.work import LiveWithNuisance
from bgtask_harness.killscore.work import Outcome
from bgtask_reference.events import Outcome as Answered
from bgtask_reference.events import ScenarioEnded

LIMIT = Deadline.after(60)
FRONT = "bring it to the front first"


def mutant(name: str) -> Mutant:
    return chosen(load_mutants(stage(IOS).mutants), [name], IOS)[0]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    begun = start(healthy(FIXED, 0), tmp_path, "by hand")
    yield begun
    begun.session.end("done")


@pytest.mark.parametrize("app", APPS)
def test_a_seed_gives_the_same_life_twice(app: str) -> None:
    def told(seed: int) -> tuple[Life, tuple[str, ...]]:
        return live(app, seed, platform=IOS), generate(healthy(app, seed).app, seed)

    assert told(3) == told(3)
    assert told(3)[1] != told(4)[1]


@pytest.mark.parametrize("theme", THEMES)
def test_every_life_holds_enough_stimuli(theme: str) -> None:
    for seed in range(20):
        assert stimuli(generate(healthy(APPS[seed % 2], seed).app, seed, theme)) >= 10


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("theme", EVERY_DAY)
def test_a_healthy_life_is_accused_of_nothing_and_comes_to_its_end(app: str, theme: str) -> None:
    lived = live(app, 1, theme, platform=IOS)

    assert not lived.failed
    assert not lived.trouble
    assert lived.runs >= 3
    assert lived.stimuli >= 10
    assert lived.passed


@pytest.mark.parametrize("nuisance", NUISANCES, ids=lambda each: each.name)
def test_what_is_legal_is_not_accused(nuisance: Nuisance) -> None:
    lived = live_with(nuisance, FIXED, 2, nuisance.themes[0], IOS)

    assert not lived.failed
    assert not lived.trouble


@pytest.mark.parametrize("fault", HARNESS_FAULTS, ids=lambda each: each.name)
def test_a_broken_harness_neither_accuses_nor_acquits(fault: HarnessFault) -> None:
    lived = live_with_fault(fault, FIXED, 2, fault.themes[0], IOS)

    assert not lived.failed
    assert lived.trouble or not any(fault.silences(each.rule) for each in lived.passed)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("MU01.rearm-dropped", "R12.resubmitted"),
        ("MU03.interval-halved", "R2.interval"),
        ("MU23.completed-twice", "R10.completed-once"),
        ("MU25.expiration-handler-stuck", "R11.expiry"),
        ("MU27.does-no-work", "R18.worked"),
        ("MU35.not-registered-when-cold", "R13.handler"),
        ("MU36.pushed-when-left", "R8.begin-date"),
        ("MU37.errors-swallowed", "R14.surfaced"),
        ("MU42.simulation-ignored", "F1.simulated"),
    ],
)
def test_a_mutant_is_named_by_its_rule(name: str, rule: str) -> None:
    result = HuntMutant(mutant(name), 0, 8, IOS)()

    assert result.outcome is Outcome.KILLED
    assert rule in result.by


def test_a_breach_inside_the_mask_of_a_simulated_launch_is_invisible_to_it() -> None:
    late = dataclasses.replace(healthy(FIXED, 0), faults=(mutant("MU26.never-expires").fault,))
    history = carry_out(late, ("on logged-in", "server 0 ok 302s", "force 0 unended", "advance 10m"))

    told = [entry.event for entry in history.entries if isinstance(entry.event, ScenarioEnded)]
    assert told[-1].outcome == "done"
    assert HuntMutant(mutant("MU26.never-expires"), 0, 1, IOS)().forced == ()


def test_lives_are_gathered_by_platform() -> None:
    legal = LiveWithNuisance("jitter", range(2), IOS)()
    broken = LiveWithFault("log-ends", range(2), IOS)()

    assert (legal.count, legal.wrong, broken.count, broken.wrong) == (2, (), 2, ())


def test_a_line_that_says_nothing_is_recorded_as_trouble() -> None:
    history = carry_out(healthy(FIXED, 0), ("dance",))

    ended = next(entry.event for entry in history.entries if isinstance(entry.event, ScenarioEnded))
    assert ended.outcome == "broken"
    assert "there is no verb 'dance'" in ended.reason


def test_a_locked_phone_refuses_and_says_so(running: Running) -> None:
    phone = running.device
    spec = running.session.app.spec
    phone.lock(LIMIT)
    with pytest.raises(Refused, match="hands know no 'dance'"):
        phone.hand("dance")

    assert phone.kill(spec, LIMIT).output == "it does not run"
    with pytest.raises(Unsupported, match="does not run"):
        phone.simulate_by_debugger(spec, spec.tasks[0].id, Simulation.LAUNCH, LIMIT)


def test_a_suspended_app_does_not_answer_and_is_not_forced(running: Running) -> None:
    session, phone = running.session, running.device
    session.launch()
    phone.lock(LIMIT)
    session.advance(10)

    assert phone.hook(session.app.spec, "ping", {}, LIMIT).outcome is Answered.UNKNOWN
    told = phone.simulate(session.app.spec, session.tasks[0].id, Simulation.LAUNCH, LIMIT)
    assert (told.outcome, told.output) == (Answered.REFUSED, f"{session.app.spec.package} is suspended: {FRONT}")
    phone.unlock(LIMIT)
    assert session.launch().outcome is Answered.ACCEPTED


def test_without_the_hook_the_debugger_makes_the_call(running: Running) -> None:
    session, phone = running.session, running.device
    spec, task = session.app.spec, session.tasks[0]
    session.launch()
    nothing = phone.simulate(spec, task.id, Simulation.LAUNCH, LIMIT)
    assert (nothing.outcome, nothing.arguments["way"]) == (Answered.REFUSED, "hook")
    session.set_state("logged-in", on=True)
    session.advance(5)

    session.server(task, "ok", "60s")
    told = phone.simulate_by_debugger(spec, task.id, Simulation.LAUNCH, LIMIT)

    assert (told.arguments["way"], told.outcome) == ("debugger", Answered.ACCEPTED)
    again = phone.simulate(spec, task.id, Simulation.LAUNCH, LIMIT)
    assert (again.arguments["way"], again.outcome) == ("none", Answered.REFUSED)


def test_the_log_ends_as_a_cable_s_does(running: Running) -> None:
    with running.device.open_log(LIMIT) as log:
        with pytest.raises(Refused, match="nothing can be written"):
            log.send(b"", LIMIT)
        with pytest.raises(DeadlineExceeded):
            log.recv(10, LIMIT)
        log.break_off("pulled")
        with pytest.raises(DeviceLostError, match="pulled"):
            log.recv(10, LIMIT)
    ended = running.device.open_log(LIMIT)
    ended.close()
    assert ended.recv(10, LIMIT) == b""
