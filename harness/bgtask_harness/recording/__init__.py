"""A recording: a session in one file, with the private parts taken out, and what a virtual phone says to the same."""

from bgtask_harness.recording.record import Order
from bgtask_harness.recording.record import order
from bgtask_harness.recording.record import record
from bgtask_harness.recording.redaction import Redactor
from bgtask_harness.recording.redaction import redact_history
from bgtask_harness.recording.replay import diff_virtual

__all__ = ["Order", "Redactor", "diff_virtual", "order", "record", "redact_history"]
