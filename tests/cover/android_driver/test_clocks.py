from __future__ import annotations

from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.clocks import UnreadableClocks
from bgtask_harness.devices.android.clocks import parse_clocks
from bgtask_harness.devices.android.driver import AndroidDevice

BOOT_ID = "0d6c2a5e-8a2e-4d6c-9a51-2f6d0c9b7a11"
MS = 1_000_000


def test_the_clocks_are_one_command_with_the_sentinel(server: Any, device: AndroidDevice, reply: Any) -> None:
    command = (
        "cat /proc/sys/kernel/random/boot_id /proc/uptime; date +%s%N; "
        f"log -p i -t bgtask-harness '{device.sentinel(7)}'"
    )
    server.commands[command] = reply(f"{BOOT_ID}\n123.45 400.00\n1790090107661123456\n")

    reading = device.clocks(7, Deadline.after(5))

    assert (reading.number, reading.boot_id) == (7, BOOT_ID)
    assert reading.boot_ns == 123_450 * MS + 5 * MS
    assert reading.wall_ns == 1_790_090_107_661_123_456


def test_two_handles_have_sentinels_of_their_own(server: Any, device: AndroidDevice) -> None:
    other = AndroidDevice(device._link, "lab", device.facts)

    assert device.sentinel(1) != other.sentinel(1)
    assert device.sentinel(1).split()[0::2] == ["sentinel", "1"]


def test_the_error_covers_the_whole_command_and_the_grain() -> None:
    reading = parse_clocks(f"{BOOT_ID}\n1.00 1.00\n5000000000\n", 1, 100 * MS, 130 * MS)

    assert reading.error_ns == 30 * MS + 5 * MS
    assert reading.host_ns == 115 * MS


def test_a_toybox_without_nanoseconds_gives_seconds_and_says_so() -> None:
    reading = parse_clocks(f"{BOOT_ID}\n1.00 1.00\n1790090107N\n", 1, 0, 0)

    assert reading.wall_ns == 1_790_090_107_500 * MS
    assert reading.error_ns == 500 * MS + 5 * MS


@pytest.mark.parametrize(
    "text", ["", "x", f"{BOOT_ID}\n\n1\n", f"{BOOT_ID}\nnan 1\n1\n", f"{BOOT_ID}\n1.0 1.0\ndate: bad\n"]
)
def test_an_answer_that_is_no_clock_is_one_sentence(text: str) -> None:
    with pytest.raises(UnreadableClocks, match="expected three lines"):
        parse_clocks(text, 1, 0, 0)
