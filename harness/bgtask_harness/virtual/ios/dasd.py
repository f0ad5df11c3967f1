"""dasd: keeps what apps asked for, decides when it may run, and ends what runs too long.

A window opens at the request's begin date; from then on dasd decides whenever a condition changes and every so often.
What may proceed is launched at once, but for a short pause after the last launch of the same identifier: budgets, usage
predictions and rate limits of a real phone are not modelled, so a virtual iPhone is eager. Faults and scenarios make it
late.

What is pending survives the app's process and a restart of the phone: UNCONFIRMED for the restart.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bgtask_harness.virtual.ios import text
from bgtask_harness.virtual.ios.activity import Activity
from bgtask_harness.virtual.ios.activity import ActivityRun
from bgtask_harness.virtual.ios.behaviour import behaviour
from bgtask_harness.virtual.ios.environment import Conditions
from bgtask_harness.virtual.ios.policies import Decision
from bgtask_harness.virtual.ios.policies import decide
from bgtask_harness.virtual.ios.unified_log import Source
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import RequestKind

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.phone import IPhone

DASD = Source(
    90,
    "/usr/libexec/dasd",
    "/System/Library/PrivateFrameworks/DuetActivityScheduler.framework/DuetActivityScheduler",
)
_SUBSYSTEM = "com.apple.duetactivityscheduler"
_MS = 1_000_000

Key = tuple[str, str]


class Dasd:
    """The daemon. Methods with a docstring may be overridden by a fault; they keep their meaning."""

    def __init__(self, phone: IPhone) -> None:
        self._phone = phone
        self._count = 0
        self._pending: dict[Key, Activity] = {}
        self._runs: dict[Key, ActivityRun] = {}
        self._launched: dict[Key, int] = {}
        phone.environment.observe(self._conditions_changed)

    def submit(self, bundle_id: str, request: BGTaskRequest) -> Activity:
        """Keep a request; one that is pending under the same identifier is replaced."""
        old = self._pending.get((bundle_id, request.identifier))
        if old is not None:
            self._say(f"Daemon Canceling Activities: {text.a_set([old.name])}")
            self._forget(old)
        activity = self._new(bundle_id, request)
        self._pending[bundle_id, request.identifier] = activity
        begin, end = (text.window_date(at // _MS) for at in (activity.begin_ns, activity.end_ns))
        line = self._phone.profile.framework.dasd_submitted
        self._say(line.format(name=activity.name, begin=begin, end=end))
        self._look_later(activity)
        return activity

    def pending(self, bundle_id: str) -> tuple[Activity, ...]:
        """What is pending for an app, in the order of submission."""
        return tuple(activity for (owner, _), activity in self._pending.items() if owner == bundle_id)

    def cancel(self, bundle_id: str, identifier: str) -> None:
        """Forget one request, if it is pending."""
        activity = self._pending.get((bundle_id, identifier))
        if activity is not None:
            self._forget(activity)

    def forget_app(self, bundle_id: str) -> None:
        """The app was removed."""
        for activity in self.pending(bundle_id):
            self._forget(activity)
        self.process_died(bundle_id)

    def completed(self, bundle_id: str, identifier: str) -> None:
        """A launched task was marked complete."""
        run = self._runs.pop((bundle_id, identifier), None)
        if run is not None and run.timer is not None:
            run.timer.cancel()

    def process_died(self, bundle_id: str) -> None:
        """Whatever ran in that process is over."""
        for owner, identifier in tuple(self._runs):
            if owner == bundle_id:
                self.completed(owner, identifier)

    def resume_looking(self) -> None:
        """The phone has come up: look at everything again."""
        for activity in tuple(self._pending.values()):
            self._look_later(activity)

    def stop_looking(self) -> None:
        """The phone goes down."""
        for activity in self._pending.values():
            if activity.timer is not None:
                activity.timer.cancel()
        self._runs.clear()

    def begin_ns(self, request: BGTaskRequest) -> int:
        """When its window opens: the begin date, or now; wall nanoseconds."""
        now = self._phone.clocks.wall_ns()
        return now if request.earliest_begin_ms is None else max(now, request.earliest_begin_ms * _MS)

    def time_ns(self, request: BGTaskRequest) -> int:
        """How long a run of it may take."""
        numbers = behaviour()
        return numbers.refresh_ns if request.kind is RequestKind.APP_REFRESH else numbers.processing_ns

    def pause_ns(self, activity: Activity) -> int:
        """How much longer it is too soon after the last launch of that identifier; nothing is printed of it."""
        last = self._launched.get((activity.bundle_id, activity.identifier))
        return 0 if last is None else last + behaviour().spacing_ns - self._phone.kernel.now

    def decision(self, activity: Activity) -> Decision:
        """What the policies say now."""
        return decide(activity.name, activity.request, self._phone.environment.now)

    def launch(self, activity: Activity) -> None:
        """Have the app run it: no longer pending, its time begins when the app is handed it."""
        del self._pending[activity.bundle_id, activity.identifier]
        self._launched[activity.bundle_id, activity.identifier] = self._phone.kernel.now
        run = ActivityRun(activity)
        self._runs[activity.bundle_id, activity.identifier] = run
        self._phone.springboard.run_activity(activity, lambda: self._begun(run))

    def expire(self, run: ActivityRun) -> None:
        """Its time is up: tell the app, and end the process if it goes on all the same."""
        if run.expired:
            return
        run.expired = True
        if run.timer is not None:
            run.timer.cancel()
        run.timer = self._phone.kernel.after(behaviour().after_expiry_ns, lambda: self._overdue(run))
        self._phone.springboard.expire_activity(run.activity)

    def _new(self, bundle_id: str, request: BGTaskRequest) -> Activity:
        self._count += 1
        digits = hashlib.sha256(f"{self._phone.udid}/{self._count}".encode()).hexdigest()[:6].upper()
        begin = self.begin_ns(request)
        return Activity(bundle_id, request, digits, begin, begin + behaviour().window_ns)

    def _look_later(self, activity: Activity) -> None:
        wait = max(0, activity.begin_ns - self._phone.clocks.wall_ns())
        self._look_after(activity, wait)

    def _look_after(self, activity: Activity, wait_ns: int) -> None:
        if activity.timer is not None:
            activity.timer.cancel()
        activity.timer = self._phone.kernel.after(wait_ns, lambda: self._look(activity))

    def _look(self, activity: Activity) -> None:
        if self._pending.get((activity.bundle_id, activity.identifier)) is not activity:
            return
        if activity.begin_ns > self._phone.clocks.wall_ns():  # the wall clock was set back
            self._look_later(activity)
            return
        pause = self.pause_ns(activity)
        if pause > 0:
            self._look_after(activity, pause)
            return
        decision = self.decision(activity)
        self._say(decision.line, category="scoring")
        if decision.may_proceed:
            self.launch(activity)
        else:
            self._look_after(activity, behaviour().evaluation_ns)

    def _begun(self, run: ActivityRun) -> None:
        if run.timer is None and not run.expired:
            time_ns = self.time_ns(run.activity.request)
            run.timer = self._phone.kernel.after(time_ns, lambda: self.expire(run))

    def _overdue(self, run: ActivityRun) -> None:
        if self._runs.get((run.activity.bundle_id, run.activity.identifier)) is run:
            self._phone.springboard.kill(run.activity.bundle_id, "background task was not completed after expiration")

    def _forget(self, activity: Activity) -> None:
        if activity.timer is not None:
            activity.timer.cancel()
        self._pending.pop((activity.bundle_id, activity.identifier), None)
        self._say(self._phone.profile.framework.dasd_cancelled.format(name=activity.name))

    def _conditions_changed(self, before: Conditions) -> None:
        now = self._phone.environment.now
        if now.device_active and not before.device_active:
            for run in tuple(self._runs.values()):
                if run.activity.request.kind is RequestKind.PROCESSING:
                    self.expire(run)
        wall = self._phone.clocks.wall_ns()
        for activity in tuple(self._pending.values()):
            if activity.begin_ns <= wall:
                self._look_after(activity, 0)

    def _say(self, message: str, category: str = "default") -> None:
        self._phone.log.write(DASD, message, subsystem=_SUBSYSTEM, category=category)
