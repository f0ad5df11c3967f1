"""`GreedyScheduler`: runs what is due and whose constraints hold inside the living process, without JobScheduler."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bgtask_harness.virtual.kernel import Timer
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.constants import NS_PER_MS
from bgtask_harness.virtual.workmanager.constraints import is_constrained
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.database import WorkState
from bgtask_harness.virtual.workmanager.processor import Token

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.library import WorkManager

_TAG = "GreedyScheduler"
_Key = tuple[str, int]


class GreedyScheduler:
    """Keeps its state in memory alone: it ends with the process."""

    def __init__(self, manager: WorkManager) -> None:
        self._manager = manager
        self._log = manager.log
        self._tokens: dict[_Key, Token] = {}
        self._tracked: dict[_Key, Work] = {}
        self._delayed: dict[str, Timer] = {}
        self._first_attempts: dict[_Key, tuple[int, int]] = {}
        phone = manager.host.phone
        manager.host.watch(phone.network.observe(self._environment_changed))
        manager.host.watch(phone.power.observe(self._environment_changed))
        manager.host.watch(phone.storage.observe(self._environment_changed))

    def schedule(self, works: Iterable[Work]) -> None:
        """Start what is due, track what waits for constraints, set a timer for what is not due."""
        found: list[Work] = []
        for work in works:
            if _key(work) in self._tokens or work.state is not WorkState.ENQUEUED:
                continue
            due = max(self._manager.next_run_ms(work), self._throttled_until(work))
            if self._manager.now_ms() < due:
                self._delay(work, due)
            elif not is_constrained(work):
                self._log.d(_TAG, f"Starting work for {work.id}")
                self._start(work)
            elif work.request.constraints.requires_device_idle:
                self._log.d(_TAG, f"Ignoring {{WorkSpec: {work.id}}}. Requires device idle.")
            else:
                found.append(work)
        if found:
            self._track(found)

    def cancel(self, work_id: str) -> None:
        """Forget the timer of that work and stop the runs that were started here."""
        self._log.d(_TAG, f"Cancelling work ID {work_id}")
        timer = self._delayed.pop(work_id, None)
        if timer is not None:
            timer.cancel()
        for key in [key for key in self._tokens if key[0] == work_id]:
            self._manager.stop(self._tokens.pop(key), CONSTANTS.stop_reason.unknown)

    def on_executed(self, work_id: str, generation: int, *, reschedule: bool) -> None:
        """Let go of a generation that was dealt with."""
        key = (work_id, generation)
        self._tokens.pop(key, None)
        if self._tracked.pop(key, None) is not None:
            self._log.d(_TAG, f"Stopping tracking for {_text(key)}")
        if not reschedule:
            self._first_attempts.pop(key, None)

    def _start(self, work: Work) -> None:
        self._tokens[_key(work)] = token = Token(*_key(work))
        self._manager.start(token)

    def _delay(self, work: Work, due_ms: int) -> None:
        old = self._delayed.pop(work.id, None)
        if old is not None:
            old.cancel()
        delay = (due_ms - self._manager.now_ms()) * NS_PER_MS
        self._delayed[work.id] = self._manager.host.after(delay, lambda: self._delay_over(work))

    def _delay_over(self, work: Work) -> None:
        self._log.d("DelayedWorkTracker", f"Scheduling work {work.id}")
        if self._manager.database.has(work):
            self.schedule([work])

    def _track(self, works: list[Work]) -> None:
        self._log.d(_TAG, f"Starting tracking for {','.join(work.id for work in works)}")
        for work in works:
            if _key(work) not in self._tracked:
                self._tracked[_key(work)] = work
                self._evaluate(_key(work), work)

    def _environment_changed(self) -> None:
        self._manager.host.execute(self._evaluate_all)

    def _evaluate_all(self) -> None:
        for key, work in list(self._tracked.items()):
            met = self._manager.unmet(work) is None
            if met is not (key in self._tokens):
                self._evaluate(key, work)

    def _evaluate(self, key: _Key, work: Work) -> None:
        reason = self._manager.unmet(work)
        if reason is None:
            if key not in self._tokens:
                self._log.d(_TAG, f"Constraints met: Scheduling work ID {_text(key)}")
                self._start(work)
            return
        self._log.d(_TAG, f"Constraints not met: Cancelling work ID {_text(key)}")
        token = self._tokens.pop(key, None)
        if token is not None:
            self._manager.stop(token, reason)

    def _throttled_until(self, work: Work) -> int:
        tries, since = self._first_attempts.setdefault(_key(work), (work.run_attempt_count, self._manager.now_ms()))
        beyond = work.run_attempt_count - tries - CONSTANTS.unthrottled_attempts
        return since + max(beyond, 0) * CONSTANTS.default_backoff_ms


def _key(work: Work) -> _Key:
    return (work.id, work.generation)


def _text(key: _Key) -> str:
    return f"WorkGenerationalId(workSpecId={key[0]}, generation={key[1]})"
