"""What a simulator has not: BGTaskScheduler takes no request there, so nothing of it can be forced or waited for."""

from __future__ import annotations

from typing import NoReturn

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.changes_by_hook import ChangesByHook
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import AppSpec

REASON = "BGTaskScheduler is unavailable on simulators (Code=1)"
NOTE = "simulator"
"""The note in its facts that says that it is one."""

NEED_IT = frozenset({"schedule", "execute", "force", "expire", "pending"})
"""Commands of the hook that come to nothing there; `run` calls the worker itself."""


def refuse() -> NoReturn:
    """Say so.

    Raises:
        Unsupported: Always.

    """
    raise Unsupported(REASON)


def check(facts: DeviceFacts) -> None:
    """Refuse what would ask a simulator's scheduler for something; any other device may.

    Raises:
        Unsupported: It is a simulator.

    """
    if NOTE in facts.notes:
        refuse()


class NoScheduler(ChangesByHook):
    """Verbs that need the scheduler, beside those that no iPhone has either."""

    def simulate(self, app: AppSpec, identifier: str, what: Simulation, deadline: Deadline) -> Answer:
        """Refuse: without a pending request there is nothing to simulate."""
        del app, identifier, what, deadline
        refuse()

    def run_job(self, app: AppSpec, job_id: int, namespace: str | None, *, force: bool, deadline: Deadline) -> Answer:
        """Refuse likewise."""
        del app, job_id, namespace, force, deadline
        refuse()

    def stop_job(
        self, app: AppSpec, job_id: int, namespace: str | None, *, reason: int | None, deadline: Deadline
    ) -> Answer:
        """Refuse likewise."""
        del app, job_id, namespace, reason, deadline
        refuse()

    def advance_to(self, boot_ns: int, *, until_output: bool, deadline: Deadline) -> int:
        """Refuse: its clock is the Mac's."""
        del boot_ns, until_output, deadline
        raise Unsupported("a simulator's clock is the Mac's: it cannot be moved on")
