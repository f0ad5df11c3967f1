"""The `bgtask` command as a person meets it."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bgtask_harness.cli import main

BGTASK = [sys.executable, "-c", "import sys; from bgtask_harness.cli import main; sys.exit(main())"]
BROKEN_INPUT = 3


def test_rules_are_listed_with_norm_and_statement(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0

    told = capsys.readouterr().out
    assert "R6.backoff" in told
    assert "platform" in told
    assert told.splitlines()[-1].startswith("catalogue ")


def test_devices_are_listed_without_starting_a_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")

    assert main(["devices"]) == 0

    told = capsys.readouterr().out
    assert "virtual-pixel7" in told
    assert "no adb server answers" in told


def test_a_folder_without_journals_is_broken_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == BROKEN_INPUT

    assert "holds no DEVICE/SCENARIO/journal.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--phone", "pixel7"], "expected a phone without hardware"),
        (["--phone", "nobody"], "there is no profile of that name"),
        (["--virtual-app", "nowhere:program"], "cannot import nowhere"),
    ],
)
def test_what_no_virtual_phone_can_be_made_of_is_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["virtual", *arguments]) == BROKEN_INPUT

    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1


def test_a_virtual_phone_says_how_to_reach_it_and_ends_with_ctrl_c() -> None:
    with subprocess.Popen([*BGTASK, "virtual"], stdout=subprocess.PIPE, text=True) as phone:
        assert phone.stdout is not None
        assert "Ctrl-C ends it" in phone.stdout.readline()
        shell = shlex.split(phone.stdout.readline())
        asked = subprocess.run([*shell, "getprop", "ro.product.model"], capture_output=True, text=True, check=True)
        phone.send_signal(signal.SIGINT)
        status = phone.wait(timeout=20)

    assert asked.stdout.strip() == "Pixel 7"
    assert status == 130
