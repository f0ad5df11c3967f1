"""A recorded session of an iPhone: its journal, its log, and what was said to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.errors import BadInput
from bgtask_harness.recording.calls import CALLS_NAME
from bgtask_harness.recording.calls import Call
from bgtask_harness.recording.calls import read_calls
from bgtask_harness.recording.material import files_of
from bgtask_harness.recording.material import journal_of
from bgtask_harness.recording.times import Moment
from bgtask_harness.recording.times import Times
from bgtask_harness.session.following import OS_LOG_NAME
from bgtask_reference.events import Header


@dataclass(frozen=True, slots=True)
class RecordedIPhone:
    """A recorded session.

    Attributes:
        header: The journal's.
        calls: What was said to it, in order.
        log: Its raw log, a line of JSON an entry.
        times: Its time since the first of the calls.

    """

    header: Header
    calls: tuple[Call, ...]
    log: tuple[str, ...]
    times: Times


def recorded_iphone(path: Path) -> RecordedIPhone:
    """Read a recording: the zip that `bgtask record` wrote, or what it unpacks to.

    Raises:
        BadInput: It is none, is damaged, or was written by a newer version.

    """
    files = files_of(path)
    header, _ = journal_of(files, path)
    raw = files.get(CALLS_NAME)
    if raw is None:
        raise BadInput(
            f"{path}: has no {CALLS_NAME}, so nothing tells what was said to the iPhone; `bgtask record` writes one"
        )
    calls = read_calls(raw, f"{path}, {CALLS_NAME}")
    moments = tuple(_moments(calls))
    if not moments:
        raise BadInput(f"{path}: the phone's clocks were never read in it, so nothing can be told at its times")
    log = files.get(OS_LOG_NAME, b"").decode(errors="replace").splitlines()
    return RecordedIPhone(header, calls, tuple(log), Times(moments, calls[0].at_ns))


def is_iphone(path: Path) -> bool:
    """Tell whether a recording is of an iPhone. Raises as `recorded_iphone`."""
    return journal_of(files_of(path), path)[0].device.platform == "ios"


def _moments(calls: tuple[Call, ...]) -> Iterator[Moment]:
    """Readings of the clocks, and where a virtual phone's clock was moved to."""
    last: Moment | None = None
    for call in calls:
        found = _moment(call, last)
        if found is not None:
            last = found
            yield found


def _moment(call: Call, last: Moment | None) -> Moment | None:
    answer = call.answer
    if call.verb == "advance" and last is not None and isinstance(answer, dict) and "BootTime" in answer:
        boot_ns = int(answer["BootTime"])
        return Moment(call.until_ns, boot_ns, last.wall_ns + boot_ns - last.boot_ns, last.boot_id)
    if call.verb == "clocks" and isinstance(answer, dict):
        host_ns, boot_ns, wall_ns = (int(answer[key]) for key in ("host_ns", "boot_ns", "wall_ns"))
        return Moment(host_ns, boot_ns, wall_ns, str(answer["boot_id"]))
    return None
