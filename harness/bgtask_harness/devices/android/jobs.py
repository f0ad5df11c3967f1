"""The jobs that the system has for an app, as text."""

from __future__ import annotations

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.environment import ask
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.port import Text


def read_jobs(link: Link, package: str, deadline: Deadline) -> tuple[Text, ...]:
    """Ask JobScheduler for the jobs of that package, its history and what is active."""
    return (ask(link, "dumpsys-jobscheduler", ["dumpsys", "jobscheduler", package], deadline),)
