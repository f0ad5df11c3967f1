from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from bgtask_harness.cli import main
from bgtask_harness.errors import BadInput
from bgtask_harness.importing import Asked
from bgtask_harness.importing import import_files
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.report.run import JudgedJournal
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Judgement
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import LogLost
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused

Judge = Callable[..., JudgedJournal]
WORK = "354a48f1-8cc3-4846-998e-976f39a15572"
RESULT = f"WM-WorkerWrapper: Worker result SUCCESS for Work [ id={WORK}, tags={{ com.example.Sync }} ]"
APP = """
schema = 1
package = "com.wz.reader"

[[tasks]]
id = "reader-sync"
interval = "15m"
unique_names = [{ name = "EXPO_BACKGROUND_WORKER", periodic = true }]
"""


def of(judged: JudgedJournal, kind: type[Event]) -> list[Event]:
    return [entry.event for entry in judged.history.entries if isinstance(entry.event, kind)]


def line(time: str, text: str = RESULT) -> str:
    return f"{time}  6037  6059 I {text}\n"


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(name: str, *lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text("".join(lines), encoding=encoding)
        return path

    return save


@pytest.mark.parametrize(
    "text",
    [
        line("2026-11-23 02:00:00.500"),
        line("11-23 02:00:00.500"),
        line("1795399200.500"),
        line("1795399200.500123"),
        f"2026-11-23 02:00:00.500 6037-6059/com.wz.reader I/{RESULT}\n",
    ],
    ids=["year", "threadtime", "epoch", "usec", "studio"],
)
def test_every_format_gives_the_same_moment(saved: Callable[..., Path], judge: Judge, text: str) -> None:
    judged = judge(saved("logcat.txt", text), year=2026)
    (finished,) = of(judged, RunFinished)

    assert abs(finished.stamp.ns - 1795399200500500000) <= 500_000


def test_without_a_year_it_is_asked_for(saved: Callable[..., Path], judge: Judge) -> None:
    with pytest.raises(BadInput, match=r"logcat\.txt: its lines have no year \(11-23 02:00:00\.500\).*give --year"):
        judge(saved("logcat.txt", line("11-23 02:00:00.500")))


def test_a_dump_beside_the_log_tells_the_year(saved: Callable[..., Path], judge: Judge) -> None:
    alarms = saved("alarms.txt", "  nowRTC=1795421553000=2026-11-23 09:12:33.000 nowELAPSED=+8h41m12s25ms\n")
    judged = judge(saved("logcat.txt", line("11-23 02:00:00.500")), alarms)

    (finished,) = of(judged, RunFinished)
    assert finished.stamp.ns == 1795399200500500000 - 3600 * 10**9  # the phone was an hour ahead of UTC


def test_the_year_that_was_given_is_the_first_line_s(saved: Callable[..., Path], judge: Judge) -> None:
    other = line("01-01 00:00:10.500", RESULT.replace("354a48f1", "354a48f2"))
    judged = judge(saved("logcat.txt", line("12-31 23:59:00.500"), other), year=2025)

    first, second = (event.stamp.ns for event in of(judged, RunFinished))
    assert second - first == 70 * 10**9


def test_a_leap_day_has_its_place(saved: Callable[..., Path], judge: Judge) -> None:
    (finished,) = of(judge(saved("logcat.txt", line("02-29 02:00:00.500")), year=2028), RunFinished)

    assert finished.stamp.ns // 10**9 == 1835402400


def test_what_windows_made_of_it_is_read(saved: Callable[..., Path], judge: Judge) -> None:
    path = saved("logcat.txt", line("2026-11-23 02:00:00.500").replace("\n", "\r\n"), encoding="utf-16")

    assert len(of(judge(path), RunFinished)) == 1


def test_a_second_hour_at_the_end_of_summer_comes_after_the_first(saved: Callable[..., Path], judge: Judge) -> None:
    works = [RESULT.replace("354a48f1", f"354a48f{n}") for n in range(3)]
    times = ["2026-10-25 02:10:00.500", "2026-10-25 02:50:00.500", "2026-10-25 02:10:00.500"]
    path = saved("logcat.txt", *(line(time, work) for time, work in zip(times, works, strict=True)))
    stamps = [event.stamp.ns for event in of(judge(path, timezone="Europe/Berlin"), RunFinished)]

    assert [(b - a) // 60_000_000_000 for a, b in pairwise(stamps)] == [40, 20]


# --- several files ------------------------------------------------------------------------------------------------


def test_rotated_files_come_in_the_order_of_their_times_with_a_hole_between(
    saved: Callable[..., Path], judge: Judge
) -> None:
    late = saved("logcat", line("2026-11-23 04:00:00.500", RESULT.replace("354a48f1", "aaaaaaaa")))
    early = saved("logcat.1", line("2026-11-23 02:00:00.500"))
    judged = judge(late, early)

    works = [event.subject.work_id for event in of(judged, RunFinished)]  # type: ignore[attr-defined]
    assert works == [WORK, f"aaaaaaaa{WORK[8:]}"]
    assert len(of(judged, CaptureOpened)) == 2
    assert any("the log was not being read" in note for note in judged.notes)


def test_a_line_that_is_in_two_files_happened_once(
    saved: Callable[..., Path], judge: Judge, app: AppFile, tmp_path: Path
) -> None:
    works = [RESULT.replace("354a48f1", f"354a48f{n}") for n in range(4)]
    first = saved("a.txt", *(line(f"2026-11-23 02:0{n}:00.500", works[n]) for n in range(3)))
    second = saved("b.txt", *(line(f"{1795399200 + 60 * n}.500", works[n]) for n in range(1, 4)))
    imported = import_files(Asked((first, second), app, tmp_path / "told"))

    assert len(of(judge(first, second), RunFinished)) == 4
    assert any(sentence.startswith("2 lines were in two files") for sentence in imported.sentences)


def test_a_line_that_is_in_one_file_twice_happened_twice(
    saved: Callable[..., Path], app: AppFile, tmp_path: Path
) -> None:
    text = "AndroidTaskScheduler: Cancelled all tasks"
    path = saved("a.txt", line("2026-11-23 02:00:00.500", text), line("2026-11-23 02:00:00.500", text))
    other = saved("b.txt", line("2026-11-23 02:00:00.500", text))
    imported = import_files(Asked((path, other), app, tmp_path / "run"))

    assert any(sentence.startswith("1 lines were in two files") for sentence in imported.sentences)


# --- dumps by their content ---------------------------------------------------------------------------------------


@pytest.mark.corpus
def test_dumps_are_known_by_what_they_say_not_by_their_names(
    saved: Callable[..., Path], judge: Judge, corpus: Path
) -> None:
    names = ("battery_api36_emulator", "deviceidle_full_emulator_api36", "js_full_excerpt_api30_urovo_mtk")
    files = [saved(f"{n}.bin", (corpus / f"{name}.txt").read_text()) for n, name in enumerate(names)]
    judged = judge(*files)

    facts = {name for event in of(judged, EnvironmentSampled) for name in event.facts}  # type: ignore[attr-defined]
    assert {"power", "battery-level", "doze-deep"} <= facts
    assert len(of(judged, JobsListed)) == 1


@pytest.mark.corpus
def test_a_log_and_a_dump_in_one_file_are_both_read(
    saved: Callable[..., Path], judge: Judge, corpus: Path, reader: AppFile
) -> None:
    judged = judge(corpus / "wm_logcat_and_history_expo_success.txt", app=reader)
    (jobs,) = of(judged, JobsListed)

    assert len(of(judged, RunFinished)) == 1
    assert isinstance(jobs, JobsListed)
    assert len(jobs.history) == 4
    assert not jobs.complete
    assert {verdict.judgement for verdict in judged.verdicts} == {Judgement.INCONCLUSIVE}


@pytest.mark.corpus
def test_a_run_that_was_refused_before_its_time_is_read(judge: Judge, corpus: Path, reader: AppFile) -> None:
    judged = judge(corpus / "wm_logcat_api36_forced_before_schedule.txt", app=reader, year=2026)

    assert of(judged, RunRefused)
    assert judged.counts[Judgement.PASS] == judged.counts[Judgement.FAIL] == 0


@pytest.fixture
def corpus() -> Path:
    folder = os.environ.get("BGTASK_CORPUS")
    if not folder:
        pytest.skip("BGTASK_CORPUS names no folder of recorded output")
    path = Path(folder)
    return path / "android" if (path / "android").is_dir() else path


@pytest.fixture
def reader(tmp_path: Path) -> AppFile:
    path = tmp_path / "reader.toml"
    path.write_text(APP)
    return load_app(str(path), SearchPath((tmp_path,)))


# --- what is not whole --------------------------------------------------------------------------------------------


def test_lines_that_logd_dropped_are_a_hole_where_they_were(saved: Callable[..., Path], judge: Judge) -> None:
    dropped = line("2026-11-23 02:01:00.500", "chatty  : uid=10234(com.thomaskioko.tvmaniac) expire 7 lines")
    path = saved("a.txt", line("2026-11-23 02:00:00.500"), dropped, line("2026-11-23 02:02:00.500", "Tag: text"))
    judged = judge(path)

    assert [event.reason for event in of(judged, LogLost)] == ["not-captured", "dropped"]  # type: ignore[attr-defined]
    assert len(of(judged, CaptureOpened)) == 2


def test_unknown_lines_are_counted_and_the_first_of_them_kept(saved: Callable[..., Path], judge: Judge) -> None:
    lines = [line("2026-11-23 02:00:00.500", f"WM-WorkerWrapper: nobody knows {n}") for n in range(600)]
    judged = judge(saved("a.txt", *lines))

    assert len(of(judged, LineUnknown)) == 500


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_says_what_was_read_and_gives_the_status_of_check(
    saved: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved("logcat.txt", line("2026-11-23 02:00:00.500"))
    folder = tmp_path / "run"
    status = main(["import", str(path), "--app", "tvmaniac@U6", "--run-dir", str(folder)])

    assert status == 2
    assert "a log of 1 lines" in capsys.readouterr().out
    assert (folder / "index.html").is_file()
    assert (folder / "verdicts.json").is_file()
    assert main(["check", str(folder)]) == 2


def test_the_same_files_give_the_same_bytes(saved: Callable[..., Path], app: AppFile, tmp_path: Path) -> None:
    path = saved("logcat.txt", line("2026-11-23 02:00:00.500"))
    journals = []
    for name in ("a", "b"):
        folder = import_files(Asked((path,), app, tmp_path / name)).folder
        journals.append((folder / "journal.jsonl").read_bytes())

    assert journals[0] == journals[1]


def test_a_folder_that_is_in_use_is_left_alone(saved: Callable[..., Path], app: AppFile, tmp_path: Path) -> None:
    path = saved("logcat.txt", line("2026-11-23 02:00:00.500"))
    asked = Asked((path,), app, tmp_path / "run")
    import_files(asked)

    with pytest.raises(BadInput, match="is not empty; give another --run-dir"):
        import_files(asked)
    assert (tmp_path / "run" / "imported" / "logcat" / "journal.jsonl").is_file()
