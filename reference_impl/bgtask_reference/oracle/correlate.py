"""Joins names: which task, unique name and work id an event is about, from everything that the journal says.

A diagnostics row names work id, job id and unique name; a beacon names task, work id and attempt; the app file names
task and unique names. What stays unknown stays unknown.
"""

from __future__ import annotations

from bisect import bisect_left

from bgtask_reference.events import KINDS
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskEvent
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import WorkListed
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.steps import Identity

ABOUT_WORK = tuple(kind for kind in KINDS.values() if issubclass(kind, TaskEvent))
FOREIGN = Identity(foreign=True)


class Join:
    """What a whole journal says about who is who. `task_of_name` is the app file's word alone."""

    def __init__(self, app: AppSpec, record: Record) -> None:
        self._tasks: dict[str, TaskSpec] = {task.id: task for task in app.tasks}
        self.task_of_name = {unique.name: task.id for task in app.tasks for unique in task.unique_names}
        self._names_of_work: dict[str, tuple[str, ...]] = {}
        self._task_of_work: dict[str, str] = {}
        self._work_of_attempt: dict[str, str] = {}
        self._task_of_attempt: dict[str, str] = {}
        self._work_of_job: dict[int, list[tuple[int, str]]] = {}
        self._known: dict[tuple[str | None, ...], Identity] = {}
        for entry in record.of(WorkListed, *ABOUT_WORK):
            event = entry.event
            if isinstance(event, WorkListed):
                self._learn_rows(entry.index, event)
            else:
                assert isinstance(event, TaskEvent)
                self._learn_subject(entry.index, event.subject)

    def _learn_rows(self, index: int, listed: WorkListed) -> None:
        for row in listed.rows:
            self._names_of_work[row.work_id] = row.unique_names
            self._learn_job(index, row.job_id, row.work_id)

    def _learn_job(self, index: int, job: int | None, work: str) -> None:
        if job is not None:
            held = self._work_of_job.setdefault(job, [])
            if not held or held[-1][1] != work:
                held.append((index, work))

    def _learn_subject(self, index: int, subject: Subject) -> None:
        work, attempt = subject.work_id, subject.attempt_id
        if work:
            self._learn_job(index, subject.job_id, work)
            if subject.unique_name:
                self._names_of_work.setdefault(work, (subject.unique_name,))
            if subject.task:
                self._task_of_work[work] = subject.task
            if attempt:
                self._work_of_attempt[attempt] = work
        if attempt and subject.task:
            self._task_of_attempt[attempt] = subject.task

    def identify(self, subject: Subject) -> Identity:
        """Say who a subject is. Contradictions leave the field unknown."""
        key = (subject.task, subject.unique_name, subject.work_id, subject.attempt_id)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._identify(subject)
        return known

    def _identify(self, subject: Subject) -> Identity:
        attempt = subject.attempt_id
        work = subject.work_id or (self._work_of_attempt.get(attempt) if attempt else None)
        names = self._names_of_work.get(work) if work else None
        known = [name for name in names or () if name in self.task_of_name]
        name = subject.unique_name or (known[0] if len(known) == 1 else None)
        told = (
            subject.task,
            self._task_of_attempt.get(attempt) if attempt else None,
            self._task_of_work.get(work) if work else None,
            self.task_of_name.get(name) if name else None,
        )
        tasks = list(dict.fromkeys(task for task in told if task is not None))
        if (name is not None and name not in self.task_of_name) or (names is not None and not known and not tasks):
            return FOREIGN
        if len(tasks) > 1:
            return Identity(work_id=work, attempt_id=attempt)
        if tasks and tasks[0] not in self._tasks:
            return FOREIGN
        task = tasks[0] if tasks else None
        return Identity(task, name or self._only_name(task), work, attempt)

    def _only_name(self, task: str | None) -> str | None:
        names = self._tasks[task].unique_names if task else ()
        return names[0].name if len(names) == 1 else None

    def aimed_at(self, subject: Subject, index: int) -> Identity:
        """Say who a stimulus was aimed at: a job id is looked up in the last listing before it."""
        who = self.identify(subject)
        if who.task or who.work_id or subject.job_id is None:
            return who
        rows = self._work_of_job.get(subject.job_id, [])
        before = bisect_left(rows, (index, ""))
        return self.identify(Subject(work_id=rows[before - 1][1])) if before else who
