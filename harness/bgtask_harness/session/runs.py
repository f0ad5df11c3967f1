"""Waiting for a run of a task: by its start where the build shows starts, else by its end alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bgtask_harness.devices.port import Capability
from bgtask_harness.errors import Unsupported
from bgtask_harness.session.waiting import NothingSeen
from bgtask_reference.events import Event
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import TaskEvent
from bgtask_reference.events import TaskSpec

if TYPE_CHECKING:
    from bgtask_harness.session.session import Session

LONGEST_RUN_NS = 600_000_000_000
"""How long a run is waited for that has begun: WorkManager stops a worker after ten minutes."""
_DEBUG = "DEBUG"


class RunWatch:
    """Waits for runs of one session's tasks. A build that shows no starts is waited for by what ended."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: set[str] = set()

    @property
    def sees_starts(self) -> bool:
        """True when the app file says that this build shows when a run begins."""
        shown = self._session.app.spec.evidence
        return shown.app_log or shown.beacon or shown.work_manager_level == _DEBUG

    def begun(self, task: TaskSpec, within_ns: int, mark: int) -> RunStarted:
        """Wait until a run has begun.

        Raises:
            NothingSeen: None began within that time, or it was turned away.
            Unsupported: This build shows no starts.

        """
        if not self.sees_starts:
            raise Unsupported(
                f"when a run of {task.title} begins is shown by no source of {self._session.app.name}; "
                "use a build that logs it, or with the beacon of docs/app-contract.md"
            )
        seen = self._session.seen(self._is(task, RunStarted, RunRefused), within_ns, mark, f"{task.title} to begin")
        if isinstance(seen, RunRefused):
            raise NothingSeen(f"{task.title} was told to run and turned away: {seen.reason}")
        if not isinstance(seen, RunStarted):
            raise NothingSeen(f"no run of {task.title} began within {within_ns // 1_000_000_000} s")
        return seen

    def finished(self, task: TaskSpec, within_ns: int, mark: int) -> RunFinished:
        """Wait until a run has ended.

        Raises:
            NothingSeen: None began within that time, or it did not end, or it was stopped.

        """
        if not self.sees_starts:
            return self._finished_unseen(task, within_ns, mark)
        start = self._session.place(self.begun(task, within_ns, mark))
        longest = task.ends_within_ns or LONGEST_RUN_NS
        ended = self._session.seen(self._is(task, RunFinished, RunStopped), longest, start, f"{task.title} to end")
        if not isinstance(ended, RunFinished):
            raise NothingSeen(f"a run of {task.title} began and {'was stopped' if ended else 'did not end'}")
        return ended

    def _finished_unseen(self, task: TaskSpec, within_ns: int, mark: int) -> RunFinished:
        """Wait for the end of a run whose begin nobody shows; whose run it was, WorkManager's own list tells."""
        whole = within_ns + (task.ends_within_ns or LONGEST_RUN_NS)
        ours = self._is(task, RunFinished)
        while True:
            ended = self._session.seen(
                lambda event: ours(event) or self._is_news(event), whole, mark, f"a run of {task.title} to end"
            )
            if ended is None:
                raise NothingSeen(f"no run of {task.title} ended within {whole // 1_000_000_000} s")
            if isinstance(ended, RunFinished) and ours(ended):
                return ended
            self._ask_who(ended)

    def _is_news(self, event: Event) -> bool:
        """Tell whether a run ended of which nobody has said whose it is, and nobody was asked since."""
        if not isinstance(event, RunFinished) or event.subject.work_id is None:
            return False
        unknown = self._session.correlation.task_of(event.subject) is None
        can_ask = Capability.DIAGNOSTICS in self._session.capabilities
        return unknown and can_ask and event.subject.work_id not in self._asked

    def _ask_who(self, ended: Event) -> None:
        assert isinstance(ended, RunFinished)
        self._asked.add(ended.subject.work_id or "")
        self._session.diagnose()

    def _is(self, task: TaskSpec, *kinds: type[TaskEvent]) -> _Wanted:
        return _Wanted(self._session, task, kinds)


class _Wanted:
    """An event of one of some kinds, about one task."""

    def __init__(self, session: Session, task: TaskSpec, kinds: tuple[type[TaskEvent], ...]) -> None:
        self._session, self._task, self._kinds = session, task, kinds

    def __call__(self, event: Event) -> bool:
        return isinstance(event, self._kinds) and self._session.is_of(self._task, event)
