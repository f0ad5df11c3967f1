"""WorkManager's answer to the diagnostics broadcast: three tables in the log, put together to one `WorkListed`.

`androidx.work.impl.workers.DiagnosticsWorker` prints, for each section that has rows, a title and a table; a column
`Job Id` since 2.4. Each table is one log entry, so it is cut where the log's payload ends (4068 bytes): a table that
comes near that proves no row absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field

from bgtask_harness.observe.logcat import LogLine
from bgtask_harness.observe.work_manager import DIAGNOSTICS_WORKER
from bgtask_harness.observe.work_manager import UUID
from bgtask_harness.observe.work_manager import WORK
from bgtask_reference.events import Source
from bgtask_reference.events import WorkListed
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState

TAG = "WM-DiagnosticsWrkr"
ROW_LIMIT = 200
"""`getAllEligibleWorkSpecsForScheduling(200)`: more enqueued work than that is not listed."""
NEARLY_CUT = 4000
"""LOGGER_ENTRY_MAX_PAYLOAD is 4068 bytes with priority, tag and two NULs (liblog `log_read.h`)."""

_TITLES = {"Recently completed work:": "completed", "Running work:": "running", "Enqueued work:": "enqueued"}
_ORDER = ("completed", "running", "enqueued")
_COLUMNS = ("Id", "Class Name", "State", "Unique Name", "Tags")
_COLUMNS_WITH_JOB = ("Id", "Class Name", "Job Id", "State", "Unique Name", "Tags")
_STATE_NAMES = frozenset(state.value for state in WorkState)
_STATES = "|".join(WorkState)
_SPACED_ROW = re.compile(
    rf"\s*(?P<id>{UUID})\s+(?P<class>\S+)\s+(?:(?P<job>null|-?\d{{1,10}})\s+)?(?P<state>{_STATES})\s+(?P<name>\S+)\s+(?P<tags>\S+)\s*",
    re.ASCII,
)
_TABBED_ROW = re.compile(UUID, re.ASCII)
_OWN_RESULT = re.compile(rf"Worker result \w+ for {WORK}", re.ASCII)


@dataclass(slots=True)
class _Answer:
    """One answer while it comes in."""

    first: LogLine
    lines: list[str] = field(default_factory=list)
    rows: list[WorkRow] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    table_bytes: int = 0
    with_job: bool = False
    enqueued_rows: int = 0
    whole: bool = True


class DiagnosticsAssembler:
    """Puts lines of `WM-DiagnosticsWrkr` together. One answer at a time; another process's line begins another."""

    def __init__(self) -> None:
        self._answer: _Answer | None = None

    def observe(self, line: LogLine) -> tuple[WorkListed, ...] | None:
        """Take a line; gives the answer before it when this line begins another; None for a line that nobody knows."""
        section = _TITLES.get(line.message.strip())
        if section is not None:
            return self._title(line, section)
        answer = self._answer
        if answer is None or answer.first.pid != line.pid:
            return () if not line.message.strip() else None
        answer.lines.append(line.raw)
        return () if _take(answer, line) else None

    def close_at(self, line: LogLine) -> tuple[WorkListed, ...]:
        """Give the answer if this line of WorkManager is the DiagnosticsWorker's own result: the certain end."""
        answer = self._answer
        if answer is None or answer.first.pid != line.pid or DIAGNOSTICS_WORKER not in line.message:
            return ()
        if not _OWN_RESULT.fullmatch(line.message):
            return ()
        answer.lines.append(line.raw)
        return self._close(ended=True)

    def close_if_ended(self) -> tuple[WorkListed, ...]:
        """Give the answer if its last table is over, seen from a later line of somebody else (a sentinel)."""
        answer = self._answer
        if answer is None or "enqueued" not in answer.tables:
            return ()
        return self._close(ended=True)

    def damage(self) -> None:
        """Lines were lost: nothing that is being put together proves a row absent."""
        if self._answer is not None:
            self._answer.whole = False

    def flush(self) -> tuple[WorkListed, ...]:
        """Give what there is: the stream is over."""
        return self._close(ended=False)

    def _title(self, line: LogLine, section: str) -> tuple[WorkListed, ...]:
        before: tuple[WorkListed, ...] = ()
        answer = self._answer
        if answer is None or answer.first.pid != line.pid or not _follows(answer.sections, section):
            before = self._close(ended=False)
            answer = self._answer = _Answer(line)
        answer.lines.append(line.raw)
        answer.sections.append(section)
        answer.table_bytes = 0
        return before

    def _close(self, *, ended: bool) -> tuple[WorkListed, ...]:
        answer, self._answer = self._answer, None
        if answer is None:
            return ()
        complete = ended and answer.whole and _tables_whole(answer)
        event = WorkListed(
            stamp=answer.first.stamp,
            source=Source.DIAGNOSTICS,
            raw="\n".join(answer.lines),
            rows=tuple(answer.rows),
            complete=complete,
        )
        return (event,)


def _follows(sections: list[str], section: str) -> bool:
    return not sections or _ORDER.index(section) > _ORDER.index(sections[-1])


def _tables_whole(answer: _Answer) -> bool:
    """The worker itself is running while it answers, so an answer without `Running work:` has lost lines."""
    every_title_has_its_table = answer.tables == set(answer.sections)
    return every_title_has_its_table and "running" in answer.tables and answer.enqueued_rows < ROW_LIMIT


def _take(answer: _Answer, line: LogLine) -> bool:
    """Take a line of the present section; False for a line that nobody knows."""
    text = line.message
    if not text.strip():
        return True
    answer.table_bytes += len(text.encode(errors="replace")) + 1
    if answer.table_bytes >= NEARLY_CUT:
        answer.whole = False
    section = answer.sections[-1]
    columns = _columns(text)
    if columns:
        answer.with_job = columns == _COLUMNS_WITH_JOB
        answer.tables.add(section)
        return True
    row = _row(text, with_job=answer.with_job) if section in answer.tables else None
    if row is None:
        answer.whole = False
        return False
    answer.rows.append(row)
    answer.enqueued_rows += section == "enqueued"
    return True


def _columns(text: str) -> tuple[str, ...] | None:
    words = text.replace("Alarm Id", "Job Id").split()
    for columns in (_COLUMNS, _COLUMNS_WITH_JOB):
        if words == " ".join(columns).split():
            return columns
    return None


def _row(text: str, *, with_job: bool) -> WorkRow | None:
    return _tabbed_row(text, with_job=with_job) if "\t" in text else _spaced_row(text, with_job=with_job)


def _tabbed_row(text: str, *, with_job: bool) -> WorkRow | None:
    """A row ends in a tab: one without it was cut."""
    cells = [cell.strip() for cell in text.split("\t")]
    if len(cells) != (7 if with_job else 6) or cells[-1]:
        return None
    work_id, worker_class, *middle, state, names, tags, _ = cells
    job = middle[0] if middle else "null"
    if not _TABBED_ROW.fullmatch(work_id) or state not in _STATE_NAMES or not _is_job(job):
        return None
    return _work_row(work_id, worker_class, job, state, names if with_job or names != "null" else "", tags)


def _spaced_row(text: str, *, with_job: bool) -> WorkRow | None:
    """A row whose tabs were lost on the way; readable while no cell has a space."""
    match = _SPACED_ROW.fullmatch(text)
    if match is None or (match["job"] is not None) != with_job:
        return None
    name = "" if match["name"] == "null" else match["name"]
    return _work_row(match["id"], match["class"], match["job"] or "null", match["state"], name, match["tags"])


def _is_job(text: str) -> bool:
    return text == "null" or (text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 12)  # noqa: PLR2004 - an int has 11 signs at most


def _work_row(work_id: str, worker_class: str, job: str, state: str, names: str, tags: str) -> WorkRow:
    return WorkRow(
        work_id=work_id.lower(),
        worker_class=worker_class,
        job_id=None if job == "null" else int(job),
        state=WorkState(state),
        unique_names=tuple(name for name in names.split(",") if name),
        tags=tuple(tag.strip() for tag in tags.split(",") if tag.strip()),
    )
