"""For allure-pytest, when it writes its own results: attachments, and the results that it cannot write."""

from __future__ import annotations

import hashlib
import time
import uuid
from pathlib import Path

import allure
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Label
from allure_commons.model2 import Parameter
from allure_commons.model2 import Status
from allure_commons.model2 import StatusDetails
from allure_commons.model2 import TestResult

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


def leave_result(directory: str, device: str, nodeid: str, reason: str) -> None:
    """Write the result of a test whose worker died: allure-pytest writes one when a test ends, and that one did not."""
    path, _, name = nodeid.partition("::")
    now = round(time.time() * 1000)
    result = TestResult(
        uuid=str(uuid.uuid4()),
        historyId=hashlib.sha256(nodeid.encode()).hexdigest()[:32],
        name=name,
        fullName=f"{path.removesuffix('.py').replace('/', '.')}#{name}",
        status=Status.BROKEN,
        statusDetails=StatusDetails(message=reason),
        stage="finished",
        start=now,
        stop=now,
        labels=[Label("device", device), Label("suite", device), Label("framework", "bgtask-harness")],
        parameters=[Parameter("device", device)],
    )
    AllureFileLogger(directory).report_result(result)
