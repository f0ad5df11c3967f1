"""The way to a phone that a ledger names, for whoever puts back what it holds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Device
from bgtask_harness.nemesis.direct import DirectTransport
from bgtask_harness.nemesis.healing import Shell
from bgtask_harness.nemesis.ledger import Way

_OPENS_S = 60.0


@contextlib.contextmanager
def reached(way: Way) -> Iterator[Shell]:
    """Give what runs a line there: a command of Android's shell, a notification for an app of an iPhone's.

    Raises:
        HarnessError: It is not there, or does not let itself be driven.

    """
    if way.kind == "adb":
        yield DirectTransport(way).shell
        return
    device = _opened(way)
    try:
        yield device.tell
    finally:
        device.close()


def _opened(way: Way) -> Device:
    if way.kind == "simctl":
        from bgtask_harness.broker.simulator import BOOTS_S  # noqa: PLC0415 - imported for one of those alone
        from bgtask_harness.devices.simulator.device import SimulatorDevice  # noqa: PLC0415 - same

        return SimulatorDevice.attach(way.serial, way.serial, Deadline.after(BOOTS_S))
    from bgtask_harness.broker.physical_iphone import open_iphone  # noqa: PLC0415 - same

    return open_iphone(way.serial, way.serial, Deadline.after(_OPENS_S))
