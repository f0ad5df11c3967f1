"""The rules of BackgroundTasks: for each a history that breaks it, one that keeps it, one that leaves it open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_iphone import APP_REFRESH
from bgtask_tests_iphone import PROCESSING
from bgtask_tests_iphone import REFRESH
from bgtask_tests_iphone import SYNC
from bgtask_tests_iphone import IPhone
from bgtask_tests_iphone import judged
from bgtask_tests_iphone import later
from bgtask_tests_iphone import running
from bgtask_tests_iphone import started
from bgtask_tests_iphone import verdict
from bgtask_tests_judging import kinds

from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import Clock
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Outcome
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunWanted
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject
from bgtask_reference.oracle import CATALOGUE
from bgtask_reference.oracle import judge

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE
NOTHING, EXCUSED = Judgement.NOT_EXERCISED, Judgement.SUPPRESSED


def hole(phone: IPhone) -> IPhone:
    phone.add(LogLost(stamp=phone.host(), stream="os_trace", reason="dropped"))
    phone.sample()
    return phone


def test_an_iphone_is_judged_by_its_own_rules_alone() -> None:
    told = {each.rule for each in judge(running().history()).verdicts}

    assert told == {rule.id for rule in CATALOGUE if "ios" in rule.platforms}
    assert len(told) > 20


# --- R13: permitted, registered in time, once, with a handler ---------------------------------------------------------


@pytest.mark.parametrize(
    ("permitted", "judgement"),
    [((REFRESH.id,), PASS), (("org.example.*",), PASS), ((SYNC.id,), FAIL), ((), FAIL), (None, OPEN)],
)
def test_an_identifier_is_permitted(permitted: tuple[str, ...] | None, judgement: Judgement) -> None:
    told = verdict(running(permitted=permitted).submit(), "R13.permitted")

    assert told.judgement is judgement
    assert told.missing == (("system-dump",) if judgement is OPEN else ())


def test_tasks_that_share_an_identifier_are_each_judged_by_what_is_told_of_it() -> None:
    shared = "org.example.library"
    tasks = tuple(replace(task, ios_identifier=shared) for task in (REFRESH, SYNC))
    phone = IPhone(app(*tasks, work_manager_version=None)).launch(permitted=(shared,), registers=(shared,))

    phone.refuse(2, shared).refuse(2, REFRESH.id)

    told = [each for each in judge(phone.sample().history()).verdicts if each.rule == "R14.pending"]
    assert [(each.task, each.judgement, len(each.witness)) for each in told] == [
        (REFRESH.id, FAIL, 1),
        (SYNC.id, FAIL, 1),
    ]


def test_a_handler_that_was_not_accepted_is_not_permitted() -> None:
    assert judged(running(permitted=None, registers=()).register(accepted=False), "R13.permitted") is FAIL


@pytest.mark.parametrize(
    ("modes", "kind", "judgement"),
    [
        (("fetch",), APP_REFRESH, PASS),
        (("processing",), APP_REFRESH, FAIL),
        (("processing",), PROCESSING, PASS),
        (("fetch",), BGTaskKind.HEALTH_RESEARCH, FAIL),
        ((), BGTaskKind.CONTINUED_PROCESSING, NOTHING),
    ],
)
def test_a_request_has_its_background_mode(modes: tuple[str, ...], kind: BGTaskKind, judgement: Judgement) -> None:
    assert judged(running(modes=modes).submit(kind=kind), "R13.background-mode") is judgement


def test_without_the_info_plist_nobody_knows_the_background_modes() -> None:
    assert judged(running(permitted=None).submit(), "R13.background-mode") is OPEN


def test_a_handler_is_registered_before_the_app_has_launched() -> None:
    late = running(registers=()).register()
    next_process = running()
    next_process.process()
    silent = running(tells=False)

    assert judged(running(), "R13.registered-in-time") is PASS
    assert judged(late, "R13.registered-in-time") is FAIL
    assert judged(next_process.register(), "R13.registered-in-time") is PASS
    assert verdict(silent, "R13.registered-in-time").missing == ("app-log", "beacon")


def test_a_handler_is_registered_once_a_process() -> None:
    again = running()
    again.process()

    assert judged(running(), "R13.registered-once") is PASS
    assert judged(again.register(), "R13.registered-once") is PASS
    assert judged(running().register(), "R13.registered-once") is FAIL
    assert judged(hole(running()).register(), "R13.registered-once") is OPEN


def test_what_is_submitted_has_a_handler() -> None:
    none = running(registers=()).raises(f"No launch handler registered for task with identifier {REFRESH.id}")

    assert judged(running().submit(), "R13.handler") is PASS
    assert judged(none, "R13.handler") is FAIL
    assert judged(running(registers=()).submit(), "R13.handler") is NOTHING


def test_an_exception_ends_the_process_and_is_told_with_its_reason() -> None:
    told = verdict(running().raises("Launch handler ... has already been registered"), "R17.exception")

    assert told.judgement is FAIL
    assert "already been registered" in told.reason
    assert judged(running().submit(), "R17.exception") is PASS


# --- R14: limits and errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refresh", "processing", "judgement"), [(1, 0, PASS), (1, 10, PASS), (2, 0, FAIL), (1, 11, FAIL)]
)
def test_requests_are_within_limits(refresh: int, processing: int, judgement: Judgement) -> None:
    others = [(f"org.example.p{n}", PROCESSING) for n in range(processing)]
    phone = running().pending(*([(REFRESH.id, APP_REFRESH)] * refresh), *others)

    assert judged(phone, "R14.pending") is judgement


def test_a_request_that_was_too_many_fails() -> None:
    assert judged(running().submit().refuse(2), "R14.pending") is FAIL
    assert judged(running().submit().refuse(3), "R14.pending") is PASS
    assert judged(running(), "R14.pending") is NOTHING


def test_a_failed_submit_is_surfaced() -> None:
    refused = running().submit().refuse(1)
    kept_to_itself = running().submit().refuse(1).whole_for()

    assert judged(refused.surface(1), "R14.surfaced") is PASS
    assert judged(kept_to_itself, "R14.surfaced") is FAIL
    assert judged(running().submit().refuse(1), "R14.surfaced") is OPEN
    assert judged(running().submit(), "R14.surfaced") is NOTHING


def test_where_the_apps_log_is_not_seen_nobody_knows_what_it_surfaced() -> None:
    told = verdict(running(tells=False).submit().refuse(1).whole_for(), "R14.surfaced")

    assert (told.judgement, told.missing) == (OPEN, ("app-log", "beacon"))


# --- R7, R8, R9, R12, R15: requests -----------------------------------------------------------------------------------


def test_an_identifier_has_one_request() -> None:
    assert judged(running().pending((REFRESH.id, APP_REFRESH)), "R8.one-request") is PASS
    assert judged(running().pending(*[(REFRESH.id, PROCESSING)] * 2), "R8.one-request") is FAIL
    assert judged(running().takes("AAAAAA").drops("AAAAAA").takes("BBBBBB"), "R8.one-request") is PASS
    assert judged(running().takes("AAAAAA").takes("BBBBBB"), "R8.one-request") is FAIL
    assert judged(hole(running().takes("AAAAAA")).takes("BBBBBB"), "R8.one-request") is OPEN
    assert judged(running(), "R8.one-request") is NOTHING


def test_what_the_app_submits_while_it_is_started_for_another_request_accuses_nobody() -> None:
    """A cold launch: dasd took the first request, the app submits the next, then the framework tells of the launch."""

    def cold() -> IPhone:
        return later(running().submit().takes("AAAAAA"), 3700).submit(after=7200).takes("BBBBBB")

    assert judged(cold().begin_task(), "R2.begin-date") is PASS
    assert judged(cold().begin_task(), "R8.one-request") is PASS
    replaced = later(running().submit().takes("AAAAAA"), 3700).submit(after=7200).drops("AAAAAA").takes("BBBBBB")
    assert judged(replaced.begin_task(), "R2.begin-date") is FAIL
    refused = later(running().submit(), 3700).submit(after=7200).refuse(2)
    assert judged(refused.begin_task(), "R2.begin-date") is PASS
    assert judged(cold().begin_task().begin_task(), "R2.begin-date") is FAIL
    assert judged(cold().withdraw().begin_task(), "R2.begin-date") is NOTHING
    early = later(running().submit().takes("AAAAAA"), 600).submit(after=7200).takes("BBBBBB")
    assert judged(early, "R8.one-request") is FAIL
    assert judged(cold(), "R8.begin-date") is NOTHING
    at_once = running().submit(after=None).takes("AAAAAA").submit(after=7200).takes("BBBBBB")
    assert judged(at_once, "R8.one-request") is PASS
    assert judged(at_once, "R8.begin-date") is NOTHING
    assert judged(early, "R8.begin-date") is FAIL


def test_asking_again_does_not_push_the_begin_date_away() -> None:
    pushed = later(running().submit(), 600).submit()

    told = verdict(pushed, "R8.begin-date")

    assert told.judgement is FAIL
    assert kinds(pushed, told) == ["TaskRequestSubmitted", "TaskRequestSubmitted"]
    assert judged(later(running().submit(after=3600), 600).submit(after=3000), "R8.begin-date") is PASS
    assert judged(later(running().submit(), 600).withdraw().submit(), "R8.begin-date") is NOTHING
    assert judged(later(running().submit().refuse(1), 600).submit(), "R8.begin-date") is NOTHING
    assert judged(later(running().submit(), 600).withdraw(everything=True).submit(), "R8.begin-date") is NOTHING
    assert judged(hole(later(running().submit(), 600)).submit(), "R8.begin-date") is OPEN


def test_what_was_cancelled_is_not_launched() -> None:
    cancelled = later(running().submit().withdraw(), 600)

    assert judged(later(running().submit().withdraw(), 600).begin_task(), "R9.request") is FAIL
    assert judged(running().submit().withdraw().begin_task(), "R9.request") is NOTHING
    assert judged(cancelled.submit(), "R9.request") is PASS
    assert judged(hole(later(running().submit().withdraw(), 600)).begin_task(), "R9.request") is OPEN


def test_after_a_launch_the_next_request_exists() -> None:
    def ran() -> IPhone:
        return later(running().submit(), 3700).begin_task()

    assert judged(ran().submit().complete(), "R12.resubmitted") is PASS
    assert judged(ran().complete().submit(), "R12.resubmitted") is PASS
    assert judged(ran().complete().pending((REFRESH.id, APP_REFRESH)), "R12.resubmitted") is PASS
    assert judged(ran().complete().whole_for(), "R12.resubmitted") is FAIL
    assert judged(ran().complete().whole_for(20).pending(), "R12.resubmitted") is FAIL
    assert judged(ran().complete().pending(), "R12.resubmitted") is NOTHING
    assert judged(ran().complete(), "R12.resubmitted") is OPEN
    assert judged(ran().complete().withdraw().whole_for(), "R12.resubmitted") is NOTHING
    assert judged(ran().whole_for(), "R12.resubmitted") is NOTHING
    assert judged(running(quiet(REFRESH, interval_ns=None)).begin_task().complete(), "R12.resubmitted") is NOTHING


def test_a_pending_request_outlives_the_process() -> None:
    def died() -> IPhone:
        return running().submit().dies().whole_for()

    assert judged(died().pending((REFRESH.id, APP_REFRESH)), "R7.pending") is PASS
    assert judged(died().pending(), "R7.pending") is FAIL
    assert judged(died().pending(complete=False), "R7.pending") is NOTHING
    assert judged(died().submit().pending(), "R7.pending") is NOTHING
    # dasd takes a request off the list before the app that it starts tells of the launch
    assert judged(died().wait(3700).pending(), "R7.pending") is NOTHING
    assert judged(hole(died()).pending(), "R7.pending") is OPEN


@pytest.mark.parametrize(
    ("after", "judgement"), [(3600, PASS), (300, PASS), (None, NOTHING), (216_000, FAIL), (3_600_000, FAIL)]
)
def test_a_begin_date_is_within_one_interval(after: float | None, judgement: Judgement) -> None:
    assert judged(running().submit(after=after), "R15.begin-date") is judgement


# --- R2, R3, F1: launches ---------------------------------------------------------------------------------------------


def test_nothing_is_launched_before_its_begin_date() -> None:
    early = later(running().submit(), 600).begin_task()

    told = verdict(early, "R2.begin-date")

    assert (told.judgement, told.level) == (FAIL, ForceLevel.NATURAL)
    assert judged(later(running().submit(), 3700).begin_task(), "R2.begin-date") is PASS
    assert judged(later(running().submit(after=None), 10).begin_task(), "R2.begin-date") is NOTHING
    assert judged(later(running().submit(), 600).begin_task(simulated=True), "R2.begin-date") is NOTHING
    assert judged(hole(later(running().submit(), 600)).begin_task(), "R2.begin-date") is OPEN


def test_after_a_change_of_the_wall_clock_nobody_knows_what_is_early() -> None:
    phone = later(running().submit(), 60)
    phone.step_wall(-7200)

    assert judged(later(phone, 3700).begin_task(), "R2.begin-date") is NOTHING


def test_a_request_leads_to_one_launch() -> None:
    def ran() -> IPhone:
        return later(running().submit(), 3700).begin_task().complete()

    assert judged(ran(), "R3.request") is PASS
    assert judged(ran().submit().begin_task(), "R3.request") is PASS
    assert judged(ran().begin_task(), "R3.request") is FAIL
    assert judged(hole(ran()).begin_task(), "R3.request") is OPEN

    # dasd has taken the one before the app submits the other; both launches are told after that.
    two = ran().submit(after=None).takes("AAAAAA").submit(after=None).takes("BBBBBB").begin_task().complete()
    assert judged(two.begin_task().complete(), "R3.request") is PASS
    assert judged(two.begin_task(), "R3.request") is FAIL
    replaced = ran().submit().takes("AAAAAA").submit().drops("AAAAAA").takes("BBBBBB").begin_task().complete()
    assert judged(replaced.begin_task(), "R3.request") is FAIL


def simulate(phone: IPhone, outcome: Outcome = Outcome.ACCEPTED) -> IPhone:
    phone.sample()
    number = phone.stimulus("task.simulate-launch", Subject(task=REFRESH.id), ForceLevel.FORCED, (), outcome)
    phone.add(RunWanted(stamp=phone.host(), task=REFRESH.id, stimulus=number))
    phone.sample()
    return phone


def test_a_simulated_launch_launches() -> None:
    turned_away = simulate(running())
    turned_away.add(
        RunRefused(
            stamp=turned_away.log(),
            source=Source.BACKGROUND_TASKS,
            subject=Subject(task=REFRESH.id),
            reason="no-pending-request",
        ),
    )
    unseen = IPhone(app(REFRESH)).sample()
    assert isinstance(unseen, IPhone)

    assert judged(simulate(running().submit()).begin_task(simulated=True), "F1.simulated") is PASS
    assert judged(simulate(running().submit()).whole_for(), "F1.simulated") is FAIL
    assert judged(simulate(running().submit()).whole_for().begin_task(simulated=True), "F1.simulated") is FAIL
    assert judged(simulate(running().submit()), "F1.simulated") is OPEN
    assert judged(turned_away.whole_for(), "F1.simulated") is EXCUSED
    assert verdict(simulate(unseen).whole_for(), "F1.simulated").missing == ("background-tasks",)
    assert judged(simulate(running(), Outcome.REFUSED).whole_for(), "F1.simulated") is NOTHING


# --- R10, R11: completion and expiry ----------------------------------------------------------------------------------


def test_a_task_is_completed_in_time() -> None:
    died = started().dies()

    assert judged(later(started(), 20).complete(), "R10.completed") is PASS
    assert judged(later(started(), 60).complete(), "R10.completed") is FAIL
    assert judged(started().whole_for(), "R10.completed") is FAIL
    assert judged(started(), "R10.completed") is OPEN
    assert verdict(died, "R10.completed").missing == ("system-log",)
    assert judged(hole(started()).dies(), "R10.completed") is OPEN
    assert judged(later(started(), 60).dies(), "R10.completed") is FAIL
    assert judged(started().submit().begin_task(), "R10.completed") is FAIL


def test_a_process_that_the_harness_ended_completes_nothing() -> None:
    def ended(phone: IPhone) -> IPhone:
        phone.stimulus("app.kill")
        return phone.dies()

    assert judged(ended(started()), "R10.completed") is EXCUSED
    assert judged(ended(started().expire()), "R11.expiry") is EXCUSED


def test_processing_and_simulated_tasks_have_no_bound() -> None:
    assert judged(later(started(PROCESSING), 600).complete(), "R10.completed") is PASS
    assert judged(started(PROCESSING).whole_for(600), "R10.completed") is OPEN
    assert judged(later(started(simulated=True), 600).complete(success=None), "R10.completed") is PASS


def test_a_task_is_completed_once() -> None:
    twice = started().complete().complete()

    told = verdict(twice, "R10.completed-once")

    assert told.judgement is FAIL
    assert kinds(twice, told) == ["TaskLaunched", "TaskCompleted", "TaskCompleted"]
    assert judged(started().complete(), "R10.completed-once") is PASS
    assert judged(started().complete().submit().begin_task().complete(), "R10.completed-once") is PASS
    assert judged(started(), "R10.completed-once") is NOTHING


def test_expiry_completes_the_task() -> None:
    assert judged(started().expire().complete(success=False), "R11.expiry") is PASS
    assert judged(started().complete().expire(), "R11.expiry") is PASS
    assert judged(later(started().expire(), 20).complete(success=False), "R11.expiry") is FAIL
    assert judged(started().expire(handled=False), "R11.expiry") is FAIL
    # As the framework prints it: the expiration, that there is no handler, and what the system itself does then.
    assert judged(started().expire().expire(handled=False).complete(success=False), "R11.expiry") is FAIL
    assert judged(started().expire().dies("exceeded background task assertion time: watchdog"), "R11.expiry") is FAIL
    assert judged(started().expire().dies(), "R11.expiry") is OPEN
    assert judged(later(started().expire(), 20).dies(), "R11.expiry") is FAIL
    assert judged(started().expire().whole_for(), "R11.expiry") is FAIL
    assert judged(started().expire(), "R11.expiry") is OPEN
    assert judged(started().complete(), "R11.expiry") is NOTHING


def test_work_halts_at_expiry() -> None:
    def life(goes_on: float) -> IPhone:
        phone = started()
        start = phone.log()
        who = Subject(task=REFRESH.id, attempt_id="a")
        phone.add(RunStarted(stamp=start, source=Source.BEACON, subject=who, run_attempt=1))
        phone.wait(25)
        phone.expire().complete(success=False).wait(goes_on)
        phone.add(RunFinished(stamp=phone.log(), source=Source.BEACON, subject=who, result=Result.SUCCESS))
        return phone

    assert judged(life(1), "R11.expiry-halts") is PASS
    assert judged(life(60), "R11.expiry-halts") is FAIL
    assert judged(started().expire().complete(), "R11.expiry-halts") is NOTHING


# --- R22: decisions; what a history leaves open -----------------------------------------------------------------------


def test_dasd_names_what_says_no() -> None:
    assert judged(running().scores("Must Not Proceed", "DeviceActivityPolicy"), "R22.decided") is PASS
    assert verdict(running().scores("Must Not Proceed"), "R22.decided").missing == ("dasd",)
    assert judged(running().scores("Can Proceed"), "R22.decided") is NOTHING


def test_a_run_of_the_worker_that_was_over_before_is_nobody_s_business() -> None:
    phone = started().works(1)

    assert judged(phone.expire().complete(success=False), "R11.expiry-halts") is NOTHING


def test_a_begin_date_is_not_compared_with_a_clock_that_does_not_tell_the_date() -> None:
    phone = running().submit()
    entry = phone.entries[-1]
    phone.entries[-1] = replace(entry, event=replace(entry.event, stamp=Stamp(Clock.BOOT, phone.now)))

    assert judged(phone, "R15.begin-date") is NOTHING


def test_another_tasks_refusal_does_not_excuse_this_one() -> None:
    phone = simulate(running().submit())
    other = Subject(task=SYNC.id)
    phone.add(RunRefused(stamp=phone.log(), source=Source.BACKGROUND_TASKS, subject=other, reason="no-pending-request"))

    assert judged(phone.whole_for(), "F1.simulated") is FAIL


def test_a_run_that_is_wanted_without_a_simulation_is_another_rule_s() -> None:
    phone = running()
    phone.want(REFRESH, within=60)

    assert judged(phone.whole_for(), "F1.simulated") is NOTHING


def test_a_hole_may_have_swallowed_another_launch() -> None:
    later_end = later(hole(started()), 60).complete()
    twice = hole(started().complete()).complete()
    expired = later(hole(started().expire()), 60).complete(success=False)

    assert judged(later_end, "R10.completed") is OPEN
    assert judged(twice, "R10.completed-once") is OPEN
    assert judged(expired, "R11.expiry") is OPEN


def test_a_hole_may_have_swallowed_the_beginning_of_a_process() -> None:
    assert judged(hole(running()).register(), "R13.registered-in-time") is not FAIL
