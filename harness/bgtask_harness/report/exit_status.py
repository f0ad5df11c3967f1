"""What a run tells the shell."""

from __future__ import annotations

from enum import IntEnum

from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import RunVerdicts


class ExitStatus(IntEnum):
    """Statuses of `bgtask check`."""

    PASS = 0
    """At least one rule was exercised and held; none failed and none was left open."""
    FAIL = 1
    """At least one rule was broken. A proof stays a proof, so this outweighs the two below."""
    INCONCLUSIVE = 2
    """The evidence does not decide, or nothing was exercised."""
    BROKEN_INPUT = 3
    """A journal, or all of them, could not be judged at all."""


def exit_status(run: RunVerdicts) -> ExitStatus:
    """Give the status of a judged run."""
    found = set(run.conclusions)
    if Conclusion.FAIL in found:
        return ExitStatus.FAIL
    if Conclusion.BROKEN in found:
        return ExitStatus.BROKEN_INPUT
    if Conclusion.INCONCLUSIVE in found or Conclusion.PASS not in found:
        return ExitStatus.INCONCLUSIVE
    return ExitStatus.PASS
