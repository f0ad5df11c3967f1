from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from bug_report import BugReport

from bgtask_harness.errors import BadInput
from bgtask_harness.importing import Asked
from bgtask_harness.importing import Wanted
from bgtask_harness.importing import import_files
from bgtask_harness.importing import parse_wanted
from bgtask_harness.profiles import AppFile
from bgtask_harness.report.run import JudgedJournal
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Judgement
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import LogLost
from bgtask_reference.events import RunStarted

Judge = Callable[..., JudgedJournal]
TOKENS = "com.thomaskioko.tvmaniac.tokenrefresh"
LIBRARY = "com.thomaskioko.tvmaniac.librarysync"
AT_TWO = Wanted(LIBRARY, datetime(2026, 11, 24, 2), 3600 * 10**9)  # noqa: DTZ001


def of(judged: JudgedJournal, kind: type[Event]) -> list[Event]:
    return [entry.event for entry in judged.history.entries if isinstance(entry.event, kind)]


def verdict(judged: JudgedJournal, rule: str, task: str = TOKENS) -> tuple[Judgement, str]:
    return next((v.judgement, v.reason) for v in judged.verdicts if (v.rule, v.task) == (rule, task))


def test_what_the_log_of_a_whole_report_proves_is_a_failure(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    judged = judge(night.zip(tmp_path / "bugreport-1.zip"))

    assert judged.history.closed
    assert verdict(judged, "R4.task-overlap")[0] is Judgement.FAIL
    assert not of(judged, LineUnknown)


def test_nothing_of_a_report_ever_passes_because_nobody_knows_what_was_before_it(
    night: BugReport, judge: Judge, tmp_path: Path
) -> None:
    judged = judge(night.zip(tmp_path / "bugreport-1.zip"))

    assert judged.counts[Judgement.PASS] == 0
    assert any("not-captured" in reason for _, reason in [verdict(judged, "R10.once")])


def test_why_it_did_not_run_at_two_in_the_night_is_open_and_says_what_is_missing(
    night: BugReport, judge: Judge, tmp_path: Path
) -> None:
    judged = judge(night.zip(tmp_path / "bugreport-1.zip"), wanted=(AT_TWO,))

    judgement, reason = verdict(judged, "R1.nudged", LIBRARY)
    assert judgement in {Judgement.INCONCLUSIVE, Judgement.SUPPRESSED}
    assert reason == "no sentinel came back around it, so the log may have holes"


def test_what_the_phone_says_of_that_night_is_told_beside_the_verdict(
    night: BugReport, app: AppFile, tmp_path: Path
) -> None:
    history = "  Idling history:\n         normal: -20h0m0s0ms (unlocked)\n      deep-idle: -50m27s0ms\n"
    dozed = dataclasses.replace(night, services={**night.services, "deviceidle": history})
    asked = Asked((dozed.zip(tmp_path / "bugreport-1.zip"),), app, tmp_path / "run", wanted=(AT_TWO,))

    told = "\n".join(import_files(asked).sentences)

    assert "Device idle at 2026-11-24 02:00:00: deep doze since 2026-11-24 01:30:" in told
    assert "JobScheduler at 2026-11-24 02:20:28: job u0a234/" in told
    assert "was not ready" in told


def test_the_report_itself_cut_short_proves_nothing(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    cut = dataclasses.replace(night, ended=False)
    judged = judge(cut.zip(tmp_path / "bugreport-1.zip"))

    assert not judged.history.closed
    assert verdict(judged, "R4.task-overlap")[0] is Judgement.INCONCLUSIVE


def test_a_text_out_of_its_zip_proves_nothing_unless_a_person_vouches_for_it(
    night: BugReport, judge: Judge, tmp_path: Path
) -> None:
    path = tmp_path / "bugreport.txt"
    path.write_text(night.text())

    assert verdict(judge(path), "R4.task-overlap")[0] is Judgement.INCONCLUSIVE
    assert verdict(judge(path, vouched=True), "R4.task-overlap")[0] is Judgement.FAIL


def test_level_build_and_zone_come_from_the_report(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    judged = judge(night.zip(tmp_path / "bugreport-1.zip"))

    assert judged.header is not None
    assert judged.header.device.api_level == 36
    assert judged.header.device.notes["model"] == "Pixel 7"
    assert judged.header.device.notes["build"].startswith("google/panther/")
    assert judged.header.started == "2026-11-24T02:20:04Z"


def test_both_clocks_are_read_from_the_head_and_from_the_alarms(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    head, alarms = of(judge(night.zip(tmp_path / "bugreport-1.zip")), ClockSampled)

    assert isinstance(head, ClockSampled)
    assert isinstance(alarms, ClockSampled)
    assert abs((head.wall_ns - head.boot_ns) - (alarms.wall_ns - alarms.boot_ns)) <= head.error_ns
    assert (head.error_ns, alarms.error_ns) == (60_500_000_000, 100_000_000)


def test_dumps_are_stamped_by_their_own_last_line(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    judged = judge(night.zip(tmp_path / "bugreport-1.zip"))
    (jobs,) = of(judged, JobsListed)
    facts = {name for each in of(judged, EnvironmentSampled) for name in each.facts}  # type: ignore[attr-defined]

    assert isinstance(jobs, JobsListed)
    assert (jobs.complete, len(jobs.jobs)) == (True, 2)
    assert jobs.stamp.error_ns < 1_000_000_000
    assert {"power", "doze-deep", "network", "stopped"} <= facts


def test_times_of_the_log_become_utc_by_the_phone_s_zone(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    berlin = dataclasses.replace(night, properties={"persist.sys.timezone": "Europe/Berlin"})
    utc = judge(night.zip(tmp_path / "a.zip"))
    local = judge(berlin.zip(tmp_path / "b.zip"))

    hours = (of(utc, RunStarted)[0].stamp.ns - of(local, RunStarted)[0].stamp.ns) / 3.6e12
    assert hours == 1


def test_lines_of_the_year_before_stay_in_it(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    log = night.log.replace("11-23 ", "12-31 ").replace("11-24 ", "01-01 ")
    turned = dataclasses.replace(night, log=log, began=datetime(2027, 1, 1, 2, 20, 4))  # noqa: DTZ001
    stamps = [event.stamp.ns for event in of(judge(turned.zip(tmp_path / "bugreport-1.zip")), RunStarted)]

    assert stamps == sorted(stamps)
    assert datetime.fromtimestamp(stamps[0] // 10**9).year == 2026  # noqa: DTZ006


def test_other_apps_and_other_users_lines_are_passed_over(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    other = night.log.replace(" 10234 ", " 1010234 ")
    judged = judge(dataclasses.replace(night, log=other).zip(tmp_path / "bugreport-1.zip"))

    assert not of(judged, RunStarted)


def test_the_log_of_the_boot_before_and_files_of_the_phone_are_not_read(
    night: BugReport, app: AppFile, tmp_path: Path
) -> None:
    asked = Asked((night.zip(tmp_path / "bugreport-1.zip"),), app, tmp_path / "run")
    imported = import_files(asked)

    assert "nonsense" not in (imported.folder / "logcat.txt").read_text()
    assert any("LAST LOGCAT" in line and "not read" in line for line in imported.sentences)


def test_before_its_buffer_begins_nothing_is_known(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    judged = judge(night.zip(tmp_path / "bugreport-1.zip"))

    assert any("the log was not being read" in note for note in judged.notes)
    assert [event.reason for event in of(judged, LogLost)] == ["not-captured"]  # type: ignore[attr-defined]


def test_a_log_that_timed_out_has_a_hole_there(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    late = dataclasses.replace(night, log=f"{night.log}*** command 'logcat -v threadtime' timed out after 10.0s\n")
    judged = judge(late.zip(tmp_path / "bugreport-1.zip"))

    assert "unreadable" in [event.reason for event in of(judged, LogLost)]  # type: ignore[attr-defined]


def test_sentinels_of_an_earlier_session_prove_nothing(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    lines = night.log.splitlines(keepends=True)
    sentinels = [f"11-23 02:00:04.000  1000  99  99 I bgtask-harness: sentinel abcd1234 {n}\n" for n in (1, 2)]
    marked = "".join([*lines[:3], sentinels[0], *lines[3:], sentinels[1].replace("11-23 02:00", "11-24 02:19")])
    judged = judge(dataclasses.replace(night, log=marked).zip(tmp_path / "bugreport-1.zip"), wanted=(AT_TWO,))

    assert verdict(judged, "R1.nudged", LIBRARY)[0] is Judgement.INCONCLUSIVE
    assert judged.counts[Judgement.PASS] == 0


def test_a_second_dump_of_a_service_further_down_is_not_believed(
    night: BugReport, judge: Judge, tmp_path: Path
) -> None:
    text = night.text().replace(
        "== dumpstate: done", f"{'-' * 79}\nDUMP OF SERVICE jobscheduler:\nRegistered 0 jobs:\n== dumpstate: done"
    )
    path = tmp_path / "b.txt"
    path.write_text(text)

    assert len(of(judge(path), JobsListed)) == 1


# --- what cannot be used ------------------------------------------------------------------------------------------


def test_two_reports_are_one_too_many(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="one bug report at a time"):
        judge(night.zip(tmp_path / "a.zip"), night.zip(tmp_path / "b.zip"))


def test_a_zip_without_a_report_says_what_is_in_it(judge: Judge, tmp_path: Path) -> None:
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/bugreport.zip", b"PK")

    with pytest.raises(BadInput, match=r"it holds inner/bugreport\.zip: unpack that"):
        judge(path)


def test_a_zip_that_was_cut_off_is_said_to_be(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    path = night.zip(tmp_path / "a.zip")
    path.write_bytes(path.read_bytes()[:-400])

    with pytest.raises(BadInput, match="no directory at its end"):
        judge(path)


def test_a_zip_with_a_flipped_byte_is_damaged(night: BugReport, judge: Judge, tmp_path: Path) -> None:
    path = night.zip(tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    data[2000] ^= 0xFF
    path.write_bytes(data)

    with pytest.raises(BadInput, match="damaged or locked"):
        judge(path)


def test_a_zip_bomb_is_not_unpacked(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgtask_harness.importing.opening.SUSPICIOUS_BYTES", 1 << 20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bugreport-1.txt", b"\n" * (4 << 20))

    with pytest.raises(BadInput, match="times its size"):
        judge(path)


def test_what_failed_leaves_nothing_behind(judge: Judge, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("buy milk\n")

    with pytest.raises(BadInput, match="nothing in it is known"):
        judge(path)
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


def test_a_wanted_run_names_one_task_and_a_local_time(app: AppFile) -> None:
    assert parse_wanted("library sync@2026-11-24 02:00/1h", app.spec) == AT_TWO
    assert parse_wanted("tokenrefresh@2026-11-24 02:00", app.spec).within_ns == 60 * 10**9
    for text, words in {
        "tokens@2026-11-24 02:00": "one task of tvmaniac@U6",
        "token refresh@two": "expected a time such as",
        "token refresh@2026-11-24 02:00Z": "without a zone",
        "token refresh": "expected TASK@TIME",
        "token refresh@2026-11-24 02:00/soon": "soon",
    }.items():
        with pytest.raises(BadInput, match=words):
            parse_wanted(text, app.spec)
