"""One shell command on a phone through the driver, beside the other ways to send the same command.

The phone is a virtual one in its own process behind its own real adb server; every way uses the same server. Medians
of interleaved rounds. Wanted: under 2 ms, at most 1/15 of adbutils' `shell()`, at most 1/5 of adbutils' best path.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable

import adbutils

from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.link import Link
from bgtask_harness.transport.adb import AdbTransport
from bgtask_harness.transport.server import find_adb

ROUNDS = 60
COMMAND = ["getprop", "ro.build.version.sdk"]
PHONE = ["--phone", "pixel7-api36", "--program", "bgtask_reference.lineage.tvmaniac:fixed"]
APP = ["--package", "com.thomaskioko.tvmaniac", "--mode", "hook"]


def measure() -> dict[str, object]:
    phone = PhoneProcess([*PHONE, *APP], Deadline.after(60))
    try:
        return compare(phone.ready.adb_server_port, phone.ready.serial)
    finally:
        phone.end()


def compare(port: int, serial: str) -> dict[str, object]:
    medians = {name: statistics.median(times) for name, times in _rounds(ways(port, serial)).items()}
    ours = medians["driver"]
    return {
        "median ms": medians,
        "driver is under 2 ms": ours < 2,
        "times faster than adbutils shell() (wanted 15)": medians["adbutils shell()"] / ours,
        "times faster than adbutils transport_id + shell2 v2 (wanted 5)": medians["adbutils transport_id, shell2 v2"]
        / ours,
        "times faster than adb shell": medians["adb shell"] / ours,
    }


def ways(port: int, serial: str) -> dict[str, Callable[[], str]]:
    """Each way gives the command's output, so that none can be fast by doing nothing."""
    link = Link(AdbTransport("127.0.0.1", port, serial), serial)
    client = adbutils.AdbClient("127.0.0.1", port)
    by_serial = client.device(serial)
    number = next(item.transport_id for item in client.list(extended=True) if item.serial == serial)
    by_number = client.device(transport_id=number)
    adb = find_adb()
    return {
        "driver": lambda: link.shell(COMMAND, Deadline.after(10)).stdout,
        "adbutils shell()": lambda: str(by_serial.shell(COMMAND)),
        "adbutils transport_id, shell2 v2": lambda: str(by_number.shell2(COMMAND, v2=True).stdout),
        "adb shell": lambda: (
            subprocess.run(
                [adb, "-P", str(port), "-s", serial, "shell", *COMMAND], capture_output=True, text=True, check=True
            ).stdout
        ),
    }


def _rounds(ways: dict[str, Callable[[], str]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    answers = {way().strip() for way in ways.values()}
    assert len(answers) == 1, f"the ways disagree: {answers}"
    for _ in range(ROUNDS):
        for name, way in ways.items():
            before = time.perf_counter()
            way()
            times[name].append((time.perf_counter() - before) * 1000)
    return times


def main() -> None:
    figures = measure()
    medians = figures["median ms"]
    assert isinstance(medians, dict)
    for name, milliseconds in medians.items():
        print(f"{name:<36} {milliseconds:8.2f} ms")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
