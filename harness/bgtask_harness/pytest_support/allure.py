"""Attachments for allure-pytest, when it writes its own results."""

from __future__ import annotations

from pathlib import Path

import allure

from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.timeline import timeline


def attach(run_dir: Path, judged: JudgedJournal) -> None:
    """Attach a journal, its raw log and its timeline to the test that runs."""
    folder = run_dir / judged.folder
    allure.dynamic.label("device", judged.device)
    allure.attach(timeline(judged.history, judged.verdicts), "timeline", allure.attachment_type.SVG)
    for name in ("journal.jsonl", "logcat.txt"):
        if (folder / name).is_file():
            allure.attach.file(str(folder / name), name, allure.attachment_type.TEXT)
