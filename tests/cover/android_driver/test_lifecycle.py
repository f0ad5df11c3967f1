"""Stopping a job that runs, and swiping an app away: what is typed, what the answers mean, what it does to a phone."""

from __future__ import annotations

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.android.recents import RecentStack
from bgtask_harness.devices.android.recents import read_stacks
from bgtask_harness.devices.android.stopping import read_answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Completed
from bgtask_harness.errors import Unsupported
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.virtual.assemble import AssembledPhone
from bgtask_harness.virtual.assemble import build
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

PACKAGE = "com.thomaskioko.tvmaniac"
APP = AppSpec("tvmaniac", PACKAGE, (), hook_receiver=f"{PACKAGE}.BackgroundTaskHook")
PHONES = ["pixel3-api28", "pixel5-api30", "pixel8-api34", "pixel7-api36"]

# `am stack list` as published from a phone with Android 12, its configurations cut short
ANDROID_12 = """\
RootTask id=121 bounds=[0,0][2560,1600] displayId=0 userId=0
 configuration={1.0 winConfig={ mWindowingMode=fullscreen mActivityType=standard} s.374}
  taskId=121: com.example.one/com.example.one.Main bounds=[0,0][2560,1600] userId=0 visible=true topActivity=...

RootTask id=1 bounds=[0,0][2560,1600] displayId=0 userId=0
 configuration={1.0 winConfig={ mWindowingMode=fullscreen mActivityType=home} s.374}
  taskId=80: com.android.launcher3/com.android.launcher3.Main bounds=[0,0][2560,1600] userId=0 visible=false
"""
ANDROID_9 = """\
Stack id=4 bounds=[0,0][1080,2160] displayId=0 userId=0
 configuration={1.0 winConfig={ mWindowingMode=fullscreen mActivityType=standard} s.6}
  taskId=31: com.example.one/com.example.one.Main bounds=[0,0][1080,2160] userId=0 visible=true
  taskId=29: com.example.two/com.example.two.Main bounds=[0,0][1080,2160] userId=0 visible=false
"""


def soon() -> Deadline:
    return Deadline.after(20)


def attach(phone: AssembledPhone) -> AndroidDevice:
    return AndroidDevice.attach(InProcessTransport(phone), "bench", soon(), serial="in-process")


def device_on(model: str, settings: dict[str, str] | None = None) -> AndroidDevice:
    phone = build(model, "bgtask_reference.lineage.tvmaniac:fixed", PACKAGE, "hook", app={"settings": settings or {}})
    return attach(phone)


def test_stacks_are_read_in_the_words_of_each_level() -> None:
    assert read_stacks(ANDROID_12) == [
        RecentStack(121, ("com.example.one",)),
        RecentStack(1, ("com.android.launcher3",)),
    ]
    assert read_stacks(ANDROID_9) == [RecentStack(4, ("com.example.one", "com.example.two"))]
    assert read_stacks("Error: unknown command 'stack'\n") == []


@pytest.mark.parametrize("model", PHONES)
def test_a_swipe_ends_the_process_and_leaves_the_jobs(model: str) -> None:
    device = device_on(model, {"active_provider": "TRAKT"})
    device.launch(APP, soon())
    device.tell("sleep 5", soon())
    jobs = f"dumpsys jobscheduler {PACKAGE} | grep -c JOB"
    before = device.tell(jobs, soon()).stdout

    answer = device.swipe(APP, soon())

    assert answer.outcome is Outcome.ACCEPTED
    assert device.tell(f"pidof {PACKAGE}", soon()).stdout == ""
    assert device.tell(jobs, soon()).stdout == before != "0\n"
    assert PACKAGE not in device.tell("am stack list", soon()).stdout


def test_an_app_that_is_not_among_the_recent_ones_cannot_be_swiped_away() -> None:
    device = device_on("pixel7-api36")

    with pytest.raises(Unsupported, match=f"{PACKAGE} is not among the recent apps"):
        device.swipe(APP, soon())


@pytest.mark.parametrize(
    ("stdout", "meaning"),
    [
        ("Timing out: #u0a154/1 com.example/.Service\n", (Outcome.ACCEPTED, None)),
        ("Stopping job: #u0a154/1 com.example/.Service\n", (Outcome.ACCEPTED, None)),
        ("No matching executing jobs found.\n", (Outcome.REFUSED, Refusal.UNKNOWN_JOB)),
        ("Exception: java.lang.SecurityException: Uid 2000 not permitted\n", (Outcome.REFUSED, Refusal.NOT_PERMITTED)),
        ("Unknown command: stop\n", (Outcome.UNKNOWN, None)),
    ],
)
def test_what_stopping_says_is_what_it_did(stdout: str, meaning: object) -> None:
    assert read_answer(Completed("cmd jobscheduler timeout", stdout, "", 0)) == meaning


@pytest.mark.parametrize("model", PHONES)
def test_a_job_that_does_not_run_cannot_be_stopped_and_the_answer_says_so(model: str) -> None:
    answer = device_on(model).stop_job(APP, 3, None, reason=None, deadline=soon())

    assert (answer.verb, answer.outcome, answer.refusal) == ("job.timeout", Outcome.REFUSED, Refusal.UNKNOWN_JOB)
    assert answer.command.endswith(f"cmd jobscheduler timeout -u 0 {PACKAGE} 3")


def test_a_reason_is_given_where_the_shell_takes_one() -> None:
    answer = device_on("pixel8-api34").stop_job(APP, 3, "a.space", reason=10, deadline=soon())
    assert answer.command.endswith(f"cmd jobscheduler stop -s 10 -u 0 -n a.space {PACKAGE} 3")

    with pytest.raises(Unsupported, match=r"came with Android 14 \(API 34\), and this is API level 30"):
        device_on("pixel5-api30").stop_job(APP, 3, None, reason=10, deadline=soon())


def test_a_phone_with_a_code_on_its_lock_screen_needs_a_person_to_boot() -> None:
    phone = build("pixel7-api36", "bgtask_reference.lineage.tvmaniac:fixed", PACKAGE, "hook")
    assert Capability.REBOOT in attach(phone).capabilities(APP, soon())

    phone.lock_code = "1234"

    found = attach(phone).capabilities(APP, soon())
    assert Capability.REBOOT not in found
    assert Capability.REBOOT_WITH_A_PERSON in found


def test_after_a_reboot_the_code_is_waited_for_and_asked_for() -> None:
    phone = build("pixel7-api36", "bgtask_reference.lineage.tvmaniac:fixed", PACKAGE, "hook")
    phone.lock_code = "1234"
    device, asked = attach(phone), list[str]()
    device.reboot(Deadline.after(60), asked.append)
    phone.kernel.after(5_000_000_000, phone.unlock)

    assert device.wait_until_unlocked(Deadline.after(60), asked.append)

    assert any(sentence.startswith("type the code of in-process: waiting up to ") for sentence in asked)
    assert device.tell("am get-started-user-state 0", soon()).stdout == "RUNNING_UNLOCKED\n"


def test_when_nobody_types_the_code_in_time_that_is_said() -> None:
    phone = build("pixel7-api36", "bgtask_reference.lineage.tvmaniac:fixed", PACKAGE, "hook")
    phone.lock_code = "1234"
    device = attach(phone)
    device.reboot(Deadline.after(60), lambda _sentence: None)

    assert not device.wait_until_unlocked(Deadline.after(0), lambda _sentence: None)
