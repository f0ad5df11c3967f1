"""`cmd jobscheduler run`: which conditions it overrides on this API level, and what its answer means.

`Running job` says that the job was queued, not that anything ran. Answers: AOSP `JobSchedulerShellCommand.java`, the
error texts on stderr, exit statuses the low eight bits of -1000, -1001, -1002.
"""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from dataclasses import dataclass
from functools import cache

from bgtask_harness.devices.android.link import Meaning
from bgtask_harness.devices.android.readings import ACCEPTED
from bgtask_harness.devices.android.readings import NOT_PERMITTED
from bgtask_harness.devices.android.readings import UNKNOWN
from bgtask_harness.devices.android.readings import denied
from bgtask_harness.devices.port import Completed
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

_RUNNING = re.compile(r"^Running job(?: \[FORCED\])?\s*$", re.MULTILINE)
_REFUSALS: tuple[tuple[int, str, Refusal], ...] = (
    (22, "has functional constraints", Refusal.CONSTRAINTS),  # seen on API 28 and 36
    (23, "Could not find job", Refusal.UNKNOWN_JOB),  # status by arithmetic, UNCONFIRMED on hardware
    (24, "Package not found", Refusal.UNKNOWN_PACKAGE),  # same
)


def run_command(package: str, job_id: int, namespace: str | None, *, force: bool) -> list[str]:
    """Give the command. User 0 is named: without it some verbs mean all users."""
    options = ["-f"] if force else []
    place = ["-n", namespace] if namespace else []
    return ["cmd", "jobscheduler", "run", *options, "-u", "0", *place, package, str(job_id)]


def read_answer(done: Completed) -> Meaning:
    """Give what the answer means: its text and its exit status must agree, else nobody knows."""
    text = done.stdout + done.stderr
    if denied(done):
        return NOT_PERMITTED
    if done.exit_status == 0:
        return ACCEPTED if _RUNNING.search(done.stdout) else UNKNOWN
    for status, words, refusal in _REFUSALS:
        if words in text or (done.exit_status == status and not text.strip()):
            return Outcome.REFUSED, refusal
    return UNKNOWN


def mask(api_level: int | None, *, force: bool) -> tuple[str, ...]:
    """Give the conditions that the verb overrides. Above the newest known level: the newest; unknown level: none."""
    rows = [row for row in _masks() if api_level is not None and row.api <= api_level]
    if not rows:
        return ()
    return rows[-1].full if force else rows[-1].soft


@dataclass(frozen=True, slots=True)
class Mask:
    """A row of `force.toml`: from this API level on."""

    api: int
    soft: tuple[str, ...]
    full: tuple[str, ...]


@cache
def _masks() -> tuple[Mask, ...]:
    text = importlib.resources.files(__package__).joinpath("force.toml").read_text(encoding="utf-8")
    rows = (Mask(row["api"], tuple(row["soft"]), tuple(row["full"])) for row in tomllib.loads(text)["run"])
    return tuple(sorted(rows, key=lambda row: row.api))
