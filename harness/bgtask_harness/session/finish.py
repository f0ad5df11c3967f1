"""The end of a scenario: put back, close the journal, judge it, and say so in pytest's way."""

from __future__ import annotations

from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Inconclusive
from bgtask_harness.errors import Unsupported
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import judge_journal
from bgtask_harness.session.session import Session
from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict


class Nonconformant(AssertionError):  # noqa: N818 - reads as what it is
    """The phone or the app broke a rule. Lists each, with the events that prove it."""


def end_session(session: Session, error: BaseException | None, *, skipped: bool = False) -> JudgedJournal:
    """End a session whose test left with `error`, or with none, and give what its journal comes to.

    Whatever goes wrong on the way is recorded; nothing that was recorded before is lost by it. A device that went away
    is waited for, because what was changed has to be put back.
    """
    lost = _lost(error)
    if lost is None or session.regain(lost):
        try:
            session.put_back()
        except HarnessError as trouble:
            error = error or trouble
    outcome = _outcome(error, skipped=skipped)
    session.end(outcome, "" if outcome == "done" else str(error))
    folder = session.settings.folder
    return judge_journal(folder / JOURNAL_NAME, folder.parents[1])


def _outcome(error: BaseException | None, *, skipped: bool) -> str:
    if skipped or isinstance(error, Unsupported):
        return "unsupported"
    trouble = error is not None and not isinstance(error, Inconclusive | AssertionError)
    return "broken" if trouble else "done"


def _lost(error: BaseException | None) -> DeviceLostError | None:
    while error is not None:
        if isinstance(error, DeviceLostError):
            return error
        error = error.__cause__ or error.__context__
    return None


def consequence(judged: JudgedJournal, error: BaseException | None) -> BaseException | None:
    """Give what the test has to end with: a proven failure first, then its own error, then what the evidence lacks.

    None for a pass, and for a journal in which nothing was exercised: the run as a whole answers for that.
    """
    broken = [verdict for verdict in judged.verdicts if verdict.judgement is Judgement.FAIL]
    if broken and (error is None or isinstance(error, HarnessError)):
        return Nonconformant(tell(broken))
    if error is not None:
        if broken:
            error.add_note(tell(broken))
        return error
    if judged.conclusion in {Conclusion.INCONCLUSIVE, Conclusion.BROKEN}:
        return Inconclusive(judged.reason)
    if judged.conclusion is Conclusion.SKIPPED:
        return Unsupported(judged.reason)
    return None


def tell(broken: list[Verdict]) -> str:
    """Tell which rules were broken, each with its witness."""
    return "\n".join(line for verdict in broken for line in _lines(verdict))


def _lines(verdict: Verdict) -> list[str]:
    level = f", {verdict.level}" if verdict.level else ""
    also = [f"  the same events also break {', '.join(verdict.also)}"] if verdict.also else []
    return [
        f"{verdict.rule} ({verdict.norm}{level}) is broken by {verdict.task}: {verdict.reason}",
        *(f"  | {line}" for step in verdict.story for line in step.splitlines()),
        *also,
    ]
