"""Which task an event is about, and under which job a task is known to the system, as far as this journal has told."""

from __future__ import annotations

from collections.abc import Iterable

from bgtask_harness.errors import BadInput
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Event
from bgtask_reference.events import JobScheduled
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskEvent
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import WorkListed


def find_task(app: AppSpec, name: str) -> TaskSpec:
    """Give the task of that id or title.

    Raises:
        BadInput: There is none; says which there are.

    """
    for task in app.tasks:
        if name in {task.id, task.title}:
            return task
    known = ", ".join(task.title for task in app.tasks)
    raise BadInput(f"task {name!r}: the app file of {app.name} has none of that id or title; known are {known}")


class Correlation:
    """What joins task ids, unique names, work ids and job ids. The newest word counts."""

    def __init__(self, app: AppSpec) -> None:
        self._by_name = {name.name: task.id for task in app.tasks for name in task.unique_names}
        self._task_of_work: dict[str, str] = {}
        self._name_of_work: dict[str, str] = {}
        self._job_of_work: dict[str, int] = {}
        self._namespace: dict[int, str | None] = {}

    def learn(self, events: Iterable[Event]) -> None:
        """Take in what events say about who is who."""
        for event in events:
            if isinstance(event, WorkListed):
                self._learn_work(event)
            elif isinstance(event, JobsListed):
                self._namespace.update({job.job_id: job.namespace for job in event.jobs})
            elif isinstance(event, TaskEvent):
                self._learn_subject(event)

    def _learn_work(self, listed: WorkListed) -> None:
        for row in listed.rows:
            for name in row.unique_names:
                self._name_of_work[row.work_id] = name
                if name in self._by_name:
                    self._task_of_work[row.work_id] = self._by_name[name]
            if row.job_id is not None:
                self._job_of_work[row.work_id] = row.job_id

    def _learn_subject(self, event: TaskEvent) -> None:
        subject = event.subject
        if subject.work_id is None:
            return
        task = self.task_of(subject)
        if task is not None:
            self._task_of_work[subject.work_id] = task
        if subject.unique_name is not None:
            self._name_of_work[subject.work_id] = subject.unique_name
        if isinstance(event, JobScheduled) and subject.job_id is not None:
            self._job_of_work[subject.work_id] = subject.job_id

    def task_of(self, subject: Subject) -> str | None:
        """Give the task id of a subject; None when nothing says."""
        if subject.task is not None:
            return subject.task
        if subject.unique_name in self._by_name:
            return self._by_name[subject.unique_name]
        return self._task_of_work.get(subject.work_id) if subject.work_id else None

    def unique_name_of(self, subject: Subject) -> str | None:
        """Give the unique name of a subject; None when nothing says."""
        return subject.unique_name or (self._name_of_work.get(subject.work_id) if subject.work_id else None)

    def job_of(self, unique_name: str) -> tuple[int, str | None] | None:
        """Give the newest job id of a unique name, and its namespace; None when nothing says."""
        works = [work for work, name in self._name_of_work.items() if name == unique_name and work in self._job_of_work]
        if not works:
            return None
        job = self._job_of_work[works[-1]]
        return job, self._namespace.get(job)
