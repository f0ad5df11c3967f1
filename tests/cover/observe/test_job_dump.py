from __future__ import annotations

from collections.abc import Callable

import pytest

from bgtask_harness.observe import observe_text
from bgtask_harness.observe.durations import parse_duration
from bgtask_harness.observe.job_history import package_of_tag
from bgtask_harness.observe.job_history import parse_history_row
from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import Clock
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import JobHistoryRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import JobStep
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Stamp

NOW = Stamp(Clock.BOOT, 1_000_000_000)
SETTINGS = "com.android.providers.settings"
APP = "dev.gift.wallpaper_changer"
TIMEOUT = "*** SERVICE 'jobscheduler' DUMP TIMEOUT (10000ms) EXPIRED ***"
NAMESPACE = "androidx.work.systemjobscheduler"


def jobs(text: str, package: str) -> JobsListed:
    listed = observe_text("dumpsys-jobscheduler", text, NOW, package)[0]
    assert isinstance(listed, JobsListed)
    return listed


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("+1d2h30m47s21ms", 95_447_021),
        ("-1d02h57m31s562ms", -97_051_562),
        ("-21h21m03s467ms", -76_863_467),
        ("+14m47s534ms", 887_534),
        ("-15s206ms", -15_206),
        ("+0ms", 0),
        ("0", 0),
    ],
)
def test_durations_as_android_prints_them(text: str, ms: int) -> None:
    assert parse_duration(text) == ms * NS_PER_MS


@pytest.mark.parametrize("text", ["none", "--", "", "+", "-", "1h", "+1x", "04:12", "+1s1h"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_duration(text) is None


def test_the_api_36_job_has_its_namespace_and_its_requested_delay(recorded: Callable[[str], str]) -> None:
    (job,) = jobs(recorded("jobscheduler_api36_namespace.txt"), APP).jobs

    assert (job.uid, job.job_id, job.namespace) == ("u0a217", 2, NAMESPACE)
    assert job.component == f"{APP}/androidx.work.impl.background.systemjob.SystemJobService"
    assert job.source_package == APP
    assert job.minimum_latency_ns == 86_399_925 * NS_PER_MS
    assert job.required == ("TIMING_DELAY", "CONNECTIVITY", "FLEXIBILITY")
    assert job.ready is None


def test_a_job_shows_what_it_was_asked_to_be(recorded: Callable[[str], str]) -> None:
    (job,) = jobs(recorded("jobscheduler_api36_namespace.txt"), APP).jobs

    assert job.network is not None
    assert {"NOT_METERED", "INTERNET"} <= set(job.network)
    assert (job.backoff_ns, job.backoff_exponential) == (30_000 * NS_PER_MS, True)
    assert (job.flags, job.period_ns, job.persisted) == (None, None, False)


def test_an_expedited_job_a_periodic_one_and_one_that_needs_no_network() -> None:
    lines = (
        "  JOB #u0a1/1: abc a/b",
        "    JobInfo:",
        "      PERIODIC: interval=+15m0s0ms flex=+5m0s0ms",
        "      PERSISTED",
        "      Flags: 10",
        "      Backoff: policy=0 initial=+10s0ms",
        "    Ready: true (job=true)",
    )
    (job,) = jobs("\n".join(lines) + "\n", "").jobs

    assert (job.flags, job.period_ns, job.persisted) == (16, 900_000 * NS_PER_MS, True)
    assert (job.backoff_ns, job.backoff_exponential, job.network) == (10_000 * NS_PER_MS, False, None)


def test_the_dump_tells_whether_the_phone_counts_as_idle() -> None:
    text = "Registered 0 jobs:\n  None.\nIdleController:\n  Currently idle: true\n"
    _, idle = observe_text("dumpsys-jobscheduler", text, NOW, APP)

    assert isinstance(idle, EnvironmentSampled)
    assert idle.facts == {"device-idle": True}


def test_the_api_26_job_has_neither_masks_nor_bucket(recorded: Callable[[str], str]) -> None:
    listed = jobs(recorded("jobscheduler_api26_tct.txt"), "com.lq.tct.tctapplication")

    (job,) = listed.jobs
    assert job.required == ("CHARGING", "TIMING_DELAY", "DEADLINE", "UNMETERED")
    assert job.unsatisfied == ("TIMING_DELAY", "DEADLINE", "UNMETERED")
    assert (job.enqueued_ns, job.earliest_ns) == (-1976 * NS_PER_MS, 10_369 * NS_PER_MS)
    assert (job.ready, job.not_ready_because, job.standby_bucket) == (False, ("job",), None)
    assert not listed.complete


def test_a_whole_dump_is_complete_and_shows_the_package_alone(recorded: Callable[[str], str]) -> None:
    text = recorded("jobscheduler_api30_urovo.txt")
    listed = jobs(text, SETTINGS)

    assert listed.complete
    (job,) = listed.jobs
    assert (job.uid, job.job_id, job.standby_bucket) == ("1000", 1, "ACTIVE")
    assert job.earliest_ns == parse_duration("+2h30m47s21ms")
    assert [(row.step, row.job_id, row.reason) for row in listed.history] == [
        (JobStep.START, 1, None),
        (JobStep.STOP, 1, "timeout"),
    ]
    assert len(jobs(text, "com.anmei.warehouseputaway").history) == 6
    assert jobs(text, "com.anmei.warehouseputaway").jobs == ()


def test_a_dump_that_broke_off_anywhere_is_not_complete_and_invents_nothing(recorded: Callable[[str], str]) -> None:
    text = recorded("jobscheduler_api30_urovo.txt")
    whole = jobs(text, SETTINGS)

    for end in range(0, len(text) - 1, 7):
        cut = jobs(text[:end], SETTINGS)
        assert not cut.complete
        assert set(cut.jobs) <= set(whole.jobs)
        assert set(cut.history) <= set(whole.history)


def test_an_empty_list_is_complete_too() -> None:
    text = "Registered 528 jobs:\n  None.\n\nJob history:\n\nActive jobs:\n\nPersistStats: FirstLoad: 1/1/1\n"
    listed = jobs(text, APP)

    assert listed.complete
    assert listed.jobs == ()


def test_an_empty_history_is_not_printed_and_misses_nothing() -> None:
    assert jobs("Registered 0 jobs:\n  None.\n\nActive jobs:\n\nPersistStats: x\n", APP).complete


@pytest.mark.parametrize(
    "text",
    [
        "Can't find service: jobscheduler\n",
        "Permission Denial: can't dump JobScheduler from pid=1, uid=2000\n",
        "Invalid package: x\n",
        "",
        f"Registered 1 jobs:\n  None.\nJob history:\n{TIMEOUT}\nPersistStats: x\n",
    ],
)
def test_an_error_is_no_empty_list(text: str) -> None:
    listed = jobs(text, APP)

    assert not listed.complete
    assert listed.jobs == ()


@pytest.mark.parametrize(
    ("slot", "active"),
    [
        ("  Slot #0: 87a6b19 #u0a217/64 {c}", (None, 64)),
        ("  Slot #3(ID=101739677): 87a6b19 {ns}:u0a217/64 @{ns}@{c}", (NAMESPACE, 64)),
        ("  Slot #3(ID=101739677): 87a6b19 {{{ns}}} #u0a217/64 @{ns}@{c}", (NAMESPACE, 64)),
    ],
)
def test_active_jobs_by_namespace_and_id(slot: str, active: tuple[str | None, int]) -> None:
    line = slot.format(c=f"{APP}/a.B", ns=NAMESPACE)
    text = f"Active jobs:\n{line}\n  Slot #4: 1 #u0a9/5 com.other/x.Y\n  Slot #1: inactive since -1s\n"

    assert jobs(text, APP).active == (active,)


def test_a_registered_job_is_listed_once_though_later_sections_repeat_it(recorded: Callable[[str], str]) -> None:
    text = recorded("jobscheduler_api30_urovo.txt")
    begin, end = text.index("  JOB #1000/1"), text.index("TimeController:")
    again = text.replace("PersistStats:", f"Recently completed jobs:\n{text[begin:end]}PersistStats:")

    assert len(jobs(again, SETTINGS).jobs) == 1


def test_a_line_of_the_package_s_job_that_nobody_knows_is_kept(recorded: Callable[[str], str]) -> None:
    text = recorded("jobscheduler_api30_urovo.txt").replace("    Uid: active", "    Vendor gate: closed")
    _, unknown = observe_text("dumpsys-jobscheduler", text, NOW, SETTINGS)

    assert isinstance(unknown, LineUnknown)
    assert unknown.raw == "    Vendor gate: closed"


def test_the_label_stop_is_not_read_as_a_kind() -> None:
    tag = "com.a/x.Y"
    for label in ("STOP", "STOP-P"):
        row = parse_history_row(f"     -1h35m26s362ms  {label}: #u0a107/9008 {tag} app called jobFinished")
        ago = 5_726_362 * NS_PER_MS
        assert row == JobHistoryRow(ago, JobStep.STOP, "u0a107", 9008, tag, "app called jobFinished")


def test_history_before_api_27_has_no_job_id() -> None:
    row = parse_history_row("  -15s819ms START: u0a209 com.a/x.Y")

    assert row == JobHistoryRow(15_819 * NS_PER_MS, JobStep.START, "u0a209", None, "com.a/x.Y", None)


@pytest.mark.parametrize("tag", ["@ns@com.a/x.Y", "com.a/x.Y", "*sync*/z:com.a", "com.a/x.Y#275"])
def test_the_package_of_a_tag(tag: str) -> None:
    assert package_of_tag(tag) in {"com.a", "*sync*"}
