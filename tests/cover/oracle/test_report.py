"""The report as a value: what is judged, in which order, and that it is the same under every hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import PING
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app

from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Judgement
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Norm
from bgtask_reference.events import Result
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened
from bgtask_reference.oracle import CATALOGUE
from bgtask_reference.oracle import judge

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import histories as h
from bgtask_reference.events import Result
from bgtask_reference.oracle import judge
w = h.Writer(h.app(h.SYNC, h.PING)).begin().names().request().run(result=Result.RETRY).wait(3).run(attempt=2)
a = w.wait(5).start(); b = w.wait(1).start(); w.finish(a).finish(b)
print(judge(w.look().history()))
"""


def test_every_chosen_rule_says_one_word_on_every_task() -> None:
    writer = Writer(app(SYNC, PING, norms=(Norm.CONTRACT,))).begin().look()
    report = judge(writer.history())
    chosen = [rule.id for rule in CATALOGUE if rule.norm is Norm.CONTRACT and "android" in rule.platforms]

    assert [(each.rule, each.task) for each in report.verdicts] == [
        (rule, task.id) for rule in chosen for task in (SYNC, PING)
    ]
    assert {each.judgement for each in report.verdicts} == {Judgement.NOT_EXERCISED}


def test_android_s_rules_are_not_judged_elsewhere() -> None:
    writer = Writer(device=DeviceSpec("phone", platform="ios")).begin()
    of_android = {rule.id for rule in CATALOGUE if "ios" not in rule.platforms}

    assert not of_android & {verdict.rule for verdict in judge(writer.history()).verdicts}


def test_the_report_is_the_same_under_every_hash_seed() -> None:
    told = set()
    for seed in ("0", "1", "4711"):
        command = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        told.add(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)

    assert len(told) == 1
    assert b"fail" in told.pop()


def test_versions_above_the_newest_known_are_marked() -> None:
    writer = Writer(app(work_manager_version="3.0.0"), DeviceSpec("phone", api_level=40)).begin()

    assert [note for note in judge(writer.history()).notes if "newer than the newest known" in note]
    assert len(judge(writer.history()).notes) == 2


def test_lines_that_nobody_understood_are_counted() -> None:
    writer = Writer().begin()
    writer.add(LineUnknown(stamp=writer.log(), parser="templates"))

    assert any("1 lines" in note for note in judge(writer.history()).notes)


def test_a_scenario_that_the_device_does_not_support_is_unsupported_with_its_reason() -> None:
    writer = Writer().begin()
    writer.add(ScenarioEnded(stamp=writer.host(), outcome="unsupported", reason="no hook"))

    report = judge(writer.history())

    assert {(each.judgement, each.reason) for each in report.verdicts} == {(Judgement.UNSUPPORTED, "no hook")}


def test_a_hole_before_the_measured_window_takes_nothing_back() -> None:
    writer = Writer().begin().names().request().sample(seen=False).sample()
    writer.add(WindowOpened(stamp=writer.host()))
    writer.sample().run().sample().add(WindowClosed(stamp=writer.host()))

    report = judge(writer.sample().history())

    assert Judgement.PASS in {each.judgement for each in report.verdicts}


def test_a_reboot_that_was_asked_for_takes_nothing_back() -> None:
    writer = Writer().begin().names().request().run().sample()
    writer.stimulus("reboot")
    writer.boot().names().wait(3700).run().sample()

    verdicts = {each.rule: each.judgement for each in judge(writer.history()).verdicts}

    assert verdicts["R10.once"] is Judgement.PASS
    assert verdicts["R2.period"] is Judgement.NOT_EXERCISED, "a hole lies between the two runs"


def test_a_report_is_a_value() -> None:
    writer = Writer().begin().names().request().run(result=Result.RETRY).wait(2).run(PERIODIC, attempt=2).sample()
    history = writer.history()

    assert judge(history) == judge(replace(history))
    assert hash(judge(history)) == hash(judge(history))


def test_ten_thousand_events_are_judged_in_seconds() -> None:
    writer = Writer().begin().names().request()
    while len(writer.entries) < 10_000:
        writer.run().wait(3700).sample()
    began = time.perf_counter()
    report = judge(writer.history())

    assert time.perf_counter() - began < 10
    assert Judgement.FAIL not in {each.judgement for each in report.verdicts}
