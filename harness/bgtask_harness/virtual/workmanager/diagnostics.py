"""The diagnostics of WorkManager: a broadcast that enqueues a worker that prints tables (android.md C.1).

It wakes the process and runs work, like any other: it shows up in its own tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.database import WorkDatabase
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkRequest

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.library import WorkManager

_TAG = "DiagnosticsWrkr"
_HEADER = "\n Id \t Class Name\t{job_id} State\t Unique Name\t Tags\t"
_JOB_ID = " Job Id\t"
"""A column that the first diagnostics did not have (official docs of 2020)."""


class DiagnosticsWorker:
    """`androidx.work.impl.workers.DiagnosticsWorker`: one log entry a heading, one a table, line breaks inside."""

    def __init__(self, manager: WorkManager) -> None:
        self._manager = manager

    async def do_work(self) -> ListenableWorkerResult:
        """Print every section that has rows."""
        database = self._manager.database
        completed = database.recently_completed(self._manager.now_ms() - CONSTANTS.completed_window_ms)
        self._section("Recently completed work:", completed)
        self._section("Running work:", database.running())
        self._section("Enqueued work:", database.enqueued())
        return ListenableWorkerResult.SUCCESS

    def _section(self, heading: str, rows: list[Work]) -> None:
        if rows:
            self._manager.log.i(_TAG, f"{heading}\n\n")
            new = self._manager.configuration.version >= CONSTANTS.diagnostics_job_id_since_version
            self._manager.log.i(_TAG, table(self._manager.database, rows, job_ids=new))


def table(database: WorkDatabase, rows: Iterable[Work], *, job_ids: bool = True) -> str:
    """Give the rows as they are printed (DiagnosticsWorker.kt @29cc3e18 `workSpecRows`; before 2.4 without job ids)."""
    header = _HEADER.format(job_id=_JOB_ID if job_ids else "")
    return header + "".join(_row(database, work, job_ids=job_ids) for work in rows)


def _row(database: WorkDatabase, work: Work, *, job_ids: bool) -> str:
    """Where there are no job ids, work without a unique name says so by `null`."""
    job_id = database.job_id(work)
    numbers = ["null" if job_id is None else str(job_id)] if job_ids else []
    names = ",".join(work.names) if work.names or job_ids else "null"
    listed = "\t ".join((work.id, work.request.worker_class, *numbers, work.state.value, names, ",".join(work.tags)))
    return f"\n{listed}\t"


def on_receive(manager: WorkManager) -> None:
    """`DiagnosticsReceiver.onReceive`."""
    manager.log.d("DiagnosticsRcvr", "Requesting diagnostics")
    manager.enqueue(WorkRequest(CONSTANTS.classes.diagnostics_worker))
