"""A crash report (`.ips`): kept whole beside the journal, for a person. That the process ended its log tells."""

from __future__ import annotations

from bgtask_reference.events import Event
from bgtask_reference.events import Stamp


def observe_crash_report(text: str, stamp: Stamp, package: str) -> tuple[Event, ...]:
    """Give nothing: its time is whole seconds, and what it says the log has said already."""
    del text, stamp, package
    return ()
