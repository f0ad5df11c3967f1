"""An iPhone recorded: one file with its private parts taken out, and what a virtual iPhone says to the same."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from real_looking import without_its_own_service
from served_iphone import served

from bgtask_harness.broker.iphone_in_this_process import iphone_like
from bgtask_harness.cli import main
from bgtask_harness.devices.ios.facts import names_of
from bgtask_harness.devices.ios.link import Spoken
from bgtask_harness.errors import BadInput
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.recording import Redactor
from bgtask_harness.recording import diff_virtual
from bgtask_harness.recording import order
from bgtask_harness.recording import record
from bgtask_harness.recording.calls import CallWriter
from bgtask_harness.recording.calls import copy_calls
from bgtask_harness.recording.calls import read_calls
from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_reference.lineage.tvmaniac import ios

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

# pymobiledevice3 leaves connections to be collected as garbage, and Python complains of that
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

UDID = "00008120-000C48D21E42201E"
SCRIPT = """
launch
wait 5s
state logged-in on
wait 5s
lock
wait 6h                  # the system launches what is due
launch
wait 5s
simulate "library sync"
wait 5s
kill
wait 1m
"""
SEARCH = SearchPath.standard(None)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """What a test leaves as garbage is collected in it, not in one that Python's complaint would fail."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "do.txt").write_text(SCRIPT)
    wanted = order("virtual-iphone15", "tvmaniac@fixed", "5m", folder / "run", script=folder / "do.txt")
    return record(dataclasses.replace(wanted, progress=lambda _: None))


def inside(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {Path(name).name: archive.read(name).decode() for name in archive.namelist()}


def compared(path: Path, against: str | None = None) -> tuple[int, list[str]]:
    told: list[str] = []
    return diff_virtual(path, SEARCH, told.append, against=against), told


def test_it_is_one_file_that_can_be_judged(recorded: Path, tmp_path: Path) -> None:
    files = inside(recorded)
    assert {"journal.jsonl", "oslog.ndjson", "calls.jsonl"} <= files.keys()
    said = [json.loads(line).get("verb") for line in files["calls.jsonl"].splitlines()]
    assert said[:2] == [None, "facts"]
    assert {"lookup", "launch", "post", "clocks", "follow", "advance", "hand", "pid", "kill"} <= set(said)
    with zipfile.ZipFile(recorded) as archive:
        archive.extractall(tmp_path)
    assert main(["check", str(tmp_path)]) in {0, 2}


def test_what_names_the_phone_is_taken_out(recorded: Path) -> None:
    whole = "".join(inside(recorded).values())
    assert UDID not in whole
    assert UDID.replace("-", "") not in whole
    assert "VIRT15000001" not in whole


def test_a_virtual_one_of_the_same_model_says_the_same(recorded: Path) -> None:
    status, told = compared(recorded)
    assert (status, told[-1].split()[0]) == (0, "0"), "\n".join(told)
    assert told[0].startswith("virtual-iphone15 (iOS 26.1) as recorded, against iphone15-ios26")


def test_another_model_is_named_with_its_ios_and_its_own_lines(recorded: Path) -> None:
    status, told = compared(recorded, "iphone13-ios16")
    assert status == 1
    assert '  - ProductType = "iPhone15,4"' in told
    assert '  + ProductType = "iPhone14,5"' in told
    assert '  + ProductVersion = "16.5"' in told
    assert any(line.startswith("  + ") and "Submitted Activity: " in line for line in told)


def test_a_phone_that_does_otherwise_is_found(recorded: Path) -> None:
    told: list[str] = []
    assert diff_virtual(recorded, SEARCH, told.append, app="tvmaniac@G0") == 1
    assert any(line.startswith("the log's lines that matter: ") for line in told)


def test_one_line_that_the_phone_worded_otherwise_is_found(recorded: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(recorded) as archive:
        archive.extractall(tmp_path)
    (log,) = tmp_path.rglob("oslog.ndjson")
    log.write_text(log.read_text().replace("Starting simulated task", "Beginning simulated task"))
    status, told = compared(tmp_path)
    assert status == 1
    differing = [line for line in told if line.startswith(("  - ", "  + "))]
    assert [("simulated task" in line, line[2]) for line in differing] == [(True, "-"), (True, "+")]


def test_without_what_was_said_nothing_can_be_told_again(recorded: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(recorded) as archive:
        archive.extractall(tmp_path)
    (calls,) = tmp_path.rglob("calls.jsonl")
    calls.write_text('{"calls":1}\n')
    with pytest.raises(BadInput, match="clocks were never read"):
        compared(tmp_path)
    calls.unlink()
    with pytest.raises(BadInput, match=r"has no calls\.jsonl"):
        compared(tmp_path)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "its first line is not"),
        (b'{"calls":2}\n', "is of version 2"),
        (b'{"calls":1}\nx\n', "line 2: is damaged"),
    ],
)
def test_what_are_no_calls_is_one_sentence(raw: bytes, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_calls(raw)


def test_calls_are_read_in_the_order_in_which_they_began_and_a_torn_one_is_left_out(tmp_path: Path) -> None:
    with contextlib.closing(CallWriter(tmp_path / "calls.jsonl")) as writer:
        writer.take(Spoken("pid", {"bundle": "b"}, 5, 6, 412))
        writer.take(Spoken("launch", {"bundle": "b"}, 1, 9, refused="locked"))
    raw = (tmp_path / "calls.jsonl").read_bytes() + b'{"at_ns":'
    assert [(call.verb, call.answer, call.refused) for call in read_calls(raw)] == [
        ("launch", None, "locked"),
        ("pid", 412, ""),
    ]


def test_names_are_taken_out_of_every_text_of_a_call() -> None:
    names = names_of("Anna\u2019s iPhone")
    call = {"at_ns": 1, "until_ns": 2, "verb": "x", "answer": [{"who": "Anna\u2019s iPhone", "also": "of Anna, 7"}]}
    raw = b'{"calls":1}\n' + msgspec.json.encode(call) + b"\n"
    (changed,) = read_calls(copy_calls(raw, Redactor(names=names).text))
    assert changed.answer == [{"who": "<name-1>", "also": "of <name-2>, 7"}]


@pytest.mark.parametrize(
    ("model", "version", "like"),
    [
        ("iPhone14,5", "26.1", "iphone13-ios16"),
        ("iPhone17,1", "18.2", "iphone13-ios16"),
        ("iPhone17,1", "26.4.1", "iphone15-ios26"),
        ("", "15", "iphone13-ios16"),
    ],
)
def test_it_is_compared_with_the_nearest_virtual_one(model: str, version: str, like: str) -> None:
    assert iphone_like(model, version) == like


def test_verbs_of_iphones_are_refused_on_android(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "do.txt").write_text("lock\n")
    script = ["--do", str(tmp_path / "do.txt"), "--run-dir", str(tmp_path / "run"), "--for", "1s"]
    assert main(["record", "--device", "virtual-pixel7", *script]) == 3
    assert "virtual-pixel7 is no iPhone: lock, unlock, simulate and expire are an iPhone's" in capsys.readouterr().err


def test_one_that_is_nothing_but_an_iphone_is_recorded_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BGTASK_STATE_DIR", str(tmp_path / "state"))
    app = load_app("tvmaniac@fixed", SEARCH)
    arguments = IosAppArguments(tuple(task.id for task in app.spec.tasks))
    faults = (without_its_own_service,)
    phone = build("iphone15-ios26", ios.fixed, app.spec.package, "hook", faults, arguments)
    phone.system.set_value("", "DeviceName", "Anna\u2019s iPhone")
    (tmp_path / "do.txt").write_text("launch\nwait 1s\n")
    with served(phone, tmp_path, Identity()):
        wanted = order("iphone15", "tvmaniac@fixed", "3s", tmp_path / "run", script=tmp_path / "do.txt")
        path = record(dataclasses.replace(wanted, progress=lambda _: None))
    calls = [json.loads(line) for line in inside(path)["calls.jsonl"].splitlines()[1:]]
    assert {"facts", "launch", "clocks", "follow"} <= {call["verb"] for call in calls} - {"advance", "hand"}
    assert "Anna" not in "".join(inside(path).values())
    status, told = compared(path)
    assert status == 0, "\n".join(told)
