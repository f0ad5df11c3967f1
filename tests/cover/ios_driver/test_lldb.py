"""The third way, on a Mac: what lldb is told, and what its words mean."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.lldb import by_lldb
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

TASK = "com.example.refresh"
XCRUN = """#!{python} -I
import json, sys, time
print({out!r})
print({err!r}, file=sys.stderr)
json.dump(sys.argv[1:], open({heard!r}, "w"))
time.sleep({hangs})
sys.exit({status})
"""
Arrange = Callable[..., Path]


@pytest.fixture
def xcrun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Arrange:
    """Put an `xcrun` on PATH that says this and ends so; gives the file with what it was told."""

    def arrange(out: str = "", err: str = "", status: int = 0, hangs: float = 0) -> Path:
        heard, program = tmp_path / "heard.json", tmp_path / "bin" / "xcrun"
        program.parent.mkdir()
        told = {"out": out, "err": err, "status": status, "hangs": hangs}
        program.write_text(XCRUN.format(python=sys.executable, heard=str(heard), **told))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(program.parent))
        return heard

    return arrange


def call(identifier: str = TASK, what: Simulation = Simulation.LAUNCH, within_s: float = 20) -> Answer:
    return by_lldb("00008130-1", 412, identifier, what, Deadline.after(within_s))


def test_it_selects_the_phone_attaches_calls_and_lets_go(xcrun: Arrange) -> None:
    heard = xcrun(out="(lldb) process detach\nProcess 412 detached")
    answer = call()

    assert json.loads(heard.read_text()) == [
        "lldb",
        "--no-lldbinit",
        "--batch",
        "-o",
        "device select 00008130-1",
        "-o",
        "device process attach --pid 412",
        "-o",
        f'expression -l objc -- (void)[[BGTaskScheduler sharedScheduler] {Simulation.LAUNCH.value}@"{TASK}"]',
        "-o",
        "process detach",
    ]
    assert (answer.outcome, answer.level, answer.arguments["way"]) == (Outcome.ACCEPTED, ForceLevel.FORCED, "lldb")


@pytest.mark.parametrize(
    ("out", "err", "status", "why"),
    [
        ("", "error: attach failed: lost connection", 1, "error: attach failed: lost connection"),
        ("(lldb) error: no such device\n", "", 0, "(lldb) error: no such device"),
        ("", "", 2, "lldb ended with exit status 2"),
    ],
)
def test_what_it_complains_of_is_a_refusal(xcrun: Arrange, out: str, err: str, status: int, why: str) -> None:
    xcrun(out=out, err=err, status=status)
    answer = call(what=Simulation.EXPIRATION)

    assert (answer.outcome, answer.refusal, answer.output) == (Outcome.REFUSED, Refusal.OTHER, why)


def test_one_that_does_not_end_is_ended_and_may_have_called(xcrun: Arrange) -> None:
    xcrun(hangs=600)

    assert call(within_s=1.5).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("identifier", ['x"]; (void)exit(1); //', "a b", ""])
def test_an_identifier_that_would_need_quoting_is_not_said(xcrun: Arrange, identifier: str) -> None:
    heard = xcrun()
    with pytest.raises(Unsupported, match="letters, digits, dots, hyphens"):
        call(identifier)

    assert not heard.exists()


def test_without_a_mac_it_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unsupported, match="needs a Mac with Xcode 16"):
        call()
