from __future__ import annotations

import os
from pathlib import Path

import pytest

from bgtask_harness.broker import phone_process
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError

READY = 'print(\'{"serial": "S", "adb_server_port": 1, "adbd_port": 2, "pid": 3}\', flush=True)'


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a program of the outside where the virtual phone would be."""
    (tmp_path / "stand_in_phone.py").write_text("import os, sys\n" + body)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(phone_process, "_MODULE", "stand_in_phone")


def test_it_is_ready_when_it_says_so_and_ends_when_its_stdin_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, READY + "\nsys.stdin.read()\nopen(sys.argv[1], 'w').write('ended')\n")

    phone = PhoneProcess([str(tmp_path / "mark")], Deadline.after(10))
    phone.check()
    phone.end()
    phone.end()

    assert phone.ready.serial == "S"
    assert (tmp_path / "mark").read_text() == "ended"


def test_one_that_refuses_its_input_hands_on_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "print('--program x: no such module', file=sys.stderr)\nsys.exit(2)")

    with pytest.raises(BadInput, match=r"^--program x: no such module$"):
        PhoneProcess([], Deadline.after(10))


def test_one_that_dies_says_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "raise SystemExit('no adb here')")

    with pytest.raises(HarnessError, match="ended with status 1 before it was ready: no adb here"):
        PhoneProcess([], Deadline.after(10))


def test_one_that_is_never_ready_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "sys.stdin.read()")

    with pytest.raises(HarnessError, match="was not ready in time: it said nothing"):
        PhoneProcess([], Deadline.after(0.3))


def test_one_that_talks_nonsense_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "print('hello')\nsys.stdin.read()")

    with pytest.raises(HarnessError, match="said b'hello' instead of how to reach it"):
        PhoneProcess([], Deadline.after(10))


def test_its_death_is_a_lost_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, READY + "\nsys.stdin.readline()\nos._exit(9)")
    phone = PhoneProcess([], Deadline.after(10), tmp_path / "run" / "phone.log")
    assert phone._process.stdin is not None
    phone._process.stdin.write(b"\n")
    phone._process.stdin.flush()
    os.waitid(os.P_PID, phone._process.pid, os.WEXITED | os.WNOWAIT)

    with pytest.raises(DeviceLostError, match="the virtual phone ended with status 9"):
        phone.check()
    phone.end()
