"""Virtual time: order, sleeping, cancelling, dying."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.kernel import Waiter
from bgtask_reference.ports.app import Cancelled


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@given(st.lists(st.integers(0, 50), max_size=40))
def test_things_happen_in_the_order_of_their_time_and_then_of_their_arrival(delays: list[int]) -> None:
    kernel, seen = Kernel(), []
    for number, delay in enumerate(delays):
        kernel.after(delay, lambda number=number: seen.append((kernel.now, number)))

    kernel.run_until(100)

    assert seen == sorted((delay, number) for number, delay in enumerate(delays))
    assert kernel.now == 100


def test_a_cancelled_timer_never_happens(kernel: Kernel) -> None:
    timer = kernel.after(5, lambda: pytest.fail("it was cancelled"))
    timer.cancel()

    kernel.run_until(10)

    assert kernel.next_due() is None


def test_a_coroutine_sleeps_in_virtual_time(kernel: Kernel) -> None:
    seen = []

    async def sleeper() -> None:
        await kernel.sleep(7)
        seen.append(kernel.now)

    kernel.spawn(sleeper(), "sleeper")
    kernel.run_until(6)
    assert seen == []
    kernel.run_until(7)
    assert seen == [7]


def test_cancelling_raises_where_the_coroutine_is_suspended_and_its_timer_is_forgotten(kernel: Kernel) -> None:
    seen = []

    async def worker() -> None:
        try:
            await kernel.sleep(100)
        except Cancelled:
            seen.append(kernel.now)

    task = kernel.spawn(worker(), "worker")
    kernel.run_until(3)
    task.cancel()
    kernel.run_until(4)

    assert seen == [3]
    assert not task.active
    assert kernel.next_due() is None


def test_a_coroutine_that_catches_cancellation_goes_on_until_it_suspends_again_as_in_kotlin(kernel: Kernel) -> None:
    seen = []

    async def stubborn() -> None:
        try:
            await kernel.sleep(100)
        except Exception:  # noqa: BLE001 - what `catch (e: Exception)` does
            seen.append("went on")
        await kernel.sleep(5)
        seen.append("a cancelled job cannot wait")

    task = kernel.spawn(stubborn(), "stubborn")
    kernel.run_until(1)
    task.cancel()
    kernel.run_until(10)

    assert seen == ["went on"]
    assert isinstance(task.error, Cancelled)


def test_cancelling_before_the_first_step_raises_at_the_first_suspension(kernel: Kernel) -> None:
    seen = []

    async def worker() -> None:
        seen.append("began")
        try:
            await kernel.sleep(100)
        except Cancelled:
            seen.append("cancelled")

    kernel.spawn(worker(), "worker").cancel()
    kernel.run_until(1)

    assert seen == ["began", "cancelled"]


def test_a_destroyed_coroutine_runs_no_further_not_even_its_handlers(kernel: Kernel) -> None:
    seen = []

    async def worker() -> None:
        try:
            await kernel.sleep(100)
        except Exception:  # noqa: BLE001 - what `catch (e: Exception)` does
            seen.append("handled")

    task = kernel.spawn(worker(), "worker")
    kernel.run_until(1)
    task.destroy()
    kernel.run_until(200)

    assert seen == []
    assert not task.active


def test_what_escapes_a_coroutine_is_told_to_whoever_spawned_it(kernel: Kernel) -> None:
    ended = []

    async def broken() -> None:
        await kernel.sleep(1)
        raise RuntimeError("escaped")

    kernel.spawn(broken(), "broken", ended.append)
    kernel.run_until(2)

    assert [str(task.error) for task in ended] == ["escaped"]


def test_a_waiter_that_was_set_first_does_not_suspend(kernel: Kernel) -> None:
    seen, waiter = [], Waiter()
    waiter.set("early")
    waiter.set("twice is harmless")

    async def reader() -> None:
        seen.append(await waiter)

    kernel.spawn(reader(), "reader")
    kernel.run_until(0)

    assert seen == ["early"]
