"""Reads what a device says while it runs, keeps every byte and knows whether anything is missing."""

from bgtask_harness.capture.gaps import SentinelOrder
from bgtask_harness.capture.log_capture import Counters
from bgtask_harness.capture.log_capture import LogCapture

__all__ = ["Counters", "LogCapture", "SentinelOrder"]
