"""Which task an event is about, as far as a picture needs to know: by its own words or by what they were joined to."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskEvent
from bgtask_reference.events import WorkListed


@dataclass(frozen=True, slots=True)
class Names:
    """Task ids by unique name, by work id and by attempt id."""

    by_name: dict[str, str]
    by_work: dict[str, str] = field(default_factory=dict)
    by_attempt: dict[str, str] = field(default_factory=dict)

    def task(self, subject: Subject) -> str | None:
        """Give the task's id, else its unique name; None if the event does not say enough."""
        if subject.task:
            return self.by_name.get(subject.task, subject.task)
        if subject.unique_name:
            return self.by_name.get(subject.unique_name, subject.unique_name)
        if subject.work_id in self.by_work:
            return self.by_work[subject.work_id]
        return self.by_attempt.get(subject.attempt_id or "")


def names_of(history: History) -> Names:
    """Join what the whole history says: app file, diagnostics rows, and events that carry two names at once."""
    names = Names(_declared(history.header))
    for entry in history.entries:
        event = entry.event
        if isinstance(event, WorkListed):
            for row in event.rows:
                _learn(names, Subject(work_id=row.work_id, unique_name=next(iter(row.unique_names), row.worker_class)))
        elif isinstance(event, TaskEvent):
            _learn(names, event.subject)
    return names


def _declared(header: Header | None) -> dict[str, str]:
    tasks = header.app.tasks if header else ()
    return {unique.name: task.id for task in tasks for unique in task.unique_names}


def _learn(names: Names, subject: Subject) -> None:
    task = names.task(subject)
    if task and subject.work_id:
        names.by_work.setdefault(subject.work_id, task)
    if task and subject.attempt_id:
        names.by_attempt.setdefault(subject.attempt_id, task)
