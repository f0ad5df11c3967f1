"""A recorded phone and a virtual one that is told the same: what differs, and what cannot be used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import adbutils
import msgspec
import pytest

from bgtask_harness.cli import main
from bgtask_harness.recording import order
from bgtask_harness.recording import record
from bgtask_harness.recording.script import VERBS
from bgtask_harness.recording.tape import TAPE_NAME
from bgtask_harness.recording.tape import read_tape

PAGE = Path(__file__).parents[3] / "docs/import.md"
INSIDE = "virtual-pixel7/recorded/"
BUNDLED = Path(adbutils.__file__).parent / "binaries"
SCRIPT = """
launch
wait 5s           # what races within milliseconds may end otherwise on the other phone
state logged-in on
wait 5s
state notifications on
wait 1m
pull wifi off
wait 5s
look
wait 30m          # nothing that needs a network runs
release wifi
wait 5s
diagnose
wait 5s           # WorkManager's own job has to end
look
force "episode notifications"
wait 1m
move-clock 1h
wait 1m
reboot
wait 1m
wait 6h
look
"""

Told = tuple[int, list[str]]


def adbs() -> list[object]:
    """The one that is installed (Debian's is 29) and the one of adbutils' wheel (36)."""
    there = {"installed": shutil.which("adb"), "bundled": str(BUNDLED / "adb")}
    return [
        pytest.param(Path(path).parent, id=f"adb-{version_of(path)}")
        if path and Path(path).is_file()
        else pytest.param(None, id=name, marks=pytest.mark.skip(reason=f"there is no {name} adb here"))
        for name, path in there.items()
    ]


def version_of(adb: str) -> str:
    printed = subprocess.run([adb, "version"], capture_output=True, text=True, check=True, timeout=20).stdout
    found = re.search(r"Version (\d+)", printed)
    return found[1] if found else "unknown"


@pytest.fixture(scope="module", params=adbs())
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording")
    script = folder / "do.txt"
    script.write_text(SCRIPT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{request.param}{os.pathsep}{os.environ['PATH']}")
        return record(order("virtual-pixel7", "tvmaniac@fixed", "10m", folder / "run", script=script))


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """What the command says, and its exit status."""

    def call(path: Path, *options: str) -> Told:
        capsys.readouterr()
        status = main(["record", "--diff-virtual", str(path), *options])
        out, err = capsys.readouterr()
        return status, (out + err).splitlines()

    return call


def test_a_virtual_phone_differs_in_no_line_from_one_of_its_level(recording: Path, told: Callable[..., Told]) -> None:
    status, lines = told(recording)

    assert status == 0, "\n".join(lines)
    assert re.fullmatch(r"0 of \d{4} lines differ, in 0 of \d\d\d texts", lines[-1])
    assert any(line.startswith("  length of time (") for line in lines)


def test_the_example_of_the_docs_does_what_it_says(told: Callable[..., Told], tmp_path: Path) -> None:
    (example,) = re.findall(r"^```\n(launch\n.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    script = tmp_path / "night.txt"
    script.write_text(example)
    status, lines = told(record(order("virtual-pixel7", "tvmaniac@fixed", "10m", tmp_path / "run", script=script)))

    assert status == 0, "\n".join(lines)


def test_the_docs_name_every_verb() -> None:
    usages = {f"`{f'{name} {verb.usage}'.strip()}`" for name, verb in VERBS.items()}

    assert {usage for usage in usages if usage not in PAGE.read_text()} == set()


def test_another_level_differs_in_what_that_level_has_otherwise(recording: Path, told: Callable[..., Told]) -> None:
    status, lines = told(recording, "--against", "pixel8-api34")

    assert status == 1
    known = {"  - 36", "  + 34", "  -   mIsDesktopClosedState=false", "  + TareController:"}
    assert known - set(lines) == set()
    assert re.fullmatch(r"[1-9]\d* of \d+ lines differ, in \d+ of \d+ texts", lines[-1])


def test_what_the_other_phone_does_otherwise_is_seen_in_its_log(recording: Path, told: Callable[..., Told]) -> None:
    status, lines = told(recording, "--app", "tvmaniac@U1")

    assert status == 1
    assert any(line.startswith("the log's lines that matter: ") for line in lines)


def test_a_recording_from_before_there_were_tapes_is_read(told: Callable[..., Told], tmp_path: Path) -> None:
    watched = record(order("virtual-pixel8", "tvmaniac@U6", "10m", tmp_path / "run"))
    status, lines = told(rewritten(watched, tmp_path, without_tape))

    assert "this recording has no tape" in lines[1]
    assert status == 0, "\n".join(lines)


def test_a_journal_alone_tells_what_was_done(recording: Path, told: Callable[..., Told], tmp_path: Path) -> None:
    status, lines = told(rewritten(recording, tmp_path, without_tape))

    assert status in {0, 1}
    assert "this recording has no tape" in lines[1]
    assert not [line for line in lines if "(the virtual phone: " in line]


def test_the_other_phone_stands_in_the_same_zone(recording: Path, told: Callable[..., Told], tmp_path: Path) -> None:
    def moved(name: str, data: bytes) -> bytes:
        return data.replace(b'"GMT\\n"', b'"Asia/Tokyo\\n"', 1) if name.endswith(TAPE_NAME) else data

    status, lines = told(rewritten(recording, tmp_path, moved))
    dates = [line for line in lines if re.search("11-23 1[01]:", line)]

    assert status == 1
    assert dates
    assert all(line.startswith("  + ") for line in dates)


def test_what_it_unpacks_to_is_as_good(recording: Path, told: Callable[..., Told], tmp_path: Path) -> None:
    with zipfile.ZipFile(recording) as archive:
        archive.extractall(tmp_path)

    assert told(tmp_path)[0] == 0


def test_the_unredacted_session_beside_it_is_as_good(recording: Path, told: Callable[..., Told]) -> None:
    status, lines = told(recording.parent / "virtual-pixel7" / "recorded")

    assert status == 0, "\n".join(lines)


def test_a_tape_holds_what_was_typed_and_answered_and_no_serial(recording: Path) -> None:
    with zipfile.ZipFile(recording) as archive:
        raw = archive.read(f"{INSIDE}{TAPE_NAME}")
    exchanges = read_tape(raw)
    typed = {each.command: each for each in exchanges if each.command}

    assert b"29011FDH2000C7" not in raw
    assert typed["svc wifi disable"].exit_status == 0
    assert typed["dumpsys battery"].stdout.startswith("Current Battery Service state:")
    assert [each.at_ns for each in exchanges] == sorted(each.at_ns for each in exchanges)


def rewritten(path: Path, folder: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    target = folder / "changed.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


def without_tape(name: str, data: bytes) -> bytes | None:
    return None if name.endswith(TAPE_NAME) else data


def newer(name: str, data: bytes) -> bytes:
    return data.replace(b'{"tape":1}', b'{"tape":2}', 1) if name.endswith(TAPE_NAME) else data


def damaged(name: str, data: bytes) -> bytes:
    return data.replace(b'"service"', b'"servant"', 1) if name.endswith(TAPE_NAME) else data


def headless(name: str, data: bytes) -> bytes:
    return data.partition(b"\n")[2] if name.endswith("journal.jsonl") else data


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (newer, "is of version 2, and this version of bgtask reads up to 1"),
        (damaged, "tape.jsonl, line 2: is damaged"),
        (headless, "its journal has lost its first record"),
        (lambda name, data: None if name.endswith("journal.jsonl") else data, "holds no journal.jsonl"),
    ],
)
def test_a_recording_that_cannot_be_used_is_one_sentence(
    recording: Path,
    told: Callable[..., Told],
    tmp_path: Path,
    change: Callable[[str, bytes], bytes | None],
    sentence: str,
) -> None:
    status, lines = told(rewritten(recording, tmp_path, change))

    assert (status, len(lines)) == (3, 1)
    assert sentence in lines[0]


def test_what_is_no_recording_is_one_sentence(told: Callable[..., Told], tmp_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(b"PK\x03\x04 and no more")
    for path, sentence in [(cut, "is no zip that can be unpacked"), (tmp_path / "none.zip", "no such file or folder")]:
        status, lines = told(path)

        assert (status, len(lines)) == (3, 1)
        assert sentence in lines[0]


def test_a_phone_that_there_is_not_is_one_sentence(recording: Path, told: Callable[..., Told]) -> None:
    status, lines = told(recording, "--against", "pixel9-api99")

    assert (status, len(lines)) == (3, 1)
    assert "no virtual phone is called 'pixel9-api99'" in lines[0]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("lunch", "there is no verb 'lunch'; there are launch,"),
        ("wait", "expected `wait TIME`"),
        ("wait soon", "expected a duration"),
        ("pull plug out", "there is no lever 'plug'"),
        ("state logged-in maybe", "expected on or off"),
        ('force "library', "No closing quotation"),
    ],
)
def test_a_script_with_a_mistake_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, sentence: str
) -> None:
    script = tmp_path / "do.txt"
    script.write_text(f"launch\n{line}\n")
    status = main(["record", "--device", "virtual-pixel7", "--do", str(script), "--run-dir", str(tmp_path / "run")])

    said = capsys.readouterr().err
    assert status == 3
    assert "do.txt, line 2: " in said
    assert sentence in said


def test_a_tape_that_was_cut_off_is_read_up_to_there() -> None:
    line = msgspec.json.encode({"at_ns": 1, "until_ns": 2, "service": "shell,v2,raw:true", "exit_status": 0})

    assert len(read_tape(b'{"tape":1}\n' + line + b"\n" + line[:-5])) == 1
