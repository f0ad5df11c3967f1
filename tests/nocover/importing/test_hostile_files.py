"""What a person may hand over by mistake, or to do harm: one clear sentence each, in bounded time and memory."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bgtask_harness.cli import main

LINE = (
    b"11-23 02:00:00.123  5252  5272 D SchedulerDispatchWorker: Starting task [com.thomaskioko.tvmaniac.tokenrefresh]\n"
)
HEAD = b"== dumpstate: 2026-11-24 02:20:04\n------ SYSTEM LOG (logcat) ------\n--------- beginning of main\n"
REPORT = HEAD + LINE * 200 + b"------ 0.350s was the duration of 'SYSTEM LOG' ------\n== dumpstate: done (id 1)\n"
MIB = 1 << 20
Told = tuple[int, list[str]]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[Path], Told]:
    """The exit status, and what the command says."""

    def call(path: Path) -> Told:
        status = main(
            ["import", str(path), "--app", "tvmaniac@U6", "--year", "2026", "--run-dir", str(tmp_path / "run")]
        )
        out, err = capsys.readouterr()
        return status, (err or out).splitlines()

    return call


def zipped(path: Path, *entries: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def whole(folder: Path) -> bytes:
    return zipped(folder / "whole.zip", ("bugreport-1.txt", REPORT)).read_bytes()


def cut(folder: Path) -> bytes:
    raw = whole(folder)
    return raw[: len(raw) // 2]


def cut_in_its_middle(folder: Path) -> bytes:
    raw = whole(folder)
    return raw[:60] + raw[160:]


def flipped(folder: Path) -> bytes:
    raw = bytearray(whole(folder))
    raw[100] ^= 0xFF
    return bytes(raw)


def locked(folder: Path) -> bytes:
    raw = bytearray(whole(folder))
    raw[6] |= 1
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def nested(folder: Path) -> bytes:
    return zipped(folder / "outer.zip", ("bugreport-1.zip", whole(folder))).read_bytes()


def without_anything(folder: Path) -> bytes:
    return zipped(folder / "empty.zip").read_bytes()


def two_reports(folder: Path) -> bytes:
    return zipped(folder / "two.zip", ("bugreport-1.txt", REPORT), ("bugreport-2.txt", REPORT)).read_bytes()


def a_bomb(folder: Path) -> bytes:
    return zipped(folder / "bomb.zip", ("bugreport-1.txt", bytes(100 * MIB))).read_bytes()


def gzipped(_folder: Path) -> bytes:
    return gzip.compress(LINE)


def in_no_encoding(_folder: Path) -> bytes:
    return LINE.decode().encode("cp037")


def nothing(_folder: Path) -> bytes:
    return b""


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (cut, "begins like a zip and has no directory at its end"),
        (cut_in_its_middle, "is damaged or locked and cannot be unpacked"),
        (flipped, "is damaged or locked and cannot be unpacked"),
        (locked, "is damaged or locked and cannot be unpacked"),
        (nested, "it holds bugreport-1.zip: unpack that and give it"),
        (without_anything, "expected one bugreport-*.txt in this zip, found 0"),
        (two_reports, "expected one bugreport-*.txt in this zip, found 2"),
        (a_bomb, "unpacks to more than 400 times its size"),
        (gzipped, "is packed by gzip; unpack it"),
        (in_no_encoding, "nothing in it is known"),
        (nothing, "nothing in it is known"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    told: Callable[[Path], Told], tmp_path: Path, make: Callable[[Path], bytes], sentence: str
) -> None:
    path = tmp_path / "given"
    path.write_bytes(make(tmp_path))
    status, lines = told(path)

    assert (status, len(lines)) == (3, 1)
    assert "given" in lines[0]
    assert sentence in lines[0]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_an_encoding_that_can_be_told_is_read(told: Callable[[Path], Told], tmp_path: Path, encoding: str) -> None:
    mark = b"\x00\x00\xfe\xff" if encoding == "utf-32-be" else b""
    path = tmp_path / "given.txt"
    path.write_bytes(mark + (LINE * 3).decode().encode(encoding))
    status, lines = told(path)

    assert status == 2
    assert lines[0] == "given.txt: text; a log of 3 lines; dumps: none."


def test_bytes_that_are_no_letters_cost_their_line_alone(told: Callable[[Path], Told], tmp_path: Path) -> None:
    path = tmp_path / "given.txt"
    path.write_bytes(LINE.replace(b"task [", b"t\xe4sk [") + LINE)
    status, lines = told(path)

    assert status == 2
    assert "Log: 2 events in 2 lines; 1 lines were not understood." in lines


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS and a sparse file")
def test_a_line_of_a_gigabyte_takes_little_memory_and_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "given.txt"
    with path.open("wb") as file:
        file.write(LINE)
        file.truncate(len(LINE) + (1 << 30))
        file.seek(0, 2)
        file.write(b"\n" + LINE)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20)); "
        "from bgtask_harness.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    options = ["import", str(path), "--app", "tvmaniac@U6", "--year", "2026", "--run-dir", str(tmp_path / "run")]
    done = subprocess.run([sys.executable, "-c", code, *options], capture_output=True, text=True, check=False)

    assert done.returncode == 2, done.stderr
    assert "given.txt: 1 lines were too long and were cut." in done.stdout
    assert "a log of 2 lines" in done.stdout
