"""R5.mapping, R14, R15, R21, R22: what JobScheduler holds is as declared, not too much, and says what it waits for."""

from __future__ import annotations

import pytest
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_histories import work_of
from bgtask_tests_judging import judged
from bgtask_tests_judging import verdict

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Backoff
from bgtask_reference.events import Clock
from bgtask_reference.events import Constraints
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobScheduled
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Judgement
from bgtask_reference.events import Network
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec

SERVICE = f"{PACKAGE}/androidx.work.impl.background.systemjob.SystemJobService"
REQUIRED = ("CONNECTIVITY", "TIMING_DELAY")


def row(job: int = 7, component: str = SERVICE, required: tuple[str, ...] = REQUIRED, **fields: object) -> JobRow:
    given: dict[str, object] = {"source_package": PACKAGE, "required": required, **fields}
    return JobRow("u0a1", job, "androidx.work.systemjobscheduler", component, **given)  # type: ignore[arg-type]


def asked(task: TaskSpec = SYNC) -> Writer:
    return Writer(app(task)).begin().names().request(task)


def armed(writer: Writer, job: int = 7, name: str = PERIODIC) -> Writer:
    who, source = Subject(work_id=work_of(name), job_id=job), Source.WORK_MANAGER_DEBUG
    writer.add(JobScheduled(stamp=writer.log(), source=source, subject=who))
    return writer.wait(1)


def dumped(writer: Writer, *jobs: JobRow, complete: bool = True) -> Writer:
    writer.sample()
    stamp = Stamp(Clock.BOOT, writer.now, 5_000_000)
    writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=PACKAGE, jobs=jobs, complete=complete))
    return writer.wait(0.01).sample()


# --- R5.mapping --------------------------------------------------------------------------------------------------

ALL = Constraints(charging=True, battery_not_low=True, storage_not_low=True, device_idle=True)


@pytest.mark.parametrize(
    ("task", "required", "network", "says"),
    [
        (SYNC, REQUIRED, None, ""),
        (SYNC, ("TIMING_DELAY",), None, "does not require a network"),
        (quiet(SYNC, network=Network.NOT_REQUIRED), REQUIRED, None, "requires a network, which nobody declared"),
        (quiet(SYNC, network=Network.UNMETERED), REQUIRED, ("INTERNET", "NOT_METERED"), ""),
        (quiet(SYNC, network=Network.UNMETERED), REQUIRED, ("INTERNET",), "does not require an unmetered network"),
        (SYNC, REQUIRED, ("INTERNET", "NOT_ROAMING"), "that is not roaming, which nobody declared"),
        (quiet(SYNC, network=Network.UNMETERED), ("UNMETERED",), ("2",), ""),
        (SYNC, (*REQUIRED, "CHARGING"), None, "requires a charger, which nobody declared"),
        (
            quiet(SYNC, constraints=ALL),
            (*REQUIRED, "CHARGING", "BATTERY_NOT_LOW", "STORAGE_NOT_LOW", "IDLE", "FLEXIBILITY"),
            None,
            "",
        ),
        (quiet(SYNC, constraints=ALL), (*REQUIRED, "CHARGING", "BATTERY_NOT_LOW"), None, "storage that is not low and"),
    ],
)
def test_a_job_requires_what_is_declared_and_nothing_besides(
    task: TaskSpec, required: tuple[str, ...], network: tuple[str, ...] | None, says: str
) -> None:
    told = verdict(dumped(asked(task), row(required=required, network=network)), "R5.mapping")

    assert told.judgement is (Judgement.FAIL if says else Judgement.PASS)
    assert says in told.reason


def test_a_job_of_which_nobody_knows_whose_it_is_decides_nothing() -> None:
    writer = dumped(Writer().begin().request(), row(required=("TIMING_DELAY",)))

    assert judged(writer, "R5.mapping") is Judgement.NOT_EXERCISED


def test_a_job_of_another_service_with_the_same_number_decides_nothing() -> None:
    writer = dumped(asked(), row(component=f"{PACKAGE}/.OwnService", required=("TIMING_DELAY",)))

    assert judged(writer, "R5.mapping") is Judgement.NOT_EXERCISED


def test_a_row_whose_constraints_were_not_printed_decides_nothing() -> None:
    assert judged(dumped(asked(), row(required=())), "R5.mapping") is Judgement.NOT_EXERCISED


# --- R15.backoff ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "held", "exponential", "right"),
    [
        (Backoff(), 30, True, True),
        (Backoff(), 30, None, True),
        (Backoff(), 30, False, False),
        (Backoff(), 60, True, False),
        (Backoff(NS_PER_S), 10, True, True),
        (Backoff(NS_PER_S), 1, True, False),
        (Backoff(36_000 * NS_PER_S, exponential=False), 18_000, False, True),
    ],
)
def test_a_job_has_the_declared_backoff_clamped(
    declared: Backoff, held: int, exponential: bool | None, right: bool
) -> None:
    job = row(backoff_ns=held * NS_PER_S, backoff_exponential=exponential)

    told = verdict(dumped(asked(quiet(SYNC, backoff=declared)), job), "R15.backoff")

    assert told.judgement is (Judgement.PASS if right else Judgement.FAIL)


def test_a_backoff_that_was_not_printed_decides_nothing() -> None:
    assert judged(dumped(asked(), row()), "R15.backoff") is Judgement.NOT_EXERCISED


def test_work_that_waits_for_an_idle_phone_has_no_backoff_of_its_own() -> None:
    task = quiet(SYNC, constraints=Constraints(device_idle=True))
    job = row(required=(*REQUIRED, "IDLE"), backoff_ns=NS_PER_S, backoff_exponential=True)

    assert judged(dumped(asked(task), job), "R15.backoff") is Judgement.NOT_EXERCISED


# --- R15.due ----------------------------------------------------------------------------------------------------------


def after_a_run(due: float | None, wait: float = 100) -> Writer:
    writer = armed(asked().run()).wait(wait)
    earliest = None if due is None else round((due - wait) * NS_PER_S)
    return dumped(writer, row(earliest_ns=earliest))


def test_a_job_that_waits_for_the_next_period_holds() -> None:
    assert judged(after_a_run(3600), "R15.due") is Judgement.PASS


@pytest.mark.parametrize("due", [60, 216_000, 3_600_000])
def test_a_job_that_waits_for_another_unit_of_time_fails(due: float) -> None:
    told = verdict(after_a_run(due, wait=20), "R15.due")

    assert told.judgement is Judgement.FAIL
    assert "its period is 3600.000 s" in told.reason


def test_a_job_without_a_due_time_decides_nothing() -> None:
    assert judged(after_a_run(None), "R15.due") is Judgement.NOT_EXERCISED


def test_a_job_that_is_dumped_at_once_may_be_of_the_run_before() -> None:
    assert judged(after_a_run(60, wait=3), "R15.due") is Judgement.NOT_EXERCISED


def test_a_run_that_was_refused_lets_the_system_choose_when_to_ask_again() -> None:
    writer = armed(asked().run()).wait(50).refused().wait(50)

    assert judged(dumped(writer, row(earliest_ns=30 * NS_PER_S)), "R15.due") is Judgement.NOT_EXERCISED


def test_after_a_change_of_the_wall_clock_nobody_knows_when_it_is_due() -> None:
    writer = armed(asked().run()).sample().step_wall(7200).wait(100)

    assert judged(dumped(writer, row(earliest_ns=60 * NS_PER_S)), "R15.due") is Judgement.NOT_EXERCISED


def test_before_a_first_run_nothing_is_said_of_periods() -> None:
    assert judged(dumped(armed(asked()).wait(60), row(earliest_ns=NS_PER_S)), "R15.due") is Judgement.NOT_EXERCISED


# --- R14.limit, R21.slots ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "work_manager", "limit", "slots"),
    [
        (0, 3, Judgement.PASS, Judgement.PASS),
        (0, 58, Judgement.PASS, Judgement.PASS),
        (0, 59, Judgement.PASS, Judgement.FAIL),
        (140, 11, Judgement.FAIL, Judgement.PASS),
        (0, 0, Judgement.NOT_EXERCISED, Judgement.NOT_EXERCISED),
    ],
)
def test_jobs_are_counted(own: int, work_manager: int, limit: Judgement, slots: Judgement) -> None:
    jobs = [row(1000 + n, f"{PACKAGE}/.OwnService") for n in range(own)] + [row(n) for n in range(work_manager)]
    writer = dumped(asked(), *jobs)

    assert (judged(writer, "R14.limit"), judged(writer, "R21.slots")) == (limit, slots)


def test_a_dump_that_was_cut_is_not_counted() -> None:
    assert judged(dumped(asked(), row(), complete=False), "R14.limit") is Judgement.NOT_EXERCISED


# --- R22.named --------------------------------------------------------------------------------------------------------

DUE = {"earliest_ns": -NS_PER_S, "ready": False}


@pytest.mark.parametrize(
    "job",
    [
        row(unsatisfied=("CONNECTIVITY",), not_ready_because=("job",), **DUE),
        row(not_ready_because=("!restricted",), **DUE),
    ],
)
def test_a_job_that_says_what_it_waits_for_holds(job: JobRow) -> None:
    assert judged(dumped(asked(), job), "R22.named") is Judgement.PASS


def test_the_environment_may_be_the_reason() -> None:
    writer = asked().look(doze_deep="IDLE")

    assert judged(dumped(writer, row(not_ready_because=("job",), **DUE)), "R22.named") is Judgement.PASS


def test_a_job_without_any_reason_is_open_once_it_lasts() -> None:
    job = row(not_ready_because=("job",), **DUE)

    at_once = judged(dumped(asked(), job), "R22.named")
    lasting = judged(dumped(dumped(asked(), job).wait(120), job), "R22.named")

    assert (at_once, lasting) == (Judgement.NOT_EXERCISED, Judgement.INCONCLUSIVE)


def test_a_job_that_is_ready_or_not_due_waits_for_nothing() -> None:
    writer = dumped(asked(), row(ready=True), row(8, earliest_ns=NS_PER_S, ready=False))

    assert judged(writer, "R22.named") is Judgement.NOT_EXERCISED


# --- another build ----------------------------------------------------------------------------------------------------


def with_another_build(writer: Writer) -> Writer:
    writer.stimulus("env.app-build")
    return writer


def test_the_jobs_of_another_build_are_not_what_this_one_declares() -> None:
    writer = dumped(with_another_build(armed(asked())), row(required=("TIMING_DELAY",)))

    assert judged(writer, "R5.mapping") is Judgement.NOT_EXERCISED


def test_the_period_of_another_build_is_not_what_this_one_declares() -> None:
    def life(writer: Writer) -> Judgement:
        return judged(dumped(writer.run().wait(60), row(earliest_ns=7200 * NS_PER_S)), "R12.rearmed")

    assert (life(asked()), life(with_another_build(asked()))) == (Judgement.FAIL, Judgement.INCONCLUSIVE)


def test_another_build_may_ask_in_other_words() -> None:
    def life(writer: Writer) -> Judgement:
        return judged(writer.run(PERIODIC).wait(60).request().sample(), "R13.known")

    begun = with_another_build(Writer().begin().names())

    assert (life(Writer().begin().names()), life(begun)) == (Judgement.FAIL, Judgement.INCONCLUSIVE)
