"""JobStatus: one scheduled job with everything that decides when it may run.

Source: y36 apex/jobscheduler/service controllers/JobStatus.java. Times since boot, in nanoseconds.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from dataclasses import field
from enum import Enum

from bgtask_harness.virtual.android.jobconstraints import DYNAMIC_RESTRICTED
from bgtask_harness.virtual.android.jobconstraints import IMPLICIT
from bgtask_harness.virtual.android.jobconstraints import OF_INTEREST
from bgtask_harness.virtual.android.jobconstraints import SOFT_OVERRIDE
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobconstraints import asked_for
from bgtask_harness.virtual.android.jobconstraints import with_times
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.standby import Bucket

Key = tuple[int, str | None, int]
"""What tells jobs apart: uid, namespace, id."""

NUM_CONSTRAINT_CHANGE_HISTORY = 10


NOTHING = Constraint(0)


class Override(Enum):
    """`overrideState`: what `cmd jobscheduler run` made of it."""

    NONE = 0
    SORTING = 1
    SOFT = 2
    FULL = 3


@dataclass(slots=True, eq=False)
class JobStatus:
    """A job. `earliest_ns` and `latest_ns` are None for no such bound; `original_latest_ns` anchors periods."""

    job: JobInfo
    uid: int
    package: str
    level: Level
    """What the phone that it is scheduled on does: two levels treat one job differently."""
    enqueue_ns: int
    earliest_ns: int | None
    latest_ns: int | None
    original_latest_ns: int | None = None
    num_failures: int = 0
    num_system_stops: int = 0
    last_successful_wall_ns: int = 0
    last_failed_wall_ns: int = 0
    cumulative_ns: int = 0
    override: Override = Override.NONE
    satisfied: Constraint = NOTHING
    bucket: Bucket = Bucket.ACTIVE
    uid_active: bool = False
    doze_exempt: bool = False
    force_batched_ns: int = 0
    lost: Constraint = NOTHING
    """The constraint whose loss made it unready last."""
    component_present: bool = True
    base_heartbeat: int = 0
    """The beat in which it was scheduled, where there are heartbeats."""
    deferred_ns: int = 0
    """Since when its bucket holds it back; 0 for not."""
    pending_since_ns: int = 0
    changes: deque[tuple[int, Constraint]] = field(default_factory=lambda: deque(maxlen=NUM_CONSTRAINT_CHANGE_HISTORY))
    serial: int = 0
    """Serial number that its identity hash is made of."""

    @property
    def key(self) -> Key:
        """What tells it apart."""
        return self.uid, self.job.namespace, self.job.job_id

    @property
    def periodic(self) -> bool:
        """It has a period of JobScheduler's own; WorkManager's jobs never do."""
        return self.job.period_ms is not None

    @property
    def required(self) -> Constraint:
        """Constraints that must be met."""
        before = self.num_failures + self.num_system_stops if self.level.has("flexible") else None
        return with_times(
            asked_for(self.job),
            delayed=self.earliest_ns is not None,
            due=self.latest_ns is not None,
            attempts=before,
        )

    @property
    def dynamic(self) -> Constraint:
        """What is asked of it besides while its app is in the RESTRICTED bucket."""
        if self.bucket is not Bucket.RESTRICTED:
            return Constraint(0)
        return DYNAMIC_RESTRICTED & (self.required | ~Constraint.CONNECTIVITY)

    @property
    def unmet(self) -> Constraint:
        """What dumps call unsatisfied: less than what holds it back. Doze and restriction are never in it."""
        if not self.level.has("quota"):
            return self.required & ~self.satisfied
        tare = Constraint.TARE_WEALTH if self.level.has("tare") else Constraint(0)
        return (self.required | Constraint.WITHIN_QUOTA | tare) & ~self.satisfied

    @property
    def effective_bucket(self) -> Bucket:
        """Bucket that it is treated by: an app in use counts as ACTIVE."""
        return Bucket.ACTIVE if self.uid_active and self.bucket is not Bucket.EXEMPTED else self.bucket

    @property
    def deadline_satisfied(self) -> bool:
        """Its deadline has passed; for a periodic job that says nothing."""
        return not self.periodic and bool(self.satisfied & Constraint.DEADLINE)

    @property
    def dynamic_satisfied(self) -> bool:
        """All of `dynamic`, if there is any, is met."""
        return bool(self.dynamic) and self.dynamic & self.satisfied == self.dynamic

    @property
    def constraints_satisfied(self) -> bool:
        """`isConstraintsSatisfied`: the explicit ones are met, or overridden."""
        if self.override is Override.FULL:
            return True
        met = self.satisfied
        if self.override is Override.SOFT:
            met |= self.required & SOFT_OVERRIDE
        wanted = self.required & OF_INTEREST
        return met & wanted == wanted

    def ready(self) -> bool:
        """`isReady`: quota or dynamic constraints, not dozing, not restricted, and deadline or constraints."""
        within = bool(self.satisfied & Constraint.WITHIN_QUOTA) or not self.level.has("quota")
        if not (within or self.dynamic_satisfied) or self.effective_bucket is Bucket.NEVER:
            return False
        unhindered = Constraint.DEVICE_NOT_DOZING | Constraint.BACKGROUND_NOT_RESTRICTED
        if self.satisfied & unhindered != unhindered or not self.component_present:
            return False
        return self.deadline_satisfied or self.constraints_satisfied

    def would_be_ready_with(self, constraint: Constraint) -> bool:
        """`wouldBeReadyWithConstraint`."""
        before, self.satisfied = self.satisfied, self.satisfied | constraint | Constraint.FLEXIBLE
        try:
            return self.ready()
        finally:
            self.satisfied = before

    def update(self, satisfied: Constraint, boot_ns: int) -> None:
        """Note what is met now; remembers the change and what was lost by it."""
        if satisfied == self.satisfied:
            return
        was_ready, before = self.ready(), self.satisfied
        self.satisfied = satisfied
        self.changes.append((boot_ns, satisfied))
        if was_ready and not self.ready():
            self.lost = before & ~satisfied & (self.required | IMPLICIT)

    # --- names ----------------------------------------------------------------------------------------------------

    @property
    def component(self) -> str:
        """`ComponentName.flattenToShortString`."""
        return short_component(self.job.service)

    @property
    def battery_name(self) -> str:
        """What histories and dumps call it: the component, after `@namespace@` if it has one."""
        namespace = self.job.namespace
        return self.component if namespace is None else f"@{namespace}@{self.component}"

    @property
    def identity(self) -> str:
        """`System.identityHashCode` in hexadecimal; here made of its key, so that runs repeat."""
        seed = f"{self.key}/{self.serial}".encode()
        return f"{int.from_bytes(hashlib.sha256(seed).digest()[:4]) >> 4:x}"


def short_component(component: str) -> str:
    """Give `package/class` with the package cut from the front of the class."""
    package, _, name = component.partition("/")
    return f"{package}/{name.removeprefix(package)}" if name.startswith(package + ".") else component
