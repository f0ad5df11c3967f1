"""All recorded output that a corpus folder holds: nothing raises, and what each file shows is what is in it."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from bgtask_harness.observe import PARSERS
from bgtask_harness.observe import LogObserver
from bgtask_harness.observe import observe_text
from bgtask_reference.events import Clock
from bgtask_reference.events import Event
from bgtask_reference.events import JobsListed
from bgtask_reference.events import JobStep
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import RunFinished
from bgtask_reference.events import Stamp
from bgtask_reference.events import WorkListed

pytestmark = pytest.mark.corpus

NOW = Stamp(Clock.BOOT, 0)
JOBS = "dumpsys-jobscheduler"
SYSTEM_JOB = "androidx.work.impl.background.systemjob.SystemJobService"


def folder() -> Path:
    named = os.environ.get("BGTASK_CORPUS")
    if not named:
        pytest.skip("BGTASK_CORPUS names no folder with recorded output (android/*.txt)")
    return Path(named) / "android"


def text_of(name: str) -> str:
    path = folder() / name
    if not path.is_file():
        pytest.skip(f"this corpus has no {name}")
    return path.read_text()


def kinds(events: list[Event]) -> dict[str, int]:
    return dict(Counter(event.KIND for event in events))


def observed_log(name: str, package: str) -> tuple[LogObserver, list[Event]]:
    observer = LogObserver(package, year=2026)
    events = [event for line in text_of(name).splitlines() for event in observer.feed(line)]
    return observer, [*events, *observer.flush()]


def jobs_of(name: str, package: str) -> tuple[JobsListed, list[str]]:
    listed, *rest = observe_text(JOBS, text_of(name), NOW, package)
    assert isinstance(listed, JobsListed)
    return listed, [event.raw for event in rest if isinstance(event, LineUnknown)]


def test_no_parser_raises_on_any_file() -> None:
    for path in sorted(folder().glob("*.txt")):
        text = path.read_text(errors="replace")
        for parser in PARSERS:
            observe_text(parser, text, NOW, "")
        observer = LogObserver("")
        for line in text.splitlines():
            observer.feed(line)
        observer.flush()


@pytest.mark.parametrize(
    ("name", "lines", "unknown", "found"),
    [
        ("wm_diagnostics_official_docs_2020.txt", 20, 0, {"work.listed": 1}),
        # eight lines of this file are of another command: it shows log and dump together
        ("wm_logcat_and_history_expo_success.txt", 15, 8, {"run.finished": 1, "line.unknown": 8}),
        # the shell's own transcript stands above the log
        ("wm_logcat_api36_forced_before_schedule.txt", 6, 2, {"run.refused": 2, "line.unknown": 2}),
        ("jobscheduler_debug_logcat_tachyon.txt", 2, 1, {"line.unknown": 1}),
        ("jobservicecontext_debug_logcat_2019.txt", 3, 3, {"line.unknown": 3}),
    ],
)
def test_lines_of_logs_known_and_unknown(name: str, lines: int, unknown: int, found: dict[str, int]) -> None:
    observer, events = observed_log(name, "com.wz.reader")

    assert (observer.lines, observer.unknown) == (lines, unknown)
    assert kinds(events) == found


@pytest.mark.parametrize(
    ("name", "package", "jobs", "history", "unknown"),
    [
        ("js_connectivity_blocked_quota_2026.txt", "", 0, 0, 0),
        ("js_full_excerpt_api30_urovo_mtk.txt", "com.anmei.warehouseputaway", 0, 6, 0),
        ("js_full_excerpt_api30_urovo_mtk.txt", "com.android.providers.settings", 1, 2, 0),
        # lines that a grep tore out of their sections follow the job as if they were its own
        ("js_grep_api33_tare_history_xiaomi_unknown.txt", "com.mira.com", 1, 3, 10),
        ("js_history_api29_official_docs.txt", "com.google.android.youtube", 0, 2, 0),
        ("js_job_api26_tct.txt", "com.lq.tct.tctapplication", 1, 0, 0),
        ("js_job_api28_sunmi_periodic.txt", "com.sunmi.toolbox", 1, 0, 0),
        ("js_job_api29_official_docs.txt", "com.google.android.youtube", 1, 0, 0),
        ("js_job_api30_content_trigger_quota.txt", "com.abc.workmanagertest", 1, 0, 0),
        ("js_job_api36_wm_namespace_emulator.txt", "dev.gift.wallpaper_changer", 1, 0, 0),
        ("js_job_samsung_api34_expo_docs.txt", "<package-name>", 1, 0, 0),
        ("wm_logcat_and_history_expo_success.txt", "com.wz.reader", 0, 4, 0),
    ],
)
def test_lines_of_dumps_known_and_unknown(name: str, package: str, jobs: int, history: int, unknown: int) -> None:
    listed, strange = jobs_of(name, package)

    assert (len(listed.jobs), len(listed.history), len(strange)) == (jobs, history, unknown)


def test_the_urovo_dump_names_its_jobs_and_the_end() -> None:
    listed, _ = jobs_of("js_full_excerpt_api30_urovo_mtk.txt", "com.android.providers.settings")

    (job,) = listed.jobs
    assert listed.complete
    assert (job.uid, job.job_id, job.standby_bucket, job.ready) == ("1000", 1, "ACTIVE", False)
    assert job.satisfied[-1] == "WITHIN_QUOTA"
    assert [(row.step, row.ago_ns // 10**6, row.reason) for row in listed.history] == [
        (JobStep.START, 76_863_467, None),
        (JobStep.STOP, 76_263_448, "timeout"),
    ]


def test_the_urovo_history_has_inverted_labels_that_nobody_reads() -> None:
    listed, _ = jobs_of("js_full_excerpt_api30_urovo_mtk.txt", "com.anmei.warehouseputaway")

    assert [row.step for row in listed.history] == [JobStep.START, JobStep.STOP] * 3
    assert [row.reason for row in listed.history if row.reason] == [
        "canceled",
        "app called jobFinished",
        "app called jobFinished",
    ]


def test_a_job_that_started_before_grep_ran_is_active() -> None:
    listed, _ = jobs_of("js_grep_api33_tare_history_xiaomi_unknown.txt", "com.mira.com")

    assert listed.active == ((None, 64),)
    assert listed.history[-1].ago_ns == 200_234 * 10**6


def test_the_api_36_emulator_s_job() -> None:
    (job,) = jobs_of("js_job_api36_wm_namespace_emulator.txt", "dev.gift.wallpaper_changer")[0].jobs

    assert (job.namespace, job.uid, job.job_id) == ("androidx.work.systemjobscheduler", "u0a217", 2)
    assert job.minimum_latency_ns == 86_399_925 * 10**6
    assert job.component == f"dev.gift.wallpaper_changer/{SYSTEM_JOB}"


def test_the_quota_of_the_content_trigger_job() -> None:
    (job,) = jobs_of("js_job_api30_content_trigger_quota.txt", "com.abc.workmanagertest")[0].jobs

    assert (job.unsatisfied, job.standby_bucket, job.earliest_ns) == (("WITHIN_QUOTA",), "RARE", None)
    assert job.enqueued_ns == -3_876_059 * 10**6


def test_samsung_s_own_constraint_is_kept_as_printed() -> None:
    (job,) = jobs_of("js_job_samsung_api34_expo_docs.txt", "<package-name>")[0].jobs

    assert "UID_NOT_RESTRICTED" in job.required
    assert job.earliest_ns == 407_715 * 10**6


def test_the_diagnostics_of_2020() -> None:
    _, (answer,) = observed_log("wm_diagnostics_official_docs_2020.txt", "androidx.work.integration.testapp")

    assert isinstance(answer, WorkListed)
    assert len(answer.rows) == 16
    assert Counter(row.worker_class.rpartition(".")[2] for row in answer.rows) == {
        "DiagnosticsWorker": 8,
        "ToastWorker": 8,
    }


def test_the_expo_run_and_its_history() -> None:
    _, events = observed_log("wm_logcat_and_history_expo_success.txt", "com.wz.reader")
    listed, _ = jobs_of("wm_logcat_and_history_expo_success.txt", "com.wz.reader")

    (run,) = [event for event in events if isinstance(event, RunFinished)]
    assert run.subject.work_id == "354a48f1-8cc3-4846-998e-976f39a15572"
    assert [row.reason for row in listed.history[2:]] == ["cancelled while waiting for bind", "canceled"]


@pytest.mark.parametrize(
    ("parser", "name", "facts"),
    [
        (
            "dumpsys-battery",
            "battery_api36_emulator.txt",
            {"power": "usb", "battery-level": 87, "battery-frozen": False},
        ),
        ("dumpsys-battery", "battery_updates_stopped.txt", {"power": "usb", "battery-frozen": True}),
        ("dumpsys-deviceidle", "deviceidle_full_emulator_api36.txt", {"doze-deep": "ACTIVE", "doze-light": "ACTIVE"}),
        ("dumpsys-deviceidle", "deviceidle_settings_api23_sony_so02g.txt", {"doze-deep": "INACTIVE"}),
        ("appops", "allowlist_bucket_appops_hyperos_2026.txt", {"background-restricted": False}),
    ],
)
def test_environment_as_recorded(parser: str, name: str, facts: dict[str, object]) -> None:
    (event,) = observe_text(parser, text_of(name), NOW, "com.app")

    assert getattr(event, "facts", None) == facts
