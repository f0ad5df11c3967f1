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
from bgtask_harness.virtual.android.jobs import PRIORITY_DEFAULT
from bgtask_harness.virtual.android.jobs import PRIORITY_HIGH
from bgtask_harness.virtual.android.jobs import PRIORITY_LOW
from bgtask_harness.virtual.android.jobs import PRIORITY_MAX
from bgtask_harness.virtual.android.jobs import PRIORITY_MIN
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.standby import Bucket

Key = tuple[int, str | None, int]
"""What tells jobs apart: uid, namespace, id."""

NUM_CONSTRAINT_CHANGE_HISTORY = 10


NOTHING = Constraint(0)
_MS = 1_000_000
_SPARED_FAILURES = 2
_TRIGGER_UPDATE_MS, _LEAST_TRIGGER_UPDATE_MS = 10_000, 500
_TRIGGER_MAX_MS, _LEAST_TRIGGER_MAX_MS = 120_000, 1_000
"""DEFAULT_TRIGGER_UPDATE_DELAY, MIN_TRIGGER_UPDATE_DELAY, DEFAULT_TRIGGER_MAX_DELAY, MIN_TRIGGER_MAX_DELAY."""


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
    num_abandoned: int = 0
    """Failures among those of `num_failures` in which the app had forgotten the job."""
    demoted: bool = False
    """A person stopped it, or it ran too long altogether: it is expedited or user-initiated no more."""
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
    expedited_approved: bool = False
    """Its app has time left for expedited jobs."""
    started_expedited: bool = False
    started_in_front: bool = False
    """It was started while its app was in front, which costs no quota, however long it runs."""
    changed_uris: tuple[str, ...] = ()
    """Content that it waits for and that has changed."""
    trigger_since_ns: int = 0
    trigger_last_ns: int = 0
    """The first and the last of these changes."""
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
    def treated_as_expedited(self) -> bool:
        """`shouldTreatAsExpeditedJob`."""
        return self.job.expedited and self.expedited_approved

    @property
    def treated_as_user_initiated(self) -> bool:
        """`shouldTreatAsUserInitiatedJob`."""
        return self.job.user_initiated and not self.demoted

    @property
    def privileged(self) -> bool:
        """Neither Doze nor battery saver holds it (`canRunInDoze`, `canRunInBatterySaver`)."""
        return self.treated_as_user_initiated or self.treated_as_expedited or self.started_expedited

    @property
    def not_dozing(self) -> bool:
        """`readyNotDozing`: the phone does not doze, or the job may run all the same."""
        return self.privileged or bool(self.satisfied & Constraint.DEVICE_NOT_DOZING)

    @property
    def priority(self) -> int:
        """`getPriority`."""
        return PRIORITY_MAX if self.job.expedited or self.job.user_initiated else self.job.priority

    @property
    def effective_priority(self) -> int:
        """`getEffectivePriority`: lower after each second failure."""
        if self.num_failures < _SPARED_FAILURES or self.treated_as_user_initiated:
            return self.priority
        if self.job.expedited:
            return PRIORITY_HIGH
        ceiling = {1: PRIORITY_DEFAULT, 2: PRIORITY_LOW}.get(self.num_failures // 2, PRIORITY_MIN)
        return min(ceiling, self.priority)

    @property
    def trigger_due_ns(self) -> int | None:
        """When the changes that it waits for start it; None while there are none."""
        if not self.changed_uris:
            return None
        update, longest = self.job.trigger_update_delay_ms, self.job.trigger_max_delay_ms
        quiet = _TRIGGER_UPDATE_MS if update is None else max(update, _LEAST_TRIGGER_UPDATE_MS)
        most = _TRIGGER_MAX_MS if longest is None else max(longest, _LEAST_TRIGGER_MAX_MS)
        return min(self.trigger_last_ns + quiet * _MS, self.trigger_since_ns + most * _MS)

    def content_changed(self, uri: str, boot_ns: int) -> None:
        """Note a change of content that it waits for."""
        if any(trigger.meets(uri) for trigger in self.job.triggers):
            self.trigger_since_ns = self.trigger_since_ns or boot_ns
            self.trigger_last_ns = boot_ns
            self.changed_uris = tuple(dict.fromkeys((*self.changed_uris, uri)))

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
        paid = within or self.dynamic_satisfied or self.treated_as_expedited
        if not paid or self.effective_bucket is Bucket.NEVER:
            return False
        unhindered = self.not_dozing and bool(self.satisfied & Constraint.BACKGROUND_NOT_RESTRICTED)
        if not unhindered or not self.component_present:
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
            self.lost = before & ~satisfied & (self.required | IMPLICIT | self.dynamic)

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
