"""Logs of iPhones in, events out: the unified log in each form that people have it in."""

from bgtask_harness.observe.ios.log_observer import IosLogObserver
from bgtask_harness.observe.ios.os_log import OsLogLine
from bgtask_harness.observe.ios.os_log import parse_header
from bgtask_harness.observe.ios.os_log import parse_record

__all__ = ["IosLogObserver", "OsLogLine", "parse_header", "parse_record"]
