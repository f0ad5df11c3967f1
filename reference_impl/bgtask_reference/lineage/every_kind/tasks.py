"""What the app asks WorkManager for: one row a task. Times in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from bgtask_reference.ports.work_manager import BackoffPolicy
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkRequest

PACKAGE = "dev.bgtask.everykind"
WORKER_CLASS = f"{PACKAGE}.OneWorker"
TASK = "task"
"""Input data key that says which task a run is for."""
FOREIGN = "foreign"
"""A task of some library in the app: not this scheduler's, so cancelling everything leaves it alone."""
HOUR_MS, MINUTE_MS = 3_600_000, 60_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A task. `policy` is for its periodic work, `once` for its one-time work; a task has one of them, or both."""

    id: str
    interval_ms: int | None = None
    flex_ms: int | None = None
    initial_delay_ms: int = 0
    constraints: Constraints = field(default=Constraints())
    policy: ExistingPeriodicWorkPolicy = ExistingPeriodicWorkPolicy.UPDATE
    once: ExistingWorkPolicy | None = None
    expedited: bool = False
    backoff_policy: BackoffPolicy = BackoffPolicy.EXPONENTIAL
    backoff_delay_ms: int = 30_000

    @property
    def endpoint(self) -> str:
        """What its worker calls."""
        return f"every-kind/{self.id}"

    @property
    def once_name(self) -> str:
        """Unique name of its one-time work: its own one beside periodic work."""
        return self.id if self.interval_ms is None else f"{self.id}_immediate"

    def periodic_request(self, initial_delay_ms: int | None = None) -> WorkRequest:
        """Give what its periodic work is."""
        delay = self.initial_delay_ms if initial_delay_ms is None else initial_delay_ms
        return self._request(self.interval_ms, self.flex_ms, delay)

    def once_request(self) -> WorkRequest:
        """Give what its one-time work is."""
        return self._request(None, None, self.initial_delay_ms if self.interval_ms is None else 0)

    def _request(self, interval_ms: int | None, flex_ms: int | None, delay_ms: int) -> WorkRequest:
        return WorkRequest(
            WORKER_CLASS,
            interval_ms=interval_ms,
            flex_ms=flex_ms,
            initial_delay_ms=delay_ms,
            constraints=self.constraints,
            input_data={TASK: self.id},
            backoff_policy=self.backoff_policy,
            backoff_delay_ms=self.backoff_delay_ms,
            expedited=self.expedited,
        )


_CONNECTED = Constraints(NetworkType.CONNECTED)

KINDS = (
    Kind("plain", HOUR_MS),
    Kind("kept", 2 * HOUR_MS, policy=ExistingPeriodicWorkPolicy.KEEP),
    Kind("replaced", 2 * HOUR_MS, policy=ExistingPeriodicWorkPolicy.CANCEL_AND_REENQUEUE),
    Kind("executed", 5 * HOUR_MS, constraints=_CONNECTED, once=ExistingWorkPolicy.REPLACE),
    Kind("unmetered", HOUR_MS, constraints=Constraints(NetworkType.UNMETERED)),
    Kind("at-home", 4 * HOUR_MS, constraints=Constraints(NetworkType.NOT_ROAMING)),
    Kind("charging", HOUR_MS, constraints=Constraints(requires_charging=True)),
    Kind("battery", HOUR_MS, constraints=Constraints(requires_battery_not_low=True)),
    Kind("storage", 2 * HOUR_MS, constraints=Constraints(requires_storage_not_low=True)),
    Kind("idle", 3 * HOUR_MS, constraints=Constraints(requires_device_idle=True)),
    Kind("flexible", 6 * HOUR_MS, flex_ms=HOUR_MS),
    Kind("delayed", once=ExistingWorkPolicy.REPLACE, initial_delay_ms=2 * MINUTE_MS),
    Kind(
        "upload", once=ExistingWorkPolicy.APPEND_OR_REPLACE, constraints=_CONNECTED, backoff_policy=BackoffPolicy.LINEAR
    ),
    Kind("expedited", once=ExistingWorkPolicy.KEEP, constraints=_CONNECTED, expedited=True),
    Kind(FOREIGN, HOUR_MS, policy=ExistingPeriodicWorkPolicy.KEEP),
)
