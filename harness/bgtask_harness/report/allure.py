"""Allure results of a judged run: one for each scenario on each device, from its journal, and one for each pair.

`write_results` fills a directory of its own. Where pytest was given `--alluredir`, allure-pytest writes there and
`attach_to_allure` only adds to the result of the running test: never both into one directory.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterable
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import allure
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Attachment
from allure_commons.model2 import Label
from allure_commons.model2 import Parameter
from allure_commons.model2 import StatusDetails
from allure_commons.model2 import TestResult
from allure_commons.model2 import TestStepResult

from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.report.allure_pairs import write_pairs
from bgtask_harness.report.allure_words import STATUS
from bgtask_harness.report.allure_words import STEP_STATUS
from bgtask_harness.report.allure_words import journal_times
from bgtask_harness.report.continuous_integration import executor
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.timeline import timeline
from bgtask_harness.report.verdicts_json import journal_value
from bgtask_harness.report.words import JUDGEMENTS
from bgtask_harness.report.words import task_title
from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict

_OURS = ("*-result.json", "*-attachment.*", "environment.properties", "categories.json", "executor.json")
_SPACE = uuid.UUID("5c9ab1f0-5d0b-4f0e-9a35-2f6a8f0f7c11")
_MOST_STEPS = 60
"""Allure 3 freezes on results with hundreds of steps (allure3 issue 881)."""


def write_results(run: RunVerdicts, target: Path) -> Path:
    """Write the results of a run into a directory of their own; earlier ones of this harness in it are replaced.

    Raises:
        OSError: The directory cannot be written.

    """
    logger = AllureFileLogger(str(target))
    for pattern in _OURS:
        for old in target.glob(pattern):
            old.unlink()
    for journal in run.journals:
        logger.report_result(_result(logger, run, journal))
    write_pairs(run, target)
    categories = resources.files(__package__).joinpath("categories.json").read_text(encoding="utf-8")
    (target / "categories.json").write_text(categories, encoding="utf-8")
    (target / "environment.properties").write_text(environment_properties(run), encoding="utf-8")
    ran = executor(os.environ)
    if ran:
        (target / "executor.json").write_text(json.dumps(ran), encoding="utf-8")
    return target


def attach_to_allure(run_dir: Path, journal: JudgedJournal) -> None:
    """Attach timeline, verdicts, journal and raw log to the test that is running now under allure-pytest."""
    allure.dynamic.label("device", journal.device)
    for name, kind, extension, content in _made(journal):
        allure.attach(content, name, attachment_type=kind, extension=extension)
    for name, path, kind, extension in _recorded(run_dir, journal):
        allure.attach.file(str(path), name, attachment_type=kind, extension=extension)


def environment_properties(run: RunVerdicts) -> str:
    """Say for Allure what the run was made with. Where scenarios differ all values are listed."""
    said: dict[str, list[str]] = {"rules": [run.catalogue]}
    for journal in run.journals:
        header = journal.header
        if header:
            device = header.device
            said.setdefault("app", []).append(header.app.name)
            said.setdefault("harness", []).append(header.harness_version)
            level = f", API {device.api_level}" if device.api_level else ""
            virtual = ", no hardware" if device.virtual else ""
            said.setdefault(f"device.{device.name}", []).append(f"{device.platform}{level}{virtual}")
    lines = [f"{_property(name)} = {_property(', '.join(dict.fromkeys(values)))}" for name, values in said.items()]
    return "\n".join(sorted(lines)) + "\n"


def _property(value: str) -> str:
    """Escape for a Java properties file."""
    plain = value.replace("\\", "\\\\").replace("\r", " ").replace("\n", " ").replace("=", "\\=").replace(":", "\\:")
    return "".join(letter if letter.isascii() else f"\\u{ord(letter):04x}" for letter in plain)


def _result(logger: AllureFileLogger, run: RunVerdicts, journal: JudgedJournal) -> TestResult:
    start, stop = journal_times(journal)
    identity = f"{journal.device}/{journal.scenario}"
    return TestResult(
        uuid=str(uuid.uuid5(_SPACE, f"{identity}@{start}")),
        historyId=_digest(identity),
        testCaseId=_digest(journal.scenario),
        name=journal.scenario,
        fullName=f"bgtask_harness.scenarios#{journal.scenario}",
        titlePath=["bgtask", journal.device],
        status=STATUS[journal.conclusion],
        statusDetails=_details(journal),
        stage="finished",
        start=start,
        stop=stop,
        labels=[Label(name, value) for name, value in _labels(journal)],
        parameters=[Parameter("device", journal.device)],
        steps=list(_steps(journal, start, stop)),
        attachments=list(_attachments(logger, run, journal)),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _labels(journal: JudgedJournal) -> Iterator[tuple[str, str]]:
    yield "device", journal.device
    yield "host", journal.device
    yield "thread", journal.device
    yield "suite", journal.device
    yield "parentSuite", "background task conformance"
    yield "feature", journal.scenario
    yield "framework", "bgtask-harness"
    yield "language", "python"
    if journal.header:
        yield "epic", journal.header.app.name
    for rule in dict.fromkeys(v.rule for v in journal.verdicts if v.judgement in STEP_STATUS):
        yield "tag", rule


def _details(journal: JudgedJournal) -> StatusDetails | None:
    if journal.conclusion is Conclusion.PASS:
        return None
    failed = [verdict for verdict in journal.verdicts if verdict.judgement is Judgement.FAIL]
    if not failed:
        return StatusDetails(message=f"{journal.conclusion}: {journal.reason}")
    message = "\n".join(f"{v.rule} ({v.norm}): {v.reason}" for v in failed)
    return StatusDetails(message=message, trace="\n\n".join(_story(verdict) for verdict in failed))


def _story(verdict: Verdict) -> str:
    missing = [f"missing: {', '.join(verdict.missing)}"] if verdict.missing else []
    title = f"{verdict.rule} ({verdict.norm}) of {verdict.task}: {verdict.reason}"
    return "\n".join([title, *verdict.story, *missing])


def _steps(journal: JudgedJournal, start: int, stop: int) -> Iterator[TestStepResult]:
    """One step for each verdict that says something, worst first."""
    order = list(JUDGEMENTS)
    told = [verdict for verdict in journal.verdicts if verdict.judgement in STEP_STATUS]
    for verdict in sorted(told, key=lambda v: order.index(v.judgement))[:_MOST_STEPS]:
        title = task_title(journal.header.app if journal.header else None, verdict.task)
        passed = verdict.judgement is Judgement.PASS
        yield TestStepResult(
            name=f"{JUDGEMENTS[verdict.judgement]} {verdict.rule} ({verdict.norm}): {title}",
            status=STEP_STATUS[verdict.judgement],
            statusDetails=None if passed else StatusDetails(message=verdict.reason, trace=_story(verdict)),
            stage="finished",
            start=start,
            stop=stop,
        )


def _made(journal: JudgedJournal) -> Iterable[tuple[str, str, str, str]]:
    """Give what is rendered: name, media type, file extension, content."""
    if journal.history.entries:
        yield "timeline", "image/svg+xml", "svg", timeline(journal.history, journal.verdicts, journal.folder)
    verdicts = json.dumps(journal_value(journal), indent=1, sort_keys=True)
    yield "verdicts", "application/json", "json", verdicts


def _attachments(logger: AllureFileLogger, run: RunVerdicts, journal: JudgedJournal) -> Iterator[Attachment]:
    folder = _digest(journal.folder)[:12]
    for name, kind, extension, content in _made(journal):
        source = f"{folder}-{name}-attachment.{extension}"
        logger.report_attached_data(content, source)
        yield Attachment(name, source, kind)
    for name, path, kind, extension in _recorded(run.folder, journal):
        source = f"{folder}-{path.stem}-attachment.{extension}"
        logger.report_attached_file(str(path), source)
        yield Attachment(name, source, kind)


def _recorded(run_dir: Path, journal: JudgedJournal) -> Iterator[tuple[str, Path, str, str]]:
    """Give what was recorded, as far as it is there: name, path, media type, file extension."""
    folder = run_dir / journal.folder
    for name, file, extension in (("journal", JOURNAL_NAME, "jsonl"), ("raw log", "logcat.txt", "txt")):
        if (folder / file).is_file():
            yield name, folder / file, "text/plain", extension
