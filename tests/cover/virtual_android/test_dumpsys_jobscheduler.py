"""Rendered lines of dumps against lines that real devices printed (quoted from the cited recordings)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.android.durations import duration
from bgtask_harness.virtual.android.durations import padded
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobconstraints import printed
from bgtask_harness.virtual.android.jobdump import network_request
from bgtask_harness.virtual.android.jobhistory import HistoryEvent
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobschedulerdump import history_line
from bgtask_harness.virtual.android.level import level
from bgtask_harness.virtual.android.phone import Phone

NAMESPACE = "androidx.work.systemjobscheduler"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (30_000, "+30s0ms"),
        (86_399_925, "+23h59m59s925ms"),
        (-492_280, "-8m12s280ms"),
        (86_400_000, "+1d0h0m0s0ms"),
        (5, "+5ms"),
        (0, "0"),
    ],
)
def test_durations_as_dumps_print_them(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (-97_051_562, "  -1d02h57m31s562ms"),  # corpus js_full_excerpt_api30_urovo_mtk
        (-76_863_467, "    -21h21m03s467ms"),  # same
        (-5_726_440, "     -1h35m26s440ms"),  # corpus js_history_api29_official_docs
        (-36_900, "          -36s900ms"),
    ],
)
def test_durations_as_the_job_history_pads_them(milliseconds: int, text: str) -> None:
    assert padded(milliseconds) == text


def test_constraints_as_a_real_api_36_dump_prints_them() -> None:
    # corpus js_job_api36_wm_namespace_emulator
    required = Constraint.TIMING_DELAY | Constraint.CONNECTIVITY | Constraint.FLEXIBLE
    assert f"Required constraints:{printed(required)}" == (
        "Required constraints: TIMING_DELAY CONNECTIVITY FLEXIBILITY [0x90200000]"
    )


def test_a_network_request_as_a_real_api_36_dump_prints_it() -> None:
    # corpus js_job_api36_wm_namespace_emulator
    assert network_request(JobNetwork.UNMETERED, 10217, level(36)) == (
        "NetworkRequest [ NONE id=0, [ Capabilities: NOT_METERED&INTERNET&TRUSTED&VALIDATED&NOT_VCN_MANAGED"
        "&NOT_BANDWIDTH_CONSTRAINED Uid: 10217 UnderlyingNetworks: Null] ]"
    )


def test_a_request_without_roaming_names_its_capability_where_its_number_stands() -> None:
    # NetworkCapabilities: VALIDATED is 16, NOT_ROAMING 18, NOT_VCN_MANAGED 28
    assert "VALIDATED&NOT_ROAMING&NOT_VCN_MANAGED" in network_request(JobNetwork.NOT_ROAMING, 10217, level(36))
    assert "TRUSTED&VALIDATED&NOT_ROAMING Uid: 10217" in network_request(JobNetwork.NOT_ROAMING, 10217, level(29))


def test_history_lines_as_real_ones_with_the_stop_label_of_api_33_and_later() -> None:
    component = "com.google.android.youtube/androidx.work.impl.background.systemjob.SystemJobService"
    start = HistoryEvent(0, "START", False, 10107, 9008, component)
    stop = HistoryEvent(0, "STOP", False, 10107, 9008, component, "app called jobFinished")
    now = 5_726_440_000_000
    assert history_line(start, now) == f"     -1h35m26s440ms   START: #u0a107/9008 {component}"
    assert history_line(stop, now) == f"     -1h35m26s440ms    STOP: #u0a107/9008 {component} app called jobFinished"
    periodic = HistoryEvent(0, "STOP", True, 1000, 1, "android/.Job", "timeout")
    assert history_line(periodic, now) == "     -1h35m26s440ms  STOP-P: #1000/1 android/.Job timeout"


def job_block(text: str) -> list[str]:
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("  JOB "))
    end = next(number for number, line in enumerate(lines) if number > begin and line.startswith("    Ready: "))
    return [line[2:] for line in lines[begin : end + 1]]


def test_a_job_of_work_manager_is_printed_as_on_a_real_phone(app: Any, phone: Phone, shell: Any) -> None:
    app.schedule(
        job_id=2,
        namespace=NAMESPACE,
        network="unmetered",
        minimum_latency_ms=86_399_925,
        extras={"EXTRA_WORK_SPEC_ID": "6912500b"},
    )
    identity = phone.job_scheduler.jobs()[0].identity
    met = " CONNECTIVITY FLEXIBILITY DEVICE_NOT_DOZING BACKGROUND_NOT_RESTRICTED WITHIN_QUOTA [0x13600000]"
    assert job_block(shell("dumpsys", "jobscheduler", "com.example.app").out) == [
        f"JOB {NAMESPACE}:u0a234/2: {identity} @{NAMESPACE}@com.example.app/.Jobs",
        f"  u0a234 tag=*job*r/@{NAMESPACE}@com.example.app/.Jobs",
        "  Source: uid=u0a234 user=0 pkg=com.example.app",
        "  JobInfo:",
        "    Service: com.example.app/.Jobs",
        "    Priority: DEFAULT [300]",
        "    Requires: charging=false batteryNotLow=false deviceIdle=false",
        "    Has media backup exemption=false ",
        "    Extras: mParcelledData.dataSize=180",
        f"    Network type: {network_request(JobNetwork.UNMETERED, 10234, phone.level)}",
        "    Minimum latency: +23h59m59s925ms",
        "    Backoff: policy=1 initial=+30s0ms",
        "    Has early constraint",
        "  Required constraints: TIMING_DELAY CONNECTIVITY FLEXIBILITY [0x90200000]",
        "  Dynamic constraints:",
        f"  Satisfied constraints:{met}",
        "  Unsatisfied constraints: TIMING_DELAY [0x80000000]",
        "  Num Required Flexible constraints: 0",
        "  Num Dropped Flexible constraints: 0",
        "  Constraint history:",
        f"    0 ={met}",
        "  Tracking: CONNECTIVITY TIME QUOTA",
        "  Implicit constraints:",
        "    readyNotDozing: true",
        "    readyNotRestrictedInBg: true",
        "    readyComponentEnabled: true",
        "  Started with foreground flag: false",
        "  Network: 101",
        "  Standby bucket: ACTIVE",
        "  Enqueue time: 0",
        "  Run time: earliest=+23h59m59s925ms, latest=none, original latest=none",
        "  Restricted due to: none.",
        "  Ready: false (job=false user=true !restricted=true !pending=true !active=true !backingup=true comp=true)",
    ]


def test_a_failed_job_shows_its_failures_and_when(app: Any, shell: Any, advance: Callable[[float], None]) -> None:
    app.reschedule = True
    app.schedule(charging=True, period_ms=900_000, flex_ms=300_000)
    advance(610)
    lines = [line.strip() for line in shell("dumpsys", "jobscheduler").out.splitlines()]
    assert "PERIODIC: interval=+15m0s0ms flex=+5m0s0ms" in lines
    assert "Num failures: 1" in lines
    assert "Last failed run: 2026-11-23 02:10:05" in lines
    assert any(line.startswith("Satisfied constraints: CHARGING BATTERY_NOT_LOW") for line in lines)


def test_a_filtered_dump_counts_every_job_and_says_none_for_a_package_without(
    app: Any, phone: Phone, shell: Any
) -> None:
    app.schedule(minimum_latency_ms=60_000)
    text = shell("dumpsys", "jobscheduler", "android").out
    assert "Registered 1 jobs:\n  None.\n" in text
    assert "mReadyToRock" not in text
    assert "mReadyToRock=true\n" in shell("dumpsys", "jobscheduler").out


def test_mistakes(shell: Any) -> None:
    assert shell("dumpsys", "jobscheduler", "com.nobody").out == "Invalid package: com.nobody\n"
    assert shell("dumpsys", "jobscheduler", "-x").out == "Unknown option: -x\n"


def test_a_running_job_is_shown_as_active_with_its_limits(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None]
) -> None:
    app.work_ns = 0
    app.schedule()
    advance(10)
    lines = shell("dumpsys", "jobscheduler").out.splitlines()
    at = lines.index("Active jobs:")
    assert lines[at + 1].startswith("  Slot #0(ID=101739677): ")
    assert lines[at + 2] == "    Running for: +10s0ms, timeout at: +9m50s0ms"
    assert lines[at + 3] == "    Remaining execution limits: [+9m50s0ms, +29m50s0ms]"
