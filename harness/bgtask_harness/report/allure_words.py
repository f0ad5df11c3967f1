"""What conclusions and judgements are called in Allure, and when a scenario was."""

from __future__ import annotations

from datetime import UTC
from datetime import datetime

from allure_commons.model2 import Status

from bgtask_harness.report.judged import Conclusion
from bgtask_harness.report.judged import JudgedJournal
from bgtask_reference.events import Judgement

STATUS = {
    Conclusion.FAIL: Status.FAILED,
    Conclusion.BROKEN: Status.BROKEN,
    Conclusion.INCONCLUSIVE: Status.BROKEN,
    Conclusion.NOT_EXERCISED: Status.SKIPPED,
    Conclusion.SKIPPED: Status.SKIPPED,
    Conclusion.PASS: Status.PASSED,
}
STEP_STATUS = {
    Judgement.FAIL: Status.FAILED,
    Judgement.INCONCLUSIVE: Status.BROKEN,
    Judgement.SUPPRESSED: Status.SKIPPED,
    Judgement.UNSUPPORTED: Status.SKIPPED,
    Judgement.PASS: Status.PASSED,
}
"""Worst first."""


def journal_times(journal: JudgedJournal) -> tuple[int, int]:
    """Give begin and end in milliseconds since 1970: the header's, and how long the host's clock ran."""
    try:
        began = datetime.fromisoformat(journal.header.started) if journal.header else None
    except ValueError:
        began = None
    start = 0
    if began:
        start = round((began if began.tzinfo else began.replace(tzinfo=UTC)).timestamp() * 1000)
    hosts = [entry.host_ns for entry in journal.history.entries]
    return start, start + (max(hosts) - min(hosts)) // 1_000_000 if hosts else start
