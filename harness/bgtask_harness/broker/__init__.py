"""Leases: who may touch which device, until when. Providers: phones on USB or the network, and virtual ones."""

from bgtask_harness.broker.acquire import acquire
from bgtask_harness.broker.local import HeldLock
from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.broker.provider import Lease
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.broker.provider import Provider

__all__ = ["HeldLock", "Lease", "LeaseOptions", "LocalLocks", "Provider", "acquire"]
