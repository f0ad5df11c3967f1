"""Moving a virtual phone's clock on: one service on the same connection. Real phones do not have it and wait."""

from __future__ import annotations

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.transport.port import Transport

_MOST = 1024


def advance(transport: Transport, boot_ns: int, deadline: Deadline, *, until_output: bool) -> int:
    """Move the clock on to a boot time and give the boot time that was reached.

    Raises:
        Unsupported: It is no virtual phone.

    """
    service = f"bgtask-virtual:advance:{boot_ns}:{int(until_output)}"
    try:
        with transport.open(service, deadline) as stream:
            text = b""
            while len(text) < _MOST and (more := stream.recv(_MOST, deadline)):
                text += more
    except Refused as error:
        raise Unsupported("only a virtual phone's clock can be moved on; this one waits") from error
    if not text.endswith(b"\n") or not text.strip().isdigit():
        raise DeviceLostError(f"the phone went away while its clock moved on to {boot_ns} (it said {text[:100]!r})")
    return int(text)
