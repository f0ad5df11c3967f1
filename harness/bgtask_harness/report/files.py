"""Write a run's reports into its own directory, each file in one step so that nobody reads half of one."""

from __future__ import annotations

import os
from pathlib import Path

from bgtask_harness.errors import HarnessError
from bgtask_harness.report.allure import write_results
from bgtask_harness.report.page import PAGE_NAME
from bgtask_harness.report.page import page
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.run import judge_run
from bgtask_harness.report.verdicts_json import VERDICTS_NAME
from bgtask_harness.report.verdicts_json import to_json

ALLURE_NAME = "allure-results"


def write_report(run_dir: Path | str, allure: bool = True) -> Path:
    """Judge a run directory and write `verdicts.json`, `index.html` and, if wanted, `allure-results` into it.

    Returns:
        The page's path.

    Raises:
        BadInput: There is no such directory or it holds no journal.
        HarnessError: A report cannot be written.

    """
    return write_reports_of(judge_run(run_dir), allure=allure)


def write_reports_of(run: RunVerdicts, allure: bool = True) -> Path:
    """Write the reports of a run that was judged already. Returns and raises as `write_report` does."""
    try:
        write_text(run.folder / VERDICTS_NAME, to_json(run))
        write_text(run.folder / PAGE_NAME, page(run))
        if allure:
            write_results(run, run.folder / ALLURE_NAME)
    except OSError as error:
        raise HarnessError(
            f"{run.folder}: a report cannot be written ({error.strerror}); the journals are unharmed: make room and"
            " call bgtask_harness.report.write_report again"
        ) from error
    return run.folder / PAGE_NAME


def write_allure(run_dir: Path | str) -> Path:
    """Judge a run directory and write its Allure results alone. Returns their folder, raises as `judge_run` does."""
    run = judge_run(run_dir)
    return write_results(run, run.folder / ALLURE_NAME)


def write_text(path: Path, content: str) -> None:
    """Write a file whole: under another name, then renamed."""
    other = path.with_name(f".{path.name}.{os.getpid()}")
    other.write_text(content, encoding="utf-8")
    other.replace(path)
