"""Allure results of parity: one for each scenario that ran on two platforms, named after both."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Attachment
from allure_commons.model2 import Label
from allure_commons.model2 import Parameter
from allure_commons.model2 import StatusDetails
from allure_commons.model2 import TestResult
from allure_commons.model2 import TestStepResult

from bgtask_harness.report.allure_words import STATUS
from bgtask_harness.report.allure_words import STEP_STATUS
from bgtask_harness.report.allure_words import journal_times
from bgtask_harness.report.judged import Conclusion
from bgtask_harness.report.pair_words import story
from bgtask_harness.report.pair_words import title
from bgtask_harness.report.pair_words import worst
from bgtask_harness.report.pairs import JudgedPair
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.verdicts_json import pair_value
from bgtask_harness.report.words import JUDGEMENTS
from bgtask_reference.events import Judgement

SUITE = "parity"
_SPACE = uuid.UUID("0f3f1c34-53c1-4c1e-9a0d-8f2b1f6f5d27")


def write_pairs(run: RunVerdicts, target: Path) -> None:
    """Write a result for each pair of a run. Others in the directory stay.

    Raises:
        OSError: The directory cannot be written.

    """
    logger = AllureFileLogger(str(target))
    for pair in run.pairs:
        logger.report_result(_result(logger, pair))


def _result(logger: AllureFileLogger, pair: JudgedPair) -> TestResult:
    start, stop = _times(pair)
    devices = (pair.first.device, pair.second.device)
    return TestResult(
        uuid=str(uuid.uuid5(_SPACE, f"{pair.name}@{start}")),
        historyId=_digest(pair.name),
        testCaseId=_digest(f"{SUITE}: {pair.scenario}"),
        name=f"{SUITE}: {pair.scenario}",
        fullName=f"bgtask_harness.parity#{pair.scenario}",
        titlePath=["bgtask", SUITE],
        status=STATUS[pair.conclusion],
        statusDetails=_details(pair),
        stage="finished",
        start=start,
        stop=stop,
        labels=[Label(name, value) for name, value in _labels(pair)],
        parameters=[Parameter("device", device) for device in devices],
        steps=list(_steps(pair, start, stop)),
        attachments=[_verdicts(logger, pair)],
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _times(pair: JudgedPair) -> tuple[int, int]:
    """From the begin of the earlier to the end of the later of the two."""
    times = [journal_times(each) for each in (pair.first, pair.second)]
    return min(start for start, _ in times), max(stop for _, stop in times)


def _labels(pair: JudgedPair) -> Iterator[tuple[str, str]]:
    yield "device", pair.devices
    yield "suite", SUITE
    yield "parentSuite", "background task conformance"
    yield "feature", pair.scenario
    yield "framework", "bgtask-harness"
    yield "language", "python"
    for header in (pair.first.header, pair.second.header):
        if header:
            yield "epic", header.app.name
    for rule in dict.fromkeys(v.rule for v in pair.verdicts if v.judgement in STEP_STATUS):
        yield "tag", rule


def _details(pair: JudgedPair) -> StatusDetails | None:
    if pair.conclusion is Conclusion.PASS:
        return None
    failed = worst(pair, Judgement.FAIL)
    if not failed:
        return StatusDetails(message=f"{pair.conclusion}: {pair.reason}")
    message = "\n".join(f"{verdict.rule} ({verdict.norm}): {verdict.reason}" for verdict in failed)
    return StatusDetails(message=message, trace="\n\n".join("\n".join(story(pair, verdict)) for verdict in failed))


def _steps(pair: JudgedPair, start: int, stop: int) -> Iterator[TestStepResult]:
    for verdict in worst(pair, *STEP_STATUS):
        passed = verdict.judgement is Judgement.PASS
        yield TestStepResult(
            name=f"{JUDGEMENTS[verdict.judgement]} {verdict.rule} ({verdict.norm}): {title(pair, verdict)}",
            status=STEP_STATUS[verdict.judgement],
            statusDetails=None if passed else StatusDetails(verdict.reason, "\n".join(story(pair, verdict))),
            stage="finished",
            start=start,
            stop=stop,
        )


def _verdicts(logger: AllureFileLogger, pair: JudgedPair) -> Attachment:
    source = f"{_digest(pair.name)[:12]}-parity-attachment.json"
    logger.report_attached_data(json.dumps(pair_value(pair), indent=1, sort_keys=True), source)
    return Attachment("parity", source, "application/json")
