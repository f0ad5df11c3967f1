"""What the harness did to the phone, and what the phone said to it.

A stimulus and its answer share a `number`. A force is a stimulus with a mask: exactly the conditions that this verb
overrides on this API level. Only obligations inside the mask are excused, and only for that run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bgtask_reference.events.base import TaskEvent


class ForceLevel(StrEnum):
    """How much was done to make a run happen, gentlest first. A verdict names the strongest of its runs."""

    NATURAL = "natural"
    """Nothing but waiting."""
    NUDGED = "nudged"
    """The environment was made friendly: network, charge, awake."""
    CLOCK_MOVED = "clock-moved"
    """The wall clock was set forward."""
    SATISFIED = "satisfied"
    """`cmd jobscheduler run -s`: moved to the front, constraints still hold."""
    FORCED = "forced"
    """`cmd jobscheduler run` or `run -f`, or iOS' simulated launch."""
    IN_APP = "in-app"
    """The app's debug hook ran the worker's body itself."""


class Outcome(StrEnum):
    """What became of a stimulus."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer came, or one that nobody has described. Never taken for either."""


class Refusal(StrEnum):
    """Why a force did nothing. Each is an answer of the phone, never a time-out of ours."""

    BEFORE_SCHEDULE = "before-schedule"
    CONSTRAINTS = "functional-constraints"
    UNKNOWN_JOB = "unknown-job"
    UNKNOWN_PACKAGE = "unknown-package"
    QUOTA = "quota"
    FORCE_STOP_CHECK = "force-stop-check"
    NOT_PERMITTED = "not-permitted"
    NO_HOOK = "no-hook"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class StimulusSent(TaskEvent):
    """Something was done to the phone.

    Attributes:
        number: Counts from 1 within a journal.
        verb: What, in words of the harness: `app.launch`, `app.state`, `job.run`, `diagnostics`, `reboot`, ...
        arguments: The verb's arguments.
        command: What went over the wire, for a person to repeat.
        level: The force level of a run that it causes; None for a stimulus that forces no run.
        mask: Names of the conditions that it overrides, e.g. `("delay", "charging")`.

    """

    KIND: ClassVar[str] = "stimulus.sent"
    number: int = 0
    verb: str = ""
    arguments: dict[str, str]
    command: str = ""
    level: ForceLevel | None = None
    mask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StimulusAnswered(TaskEvent):
    """What the phone said to the stimulus of that number."""

    KIND: ClassVar[str] = "stimulus.answered"
    number: int = 0
    outcome: Outcome = Outcome.UNKNOWN
    refusal: Refusal | None = None
    output: str = ""
    exit_status: int | None = None
