"""Verdicts for people and for programs, rendered from journals alone: no device, no session, a year later as well.

`write_report` is all of it; `check` judges again and changes nothing.
"""

from bgtask_harness.report.allure import attach_to_allure
from bgtask_harness.report.check import check
from bgtask_harness.report.exit_status import ExitStatus
from bgtask_harness.report.exit_status import exit_status
from bgtask_harness.report.files import write_allure
from bgtask_harness.report.files import write_report
from bgtask_harness.report.files import write_reports_of
from bgtask_harness.report.page import page
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.run import judge_journal
from bgtask_harness.report.run import judge_run
from bgtask_harness.report.summary import headline
from bgtask_harness.report.summary import summary
from bgtask_harness.report.timeline import timeline
from bgtask_harness.report.verdicts_json import to_json

__all__ = [
    "Conclusion",
    "ExitStatus",
    "JudgedJournal",
    "RunVerdicts",
    "attach_to_allure",
    "check",
    "exit_status",
    "headline",
    "judge_journal",
    "judge_run",
    "page",
    "summary",
    "timeline",
    "to_json",
    "write_allure",
    "write_report",
    "write_reports_of",
]
