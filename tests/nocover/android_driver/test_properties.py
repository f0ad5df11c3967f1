from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.devices.android import force
from bgtask_harness.devices.android import hook
from bgtask_harness.devices.android import readings
from bgtask_harness.devices.android.clocks import UnreadableClocks
from bgtask_harness.devices.android.clocks import parse_clocks
from bgtask_harness.devices.port import Completed
from bgtask_reference.events import Outcome

DONE = st.builds(Completed, st.just("x"), st.text(), st.text(), st.integers(0, 255))
NUMBERS = st.text("0123456789.N %-+e_\n", max_size=40)


@given(DONE)
def test_no_answer_of_a_phone_makes_a_reading_raise(done: Completed) -> None:
    for reading in (force.read_answer, hook.read_answer, readings.silent, readings.start, readings.broadcast):
        outcome, refusal = reading(done)
        assert (refusal is not None) == (outcome is Outcome.REFUSED)


@given(st.one_of(st.text(), NUMBERS.map(lambda text: "id\n" + text)))
def test_clocks_are_read_or_named_unreadable(text: str) -> None:
    with suppress(UnreadableClocks):
        parse_clocks(text, 1, 0, 0)


@given(st.integers(0, 10**10), st.integers(0, 2 * 10**18))
def test_a_reading_of_the_clocks_covers_what_the_phone_meant(uptime_us: int, wall_ns: int) -> None:
    shown = f"{uptime_us // 1_000_000}.{uptime_us % 1_000_000 // 10_000:02d}"

    reading = parse_clocks(f"id\n{shown} 0.00\n{wall_ns}\n", 1, 0, 0)

    assert abs(reading.boot_ns - uptime_us * 1000) <= reading.error_ns
    assert reading.wall_ns == wall_ns
