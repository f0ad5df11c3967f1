"""One state that a unique name's row may be in. The fold keeps the set of all that fit what was seen."""

from __future__ import annotations

from enum import StrEnum

from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.value import value


class Phase(StrEnum):
    """Where the row is."""

    UNKNOWN = "unknown"
    """Anything: what an earlier journal left behind, or what happened in a hole of the log."""
    ABSENT = "absent"
    ENQUEUED = "enqueued"
    RUNNING = "running"
    ENDED = "ended"
    """SUCCEEDED or FAILED: asking again for periodic work does not bring it back."""
    CANCELLED = "cancelled"


@value
class State:
    """A row, as far as its future depends on it. None is unknown.

    Attributes:
        phase: Where it is.
        attempts: How often it has been started in this period (WorkManager's `runAttemptCount`).
        again: True once a period has been completed, so that the next one is a full interval away. Of work that has
            ended: whether it succeeded.
        since: When it was last enqueued (WorkManager's `lastEnqueueTime`), from which its next run is counted.
        run: Number of the run that is under way.
        least: Where `attempts` is unknown: how many there were at least.

    """

    phase: Phase
    attempts: int | None = None
    again: bool | None = None
    since: When | None = None
    run: int | None = None
    least: int = 0

    @property
    def tried(self) -> int:
        """How often it has surely been started in this period."""
        return self.least if self.attempts is None else self.attempts


ANYTHING = State(Phase.UNKNOWN)


def distinct(states: list[State]) -> list[State]:
    """Drop equal states and keep the order, so that a verdict never depends on hashes."""
    return list(dict.fromkeys(states)) if len(states) > 1 else states
