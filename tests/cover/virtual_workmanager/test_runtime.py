"""The process of a virtual app: modes, beacon, hook, settings, requests, threads."""

from __future__ import annotations

from typing import Any

import pytest
from scripted_app import Script
from virtual_bench import HOOK
from virtual_bench import Bench

from bgtask_harness.virtual.workmanager import beacon
from bgtask_reference.ports.app import NetworkError
from bgtask_reference.ports.app import Priority
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkRequest


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def bench(script: Script) -> Bench:
    bench = Bench(script)
    bench.open()
    return bench


@pytest.mark.parametrize(
    ("mode", "debug", "beacons", "answer"),
    [
        ("release", False, 0, None),
        ("debug", True, 0, None),
        ("beacon", True, 1, None),
        ("hook", True, 1, "ok"),
    ],
)
def test_each_mode_shows_what_the_one_before_shows_and_more(
    script: Script, mode: str, debug: bool, beacons: int, answer: str | None
) -> None:
    bench = Bench(script, mode=mode)
    bench.open()
    script.now.on_hook = lambda _command, _arguments: "ok"  # type: ignore[method-assign]

    assert script.now.app.debug_build is debug
    assert bench.hook("ping") == answer
    assert len(bench.messages("bgtask-beacon")) == beacons


def test_the_beacon_s_line_has_a_fixed_order() -> None:
    fields: dict[str, str | int | None] = {"process": None, "result": "success", "run_attempt": 2, "own": 1}

    said = beacon.line("end", fields | {"task": "t", "work_id": "w", "attempt_id": "a"})

    expected = '{"v":1,"event":"end","task":"t","attempt_id":"a","work_id":"w","run_attempt":2,"result":"success",'
    assert said == expected + '"process":null,"own":1}'


def test_the_hook_is_guarded_and_absent_outside_its_mode(script: Script) -> None:
    package = Bench(script, mode="hook").phone.packages.find("com.thomaskioko.tvmaniac")
    assert package is not None
    assert package.package.guarded[HOOK] == "android.permission.DUMP"
    other = Bench(script, mode="beacon").phone.packages.find("com.thomaskioko.tvmaniac")
    assert other is not None
    assert "bgtask.HOOK" not in other.package.receivers


def test_settings_survive_the_process_and_observers_are_told_of_changes(bench: Bench, script: Script) -> None:
    seen: list[str] = []
    script.now.app.observe("colour", seen.append)
    bench.run(1)
    script.now.app.store("colour", "red")
    script.now.app.store("colour", "red")
    bench.run(1)
    bench.kill()
    bench.open()

    assert seen == ["", "red"]
    assert script.now.app.state("colour") == "red"


def test_clearing_the_data_forgets_settings_and_work(bench: Bench, script: Script) -> None:
    script.now.app.store("colour", "red")
    record = bench.phone.packages.find(bench.app.package)
    assert record is not None
    record.package.clear_data()

    assert script.now.app.state("colour") == ""


def ask(bench: Bench, script: Script, endpoint: str) -> list[Any]:
    answers: list[Any] = []

    async def call() -> None:
        begin = bench.now
        try:
            answers.append(await script.now.app.request(endpoint))
        except NetworkError as error:
            answers.append(str(error))
        answers.append(round(bench.now - begin, 2))

    script.now.app.spawn(call(), "call")
    bench.run(10)
    return answers


def test_a_request_takes_its_time_and_gives_what_was_set_up(bench: Bench, script: Script) -> None:
    assert ask(bench, script, "a") == ["ok", 0.8]
    bench.hook("server", endpoint="a", reply="error", duration_ms="2000")
    assert ask(bench, script, "a") == ["error", 2.0]
    bench.hook("server", endpoint="a", reply="network_error")
    assert ask(bench, script, "a") == ["timeout at a", 0.8]


def test_a_request_without_a_network_fails_soon(bench: Bench, script: Script) -> None:
    bench.network(on=False)

    assert ask(bench, script, "a") == ["Unable to resolve host for a: No address associated with hostname", 0.02]


def test_the_hook_says_what_was_wrong(bench: Bench) -> None:
    assert bench.hook("server", endpoint="a") == "error: server wants endpoint and reply"
    assert bench.hook("server", endpoint="a", reply="ok", duration_ms="x") == (
        "error: duration_ms 'x' is no number of milliseconds"
    )
    assert bench.broadcast("bgtask.HOOK", HOOK) == "error: no command"


def test_coroutines_end_with_their_process_without_a_word(bench: Bench, script: Script) -> None:
    app = script.now.app

    async def talk() -> None:
        try:
            while True:
                await app.sleep(1_000_000_000)
                app.log(Priority.INFO, "Talker", "still here")
        finally:
            app.log(Priority.INFO, "Talker", "never said")

    app.spawn(talk(), "talk")
    bench.run(3.5)
    bench.kill()
    bench.run(10)

    assert bench.messages("Talker") == ["still here"] * 3


def test_a_coroutine_s_lines_bear_its_thread(bench: Bench, script: Script) -> None:
    app = script.now.app

    async def talk() -> None:
        app.log(Priority.INFO, "Talker", "hello")

    app.spawn(talk(), "one")
    app.spawn(talk(), "two")
    app.log(Priority.INFO, "Talker", "main")
    bench.run(1)

    lines = [line for line in bench.lines if line.tag == "Talker"]
    assert lines[0].tid == lines[0].pid
    assert len({line.tid for line in lines}) == 3


def test_why_a_process_started_is_known_from_android_15_on(bench: Bench, script: Script) -> None:
    assert script.now.app.process_reason == "activity"


def test_an_exception_in_on_create_crashes_the_app_and_not_the_phone(script: Script) -> None:
    def broken(_app: Any) -> None:
        raise RuntimeError("onCreate is broken")

    script.on_create = broken
    bench = Bench(script)
    bench.open()

    assert any("onCreate is broken" in line.message for line in bench.lines if line.tag == "AndroidRuntime")
    assert bench.phone.processes.find(bench.app.package) is None


def test_what_a_frozen_process_was_about_to_do_it_does_when_it_goes_on(bench: Bench, script: Script) -> None:
    done: list[str] = []

    async def body(app: Any, _parameters: Any) -> ListenableWorkerResult:
        done.append("began")
        await app.sleep(10_000_000_000)
        done.append("ended")
        return ListenableWorkerResult.SUCCESS

    script.bodies["app.W"] = body
    script.now.work_manager.enqueue_unique_work("o", ExistingWorkPolicy.REPLACE, WorkRequest("app.W"))
    bench.run(1)
    record = bench.phone.processes.find(bench.app.package)
    assert record is not None
    bench.phone.processes.freeze(record, sticky=True)
    bench.run(100)
    assert done == ["began"]
    bench.phone.processes.thaw(record)
    bench.run(1)
    assert done == ["began", "ended"]
    assert bench.row("o").state == "SUCCEEDED"


def test_a_timer_of_a_frozen_process_waits_and_may_still_be_cancelled(bench: Bench, script: Script) -> None:
    done: list[str] = []
    process = script.now.app._process
    process.after(1_000_000_000, lambda: done.append("first"))
    second = process.after(2_000_000_000, lambda: done.append("second"))
    process.on_frozen(frozen=True)
    bench.run(10)
    second.cancel()
    process.on_frozen(frozen=False)
    bench.run(0.1)
    assert done == ["first"]
