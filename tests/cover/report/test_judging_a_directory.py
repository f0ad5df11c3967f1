"""With the real oracle, on journals that are on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bgtask_harness.report import Conclusion
from bgtask_harness.report import ExitStatus
from bgtask_harness.report import check
from bgtask_harness.report import judge_run
from bgtask_harness.report import write_report
from bgtask_reference import oracle


def test_journals_come_in_the_order_of_their_names(run_dir: Path) -> None:
    names = [journal.folder for journal in judge_run(run_dir).journals]

    assert names == [f"virtual-pixel7/{name}" for name in ("cancel-pending", "library-sync", "reboot", "retry-backoff")]


def test_a_report_is_three_things_in_the_run_directory(run_dir: Path) -> None:
    page = write_report(run_dir)

    assert page == run_dir / "index.html"
    assert page.read_text().startswith("<!doctype html>")
    assert json.loads((run_dir / "verdicts.json").read_text())["catalogue"] == oracle.catalogue_hash()
    assert len(list((run_dir / "allure-results").glob("*-result.json"))) == 4
    assert not list(run_dir.glob(".*")), "no file is left half-way"


def test_checking_again_changes_nothing_and_finds_nothing_changed(
    run_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_report(run_dir)
    before = {path: path.read_bytes() for path in run_dir.rglob("*") if path.is_file()}

    check(run_dir, as_json=True)

    printed = capsys.readouterr()
    assert printed.out == (run_dir / "verdicts.json").read_text()
    assert printed.err == ""
    assert {path: path.read_bytes() for path in run_dir.rglob("*") if path.is_file()} == before


def test_checking_lists_what_has_changed(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(run_dir)
    recorded = json.loads((run_dir / "verdicts.json").read_text())
    recorded["catalogue"] = "0ther"
    (run_dir / "verdicts.json").write_text(json.dumps(recorded))

    check(run_dir)

    assert "changed: the rules have changed: catalogue 0ther then" in capsys.readouterr().err


def test_a_run_is_the_same_wherever_it_lies_and_whatever_the_hash_seed(run_dir: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    run_dir.rename(elsewhere)
    program = "import sys; from bgtask_harness.report import check; sys.exit(check(sys.argv[1], True))"

    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, elsewhere],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
        ).stdout
        for seed in ("0", "1", "4711")
    }

    (output,) = outputs
    assert output
    assert str(tmp_path).encode() not in output


def test_a_journal_without_its_header_is_broken_input(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in sorted(run_dir.glob("*/*"))[1:]:
        for file in path.iterdir():
            file.unlink()
    (path,) = run_dir.glob("*/*/journal.jsonl")
    raw = path.read_bytes()
    path.write_bytes(raw[:40] + b"#" + raw[41:])

    assert judge_run(run_dir).journals[0].conclusion is Conclusion.BROKEN
    assert check(run_dir) == ExitStatus.BROKEN_INPUT
    assert "first record is lost" in capsys.readouterr().out


def test_a_file_that_is_no_journal_is_broken_input_and_named(run_dir: Path) -> None:
    (run_dir / "virtual-pixel7" / "reboot" / "journal.jsonl").write_text("{}\n")

    broken = judge_run(run_dir).journals[2]

    assert broken.conclusion is Conclusion.BROKEN
    assert broken.reason.startswith("virtual-pixel7/reboot/journal.jsonl: is no journal")


def test_a_missing_directory_is_one_sentence_and_status_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path / "gone") == ExitStatus.BROKEN_INPUT
    assert capsys.readouterr().err.count("\n") == 1


def test_verdicts_that_cannot_be_read_are_said_to_be_so(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run_dir / "verdicts.json").write_text("not json")

    check(run_dir)

    assert "verdicts.json cannot be read" in capsys.readouterr().err
