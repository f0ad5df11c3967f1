"""WorkManager's own list of its work: a broadcast that wakes the process, and answers in the log."""

from __future__ import annotations

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android import readings
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.port import Answer

ACTION = "androidx.work.diagnostics.REQUEST_DIAGNOSTICS"
"""Received by `DiagnosticsReceiver` of androidx.work, guarded by android.permission.DUMP, which the shell holds."""


def request_diagnostics(link: Link, package: str, deadline: Deadline) -> Answer:
    """Send it. Accepted says that the phone took the broadcast; the log says whether anybody answered."""
    command = ["am", "broadcast", "-a", ACTION, "--include-stopped-packages", "-p", package]
    return link.act("diagnostics", command, deadline, readings.broadcast)
