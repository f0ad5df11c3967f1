"""The end of a run: the report is written, the verdicts are shown, nothing exercised is no success."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest

from bgtask_harness.errors import HarnessError
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.pytest_support.chosen import Chosen
from bgtask_harness.pytest_support.table import verdict_table
from bgtask_harness.report.files import write_reports_of
from bgtask_harness.report.pair_words import story
from bgtask_harness.report.pair_words import worst
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.run import judge_run
from bgtask_reference.events import Judgement

_EXERCISED = {Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE}
_MAY_FAIL = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
NOTHING_EXERCISED = pytest.ExitCode.NO_TESTS_COLLECTED


class Ending:
    """Registered as a plugin in the process that sees the whole run."""

    def __init__(self, config: pytest.Config, chosen: Chosen) -> None:
        self._config, self._chosen = config, chosen
        self._run: RunVerdicts | None = None
        self._page: Path | None = None
        self._trouble = ""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge the whole run from its journals and write the report."""
        if self._config.option.collectonly:
            return
        if self._chosen.run_dir.is_dir():
            self._report()
        else:
            self._trouble = "no scenario began, so there is nothing to judge"
        if self._run is not None and self._tell_parity(self._run) and session.exitstatus in _MAY_FAIL:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if session.exitstatus == pytest.ExitCode.OK and not self._exercised():
            session.exitstatus = NOTHING_EXERCISED

    def _report(self) -> None:
        elsewhere = self._config.getoption("allure_report_dir", None)
        try:
            self._run = judge_run(self._chosen.run_dir)
            self._page = write_reports_of(self._run, allure=not elsewhere)
            if elsewhere and self._run.pairs:
                from bgtask_harness.report.allure_pairs import write_pairs  # noqa: PLC0415 - only with allure-pytest

                write_pairs(self._run, Path(elsewhere))
        except (HarnessError, OSError) as error:
            self._trouble = str(error)

    def _tell_parity(self, run: RunVerdicts) -> bool:
        """Report each scenario that differs between two platforms, or is open, as a test that failed."""
        open_ = [pair for pair in run.pairs if pair.conclusion in {Conclusion.FAIL, Conclusion.INCONCLUSIVE}]
        for pair in open_:
            told = worst(pair, Judgement.FAIL) or [*pair.undecided]
            reason = "\n".join(line for verdict in told for line in story(pair, verdict))
            nodeid = f"parity::{pair.scenario}[{pair.first.device}-{pair.second.device}]"
            place = ("parity", None, nodeid.partition("::")[2])
            report = pytest.TestReport(nodeid, place, {}, "failed", reason or pair.reason, "call")
            self._config.hook.pytest_runtest_logreport(report=report)
        return bool(open_)

    def _exercised(self) -> bool:
        verdicts = [verdict for journal in self._run.journals for verdict in journal.verdicts] if self._run else []
        return any(verdict.exercised and verdict.judgement in _EXERCISED for verdict in verdicts)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the verdicts and where the report is."""
        if self._config.option.collectonly:
            return
        terminalreporter.section("verdicts")
        if self._run is not None:
            for line in verdict_table(self._run):
                terminalreporter.write_line(line)
        if self._trouble:
            terminalreporter.write_line(self._trouble, red=True)
        if not self._exercised():
            terminalreporter.write_line("no rule was exercised, so this run proves nothing", red=True)
        if self._page is not None:
            terminalreporter.write_line(f"report: {self._page}")


def set_aside(run_dir: Path) -> None:
    """Move an earlier run out of the way, to `RUN_DIR.previous`, where it replaces the one before it."""
    if not any(run_dir.glob(f"*/*/{JOURNAL_NAME}")):
        return
    previous = run_dir.with_name(f"{run_dir.name}.previous")
    if any(previous.glob(f"*/*/{JOURNAL_NAME}")):
        shutil.rmtree(previous)
    with contextlib.suppress(OSError):
        run_dir.rename(previous)
