"""Kermit's lines on iOS: `(Tag) message` behind a coloured dot (XcodeSeverityWriter, MessageStringFormatter @2.1.0)."""

from __future__ import annotations

import re

from bgtask_harness.observe.ios.os_log import OsLogLine
from bgtask_harness.observe.logcat import LogLine

PRIVATE = "<private>"

_DOTS = "\u26aa\u26ab\U0001f535\U0001f7e2\U0001f7e1\U0001f534\U0001f7e4\u2757\ufe0f"
_KERMIT = re.compile(rf"(?:[{_DOTS}]+ )?\((?P<tag>[\w.]{{1,128}})\) (?P<text>.*)", re.DOTALL)
_PRIORITIES = {"debug": "D", "info": "I", "error": "E", "fault": "F", "default": "I"}


def read_kermit(line: OsLogLine) -> LogLine | None:
    """Give tag and text of such a line; None of any other."""
    match = _KERMIT.fullmatch(line.message)
    return None if match is None else as_log_line(line, match["tag"], match["text"])


def as_log_line(line: OsLogLine, tag: str, message: str) -> LogLine:
    """Give an entry as the parsers of app lines and beacons read it, whatever the platform."""
    priority = _PRIORITIES.get(line.kind, "I")
    return LogLine(line.stamp, line.pid or 0, None, priority, tag, message, line.raw)
