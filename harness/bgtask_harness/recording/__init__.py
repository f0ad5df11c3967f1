"""A recording: a device watched for a while, nothing done to it, in one file with the private parts taken out."""

from bgtask_harness.recording.record import Order
from bgtask_harness.recording.record import order
from bgtask_harness.recording.record import record
from bgtask_harness.recording.redaction import Redactor
from bgtask_harness.recording.redaction import redact_history

__all__ = ["Order", "Redactor", "order", "record", "redact_history"]
