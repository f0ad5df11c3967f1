"""Whether the log is whole, as the order of its sentinels tells."""

from __future__ import annotations

from bgtask_reference.events import LogLost
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source


class SentinelOrder:
    """Numbered sentinels must arrive in order, none left out; whatever is missing between two of them was lost.

    The first one that arrives is the first of this reader: what was logged before it opened is not its to miss. A
    number that arrives twice in a row is the same line read again (`logcat -T 1` after a break). Number 0 counts
    nothing: it marks where somebody began to read, or asked whether the phone is there.

    `answered`: the app under test writes them, as on an iPhone. What was asked while it did not run is never written,
    so a number that is missing proves nothing; that it is not there proves nothing either, so nothing is whole by it.
    """

    def __init__(self, stream: str, *, answered: bool = False) -> None:
        self._stream = stream
        self._answered = answered
        self.last: int | None = None

    def take(self, seen: SentinelSeen) -> LogLost | None:
        """Take the next sentinel; gives what must have been lost before it, None when nothing was."""
        if seen.number == 0:
            return None
        last, self.last = self.last, seen.number
        if last is None or seen.number in {last, last + 1} or self._answered:
            return None
        return LogLost(
            stamp=seen.stamp,
            source=Source.HARNESS,
            stream=self._stream,
            reason="sentinel-missing",
            after_sentinel=last,
        )
