from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bgtask_harness.errors import BadInput
from bgtask_harness.report import Conclusion
from bgtask_harness.report import ExitStatus
from bgtask_harness.report import JudgedJournal
from bgtask_harness.report import RunVerdicts
from bgtask_harness.report import exit_status
from bgtask_harness.report import judge_run
from bgtask_harness.report import summary
from bgtask_reference.events import AppEvidence
from bgtask_reference.events import AppSpec
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import Norm
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import Verdict


def journal(*judgements: Judgement, outcome: str | None = "done", **more: object) -> JudgedJournal:
    ended = (Entry(1, 0, ScenarioEnded(outcome=outcome, reason="because")),) if outcome else ()
    verdicts = tuple(Verdict(f"R{n}.x", Norm.PLATFORM, "t", kind, reason="why") for n, kind in enumerate(judgements))
    return replace(JudgedJournal("d/s", History(None, ended), verdicts), **more)  # type: ignore[arg-type]


J = Judgement
CASES = [
    (journal(J.PASS, J.NOT_EXERCISED), Conclusion.PASS, ""),
    (journal(J.PASS, J.SUPPRESSED, J.UNSUPPORTED), Conclusion.PASS, ""),
    (journal(J.PASS, J.INCONCLUSIVE), Conclusion.INCONCLUSIVE, "R1.x: why"),
    (journal(J.INCONCLUSIVE, J.FAIL, outcome="broken"), Conclusion.FAIL, "R1.x: why"),
    (
        journal(J.PASS, unexplained=(4, 7)),
        Conclusion.INCONCLUSIVE,
        "2 events that no rule can account for, the first at 4",
    ),
    (journal(J.PASS, outcome=None), Conclusion.INCONCLUSIVE, "the record ends before the scenario does"),
    (journal(J.PASS, outcome="broken"), Conclusion.INCONCLUSIVE, "broken: because"),
    (journal(outcome="unsupported"), Conclusion.SKIPPED, "unsupported: because"),
    (journal(J.SUPPRESSED, J.NOT_EXERCISED), Conclusion.SKIPPED, "R0.x: why"),
    (journal(J.NOT_EXERCISED), Conclusion.NOT_EXERCISED, "no rule had anything to check"),
    (journal(), Conclusion.NOT_EXERCISED, "no rule had anything to check"),
    (journal(error="is no journal"), Conclusion.BROKEN, "is no journal"),
]


def blind(*missing: str, evidence: AppEvidence, more: tuple[Judgement, ...] = (J.PASS,)) -> JudgedJournal:
    """A journal of a build with that evidence, one rule of which stays open for want of those sources."""
    header = Header(1, "0", "c", "s", AppSpec("app", "org.example", (), evidence=evidence), DeviceSpec("d", "android"))
    base = journal(*more)
    open_ = Verdict("R9.open", Norm.PLATFORM, "t", J.INCONCLUSIVE, reason="nobody saw it", missing=missing)
    return replace(base, history=History(header, base.history.entries), verdicts=(*base.verdicts, open_))


RELEASE, DEBUG = AppEvidence(), AppEvidence(app_log=True)


@pytest.mark.parametrize(
    ("judged", "conclusion"),
    [
        (blind("app-log", "beacon", "wm-debug", evidence=RELEASE), Conclusion.PASS),
        (blind("app-log", "beacon", "wm-debug", evidence=DEBUG), Conclusion.INCONCLUSIVE),
        (blind("beacon", evidence=DEBUG), Conclusion.PASS),
        (blind("beacon", "wm-diagnostics", evidence=DEBUG), Conclusion.INCONCLUSIVE),
        (blind("wm-info", evidence=AppEvidence(work_manager_level="ERROR")), Conclusion.PASS),
        (blind(evidence=RELEASE), Conclusion.INCONCLUSIVE),
        (blind("beacon", evidence=DEBUG, more=(J.NOT_EXERCISED,)), Conclusion.INCONCLUSIVE),
        (blind("beacon", evidence=DEBUG, more=(J.PASS, J.INCONCLUSIVE)), Conclusion.INCONCLUSIVE),
        (blind("beacon", evidence=DEBUG, more=(J.FAIL,)), Conclusion.FAIL),
    ],
)
def test_what_a_build_does_not_show_by_its_app_file_keeps_nothing_from_a_pass(
    judged: JudgedJournal, conclusion: Conclusion
) -> None:
    assert judged.conclusion is conclusion
    assert judged.counts[J.INCONCLUSIVE] >= 1


@pytest.mark.parametrize(("judged", "conclusion", "reason"), CASES)
def test_what_a_journal_comes_to(judged: JudgedJournal, conclusion: Conclusion, reason: str) -> None:
    assert (judged.conclusion, judged.reason) == (conclusion, reason)


@pytest.mark.parametrize(
    ("journals", "status"),
    [
        ((journal(J.PASS), journal(outcome="unsupported")), ExitStatus.PASS),
        ((journal(J.PASS), journal(J.FAIL), journal(error="x")), ExitStatus.FAIL),
        ((journal(J.PASS), journal(J.INCONCLUSIVE), journal(error="x")), ExitStatus.BROKEN_INPUT),
        ((journal(J.PASS), journal(J.INCONCLUSIVE)), ExitStatus.INCONCLUSIVE),
        ((journal(outcome="unsupported"), journal()), ExitStatus.INCONCLUSIVE),
        ((), ExitStatus.INCONCLUSIVE),
    ],
)
def test_what_a_run_tells_the_shell(journals: tuple[JudgedJournal, ...], status: ExitStatus) -> None:
    assert exit_status(RunVerdicts(Path(), "c", journals)) == status


def test_a_summary_tells_failures_with_their_story(judged: RunVerdicts) -> None:
    text = summary(judged)

    assert "FAIL           virtual-pixel7/retry-backoff  R6.backoff: attempt 3 began 22.0 s after" in text
    assert "        - attempt 3 began 22.0 s later, 38.0 s too early\n          | 1790090167.100000" in text
    assert "PASS           virtual-pixel7/library-sync  2 rules held" in text
    assert text.endswith("FAIL: 4 scenarios, 1 fail, 2 inconclusive, 5 pass, 1 not exercised\n")


def test_a_summary_obeys_no_escape_sequence_of_a_device(judged: RunVerdicts) -> None:
    hostile = replace(judged.journals[3].verdicts[0], reason="\x1b[2J\u202egone\nFAIL forged line")
    journals = (replace(judged.journals[3], verdicts=(hostile,)),)

    text = summary(replace(judged, journals=journals))

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\nFAIL forged" not in text


def test_a_missing_run_directory_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no directory"):
        judge_run(tmp_path / "nowhere")


def test_a_directory_without_journals_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no DEVICE/SCENARIO"):
        judge_run(tmp_path)
