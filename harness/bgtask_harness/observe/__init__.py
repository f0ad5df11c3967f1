"""Text in, events out: pure parsers, one module a source. What nobody knows is kept and counted, never guessed."""

from bgtask_harness.observe.log_observer import LogObserver
from bgtask_harness.observe.logcat import LogLine
from bgtask_harness.observe.logcat import parse_line
from bgtask_harness.observe.templates import LogTemplate
from bgtask_harness.observe.texts import PARSERS
from bgtask_harness.observe.texts import observe_text

__all__ = ["PARSERS", "LogLine", "LogObserver", "LogTemplate", "observe_text", "parse_line"]
