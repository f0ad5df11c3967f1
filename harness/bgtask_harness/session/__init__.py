"""One scenario on one device: stimuli, barriers, waiting, the ladder, and the end with its verdicts."""

from bgtask_harness.session.finish import Nonconformant
from bgtask_harness.session.session import Session
from bgtask_harness.session.setup import Settings
from bgtask_harness.session.waiting import NothingSeen

__all__ = ["Nonconformant", "NothingSeen", "Session", "Settings"]
