"""`am freeze`: the words of the command, and what becomes of a job whose process the kernel holds."""

from __future__ import annotations

from typing import Any

import pytest

PACKAGE = "com.example.app"


def launched(at: Any, api: int = 36) -> Any:
    bench = at(api)
    bench.type(f"am start -n {PACKAGE}/.MainActivity")
    bench.advance(1)
    return bench


@pytest.mark.parametrize("api", [34, 36])
def test_the_words_of_freeze_and_unfreeze(at: Any, api: int) -> None:
    bench = launched(at, api)
    pid = bench.app.processes[0].pid
    frozen = f"Freezing process {PACKAGE} ({pid}) sticky=false\n"
    assert bench.type(f"am freeze {PACKAGE}") == (frozen, "", 0)
    assert bench.app.processes[0].frozen
    assert bench.type(f"am freeze --sticky {pid}") == (frozen.replace("false", "true"), "", 0)
    assert bench.type(f"am unfreeze {PACKAGE}") == (f"Un{frozen[0].lower()}{frozen[1:]}", "", 0)
    assert not bench.app.processes[0].frozen
    assert bench.type("am freeze com.example.other") == ("", "Error: could not find process\n", 255)


def test_before_14_there_is_no_freezing(at: Any) -> None:
    assert at(30).type(f"am freeze {PACKAGE}") == ("Unknown command: freeze\n", "", 255)


def test_a_frozen_process_is_let_go_for_a_job(at: Any) -> None:
    bench = launched(at)
    bench.type(f"am freeze {PACKAGE}")
    bench.app.schedule()
    bench.advance(2)
    assert (len(bench.app.starts), bench.app.processes[0].frozen) == (1, False)


def test_a_job_does_not_reach_a_process_that_stays_frozen(at: Any) -> None:
    bench = launched(at)
    bench.type(f"am freeze --sticky {PACKAGE}")
    bench.app.schedule()
    bench.advance(20)
    assert bench.app.starts == []
    logged = [entry.message for entry in bench.phone.logs.read(bench.phone.logs.names)]
    assert any(message.startswith("Timed out while trying to bind for ") for message in logged)


def test_a_stop_does_not_reach_a_process_that_stays_frozen(at: Any) -> None:
    bench = launched(at)
    bench.app.work_ns = 0
    bench.app.schedule()
    bench.advance(2)
    bench.type(f"am freeze --sticky {PACKAGE}")
    bench.js("timeout", PACKAGE, "1")
    bench.advance(9)
    assert (len(bench.app.starts), bench.app.stops) == (1, [])
    logged = [entry.message for entry in bench.phone.logs.read(bench.phone.logs.names)]
    assert any(message.startswith("No response to onStopJob for ") for message in logged)


def test_a_frozen_process_can_be_killed(at: Any) -> None:
    bench = launched(at)
    bench.type(f"am freeze --sticky {PACKAGE}")
    bench.type(f"am force-stop {PACKAGE}")
    bench.type(f"am start -n {PACKAGE}/.MainActivity")
    bench.advance(1)
    assert [process.alive for process in bench.app.processes] == [False, True]
