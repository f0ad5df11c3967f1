"""Putting a phone back as it was found. Twice is harmless, and so is putting back what was never changed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.clocks import UnreadableClocks
from bgtask_harness.devices.android.clocks import parse_clocks
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Wall
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Completed
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import OpenChange
from bgtask_harness.nemesis.ledger import Way

Shell = Callable[[str, Deadline], Completed]
"""Runs a line of the phone's shell."""

SETTLES_S = 10.0
"""How long a radio may take until it says that it is on."""
_CALL_S = 20.0
_RESTORE_S = 120.0
"""Installing an app takes longer than a question."""
_LOOK_EVERY_S = 0.1
_CLOCK_GRAIN_NS = 2_000_000_000
"""Setting a clock takes a command; nearer than this it is as it was."""
_NS_PER_MS = 1_000_000


class NotPutBack(HarnessError):  # noqa: N818 - reads as what it is
    """The phone did not take something back. The sentence says what, and what a person should type."""


@dataclass(frozen=True, slots=True)
class Healed:
    """What became of a ledger.

    Attributes:
        restored: What was put back, in that order.
        left: What was not, each with the reason.

    """

    restored: tuple[Change, ...] = ()
    left: tuple[tuple[Change, str], ...] = ()


def heal(ledger: Ledger, shell: Shell) -> Healed:
    """Put back everything that a ledger holds, the newest first, and note in it what became of each.

    Raises:
        DeviceLostError: The phone went away; what was put back until then is noted.
        DeadlineExceeded: It does not answer.

    """
    restored: list[Change] = []
    left: list[tuple[Change, str]] = []
    for one in reversed(ledger.open_changes()):
        try:
            put_back(one, shell)
        except NotPutBack as error:
            ledger.failed(one.number, str(error))
            left.append((one.change, str(error)))
        else:
            ledger.restored(one.number)
            restored.append(one.change)
    return Healed(tuple(restored), tuple(left))


def put_back(one: OpenChange, shell: Shell) -> None:
    """Put back one change and see that it is.

    Raises:
        NotPutBack: The phone did not take it.
        DeviceLostError, DeadlineExceeded: The phone is not there.

    """
    if one.change.wall is not None:
        _put_wall_back(one, one.change.wall, shell)
        return
    for line in one.change.restore:
        done = shell(line, Deadline.after(_RESTORE_S))
        said = (done.stdout + done.stderr).strip()
        if done.exit_status or (one.change.answers and not re.search(one.change.answers, said)):
            raise NotPutBack(f"`{line}` says {said[:200]!r}")
    if one.change.restore and one.change.check:
        still = settle(one.change.check, one.change.found, shell)
        if still is not None:
            raise NotPutBack(f"`{one.change.check}` still says {still[:200]!r}")


def settle(check: str, pattern: str, shell: Shell) -> str | None:
    """Wait until a check says what it should; None when it does, else what it says instead."""
    deadline = Deadline.after(SETTLES_S)
    while True:
        said = _run(shell, check).stdout
        if re.search(pattern, said):
            return None
        if deadline.passed:
            return said.strip()
        time.sleep(_LOOK_EVERY_S)


def by_hand(change: Change, way: Way) -> str:
    """Give what a person types to put a change back."""
    if change.wall is not None:
        return f"set the date and time of {way.serial} in Settings"
    if not change.restore:
        return f"set {change.lever} of {change.subject} as it should be"
    return way.typed("; ".join(change.restore))


def _put_wall_back(one: OpenChange, wall: Wall, shell: Shell) -> None:
    now = _clocks(wall, shell)
    off_ns = _off_by(one, wall, now)
    if abs(off_ns) <= _CLOCK_GRAIN_NS:
        return
    line = wall.set.format(wall_ms=(now.wall_ns - off_ns) // _NS_PER_MS)
    done = _run(shell, line)
    moved_ns = now.wall_ns - _clocks(wall, shell).wall_ns
    if done.exit_status or abs(moved_ns - off_ns) > _CLOCK_GRAIN_NS + _CALL_S * 1e9:
        raise NotPutBack(f"`{line}` says {(done.stdout + done.stderr).strip()[:200]!r} and left the clock as it was")


def _off_by(one: OpenChange, wall: Wall, now: ClockReading) -> int:
    """How far the clock is from where it would be. Within one boot the boot clock tells; after it, what was done."""
    if now.boot_id == wall.boot_id:
        return (now.wall_ns - now.boot_ns) - (wall.wall_ns - wall.boot_ns)
    if one.applied:
        return wall.moved_ns
    expected = wall.wall_ns + (time.time_ns() - wall.host_ns)
    return wall.moved_ns if abs(now.wall_ns - expected) > abs(wall.moved_ns) // 2 else 0


def _clocks(wall: Wall, shell: Shell) -> ClockReading:
    before = time.monotonic_ns()
    try:
        return parse_clocks(_run(shell, wall.read).stdout, 0, before, time.monotonic_ns())
    except UnreadableClocks as error:
        raise NotPutBack(str(error)) from error


def _run(shell: Shell, line: str) -> Completed:
    return shell(line, Deadline.after(_CALL_S))


def heal_patiently(ledger: Ledger, shell: Shell, deadline: Deadline) -> Healed:
    """Do as `heal` does, and again for as long as the phone is away.

    Raises:
        DeviceLostError: It did not come back in time.
        DeadlineExceeded: It does not answer.

    """
    restored: tuple[Change, ...] = ()
    while True:
        try:
            healed = heal(ledger, shell)
            return Healed(restored + healed.restored, healed.left)
        except (DeviceLostError, DeadlineExceeded):
            if deadline.passed:
                raise
            time.sleep(min(1.0, deadline.remaining()))
