"""One journal judged: what the oracle said of it, and what that comes to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bgtask_harness.errors import BadInput
from bgtask_harness.journal import inspect
from bgtask_reference import oracle
from bgtask_reference.events import AppEvidence
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import Source
from bgtask_reference.events import Verdict


class Conclusion(StrEnum):
    """What one journal comes to, worst first."""

    FAIL = "fail"
    BROKEN = "broken"
    """Cannot be judged at all: no journal, or no header."""
    INCONCLUSIVE = "inconclusive"
    NOT_EXERCISED = "not-exercised"
    """No rule had anything to check, and nobody said why."""
    SKIPPED = "skipped"
    """Suppressed or unsupported, with a reason."""
    PASS = "pass"  # noqa: S105 - not a password


@dataclass(frozen=True, slots=True)
class JudgedJournal:
    """One journal and what the oracle said of it.

    Attributes:
        folder: `DEVICE/SCENARIO`, relative to the run directory, with `/`.
        history: What could be read.
        verdicts: The oracle's, in its order.
        unexplained: Indices of events of judged tasks that no rule could account for.
        notes: The oracle's remarks on the whole.
        damage: What was wrong with the file, a sentence each.
        error: Why nothing could be read; empty otherwise.

    """

    folder: str
    history: History
    verdicts: tuple[Verdict, ...] = ()
    unexplained: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    error: str = ""

    @property
    def header(self) -> Header | None:
        """The journal's header, None if it is lost."""
        return self.history.header

    @property
    def device(self) -> str:
        """The profile's name; the folder's where the header is lost."""
        return self.header.device.name if self.header else self.folder.split("/")[0]

    @property
    def scenario(self) -> str:
        """The scenario's name; the folder's where the header is lost."""
        return self.header.scenario if self.header else self.folder.split("/")[-1]

    @property
    def ended(self) -> ScenarioEnded | None:
        """How the scenario ended, None if the journal does not say."""
        for entry in reversed(self.history.entries):
            if isinstance(entry.event, ScenarioEnded):
                return entry.event
        return None

    @property
    def counts(self) -> Counter[Judgement]:
        """How often each judgement was given."""
        return Counter(verdict.judgement for verdict in self.verdicts)

    @property
    def unseen(self) -> tuple[Verdict, ...]:
        """The rules that stay undecided because this build shows none of what they need, as its app file says."""
        return tuple(verdict for verdict in self.verdicts if self.header and _is_unseen(verdict, self.header.app))

    @property
    def undecided(self) -> tuple[Verdict, ...]:
        """The rules that stay undecided though this build was to show what they need."""
        open_ = (verdict for verdict in self.verdicts if verdict.judgement is Judgement.INCONCLUSIVE)
        return tuple(verdict for verdict in open_ if verdict not in self.unseen)

    @property
    def conclusion(self) -> Conclusion:
        """What it comes to. A failure outweighs everything; nothing exercised is never a pass."""
        return _conclude(self)

    @property
    def reason(self) -> str:
        """Why it is no pass, in one sentence; empty for a pass."""
        return _explain(self)


def judge_journal(path: Path, run_dir: Path) -> JudgedJournal:
    """Judge one journal of a run directory. A file that is no journal gives one with an `error`."""
    name = path.parent.relative_to(run_dir).as_posix()
    try:
        reading = inspect(path)
    except BadInput as error:
        return JudgedJournal(name, History(None, ()), error=str(error).removeprefix(f"{run_dir}/"))
    history = reading.history
    if history.header is None:
        lost = "the journal's first record is lost, so nothing in it can be judged"
        return JudgedJournal(name, history, damage=reading.notes, error=lost)
    report = oracle.judge(history)
    return JudgedJournal(
        name, history, tuple(report.verdicts), tuple(report.unexplained), tuple(report.notes), reading.notes
    )


def _is_unseen(verdict: Verdict, app: AppSpec) -> bool:
    """Tell whether a rule is open for want of sources of which the app file says that the build has none."""
    return bool(verdict.missing) and not_shown(app.evidence).issuperset(verdict.missing)


def not_shown(evidence: AppEvidence) -> set[str]:
    """Give the sources that a build has not, as its app file says."""
    levels = {"DEBUG": 2, "INFO": 1}
    shown = {
        Source.APP_LOG: evidence.app_log,
        Source.BEACON: evidence.beacon,
        Source.WORK_MANAGER_DEBUG: levels.get(evidence.work_manager_level, 0) > 1,
        Source.WORK_MANAGER_INFO: levels.get(evidence.work_manager_level, 0) > 0,
    }
    return {source.value for source, there in shown.items() if not there}


def _conclude(journal: JudgedJournal) -> Conclusion:
    counts, ended = journal.counts, journal.ended
    if counts[Judgement.FAIL]:
        return Conclusion.FAIL
    if journal.error:
        return Conclusion.BROKEN
    if journal.undecided or journal.unexplained or ended is None or ended.outcome == "broken":
        return Conclusion.INCONCLUSIVE
    if ended.outcome == "unsupported":
        return Conclusion.SKIPPED
    skipped = counts[Judgement.SUPPRESSED] + counts[Judgement.UNSUPPORTED]
    without_a_pass = Conclusion.SKIPPED if skipped else Conclusion.NOT_EXERCISED
    if journal.unseen:
        without_a_pass = Conclusion.INCONCLUSIVE
    return Conclusion.PASS if counts[Judgement.PASS] else without_a_pass


_TOLD = {
    Conclusion.FAIL: (Judgement.FAIL,),
    Conclusion.INCONCLUSIVE: (Judgement.INCONCLUSIVE,),
    Conclusion.SKIPPED: (Judgement.UNSUPPORTED, Judgement.SUPPRESSED),
}


def _explain(journal: JudgedJournal) -> str:
    if journal.conclusion is Conclusion.PASS:
        return ""
    if journal.error:
        return journal.error
    wanted = _TOLD.get(journal.conclusion, ())
    open_ = [*journal.undecided, *journal.unseen]
    said = [*open_, *(verdict for verdict in journal.verdicts if verdict not in open_)]
    told = [f"{v.rule}: {v.reason}" for kind in wanted for v in said if v.judgement is kind]
    if journal.conclusion is not Conclusion.FAIL:
        told = [*_of_the_record(journal), *told]
    return told[0] if told else "no rule had anything to check"


def _of_the_record(journal: JudgedJournal) -> list[str]:
    """Say what of the record itself keeps it from a pass."""
    ended = journal.ended
    if ended is None:
        return ["the record ends before the scenario does"]
    if ended.outcome != "done":
        return [f"{ended.outcome}: {ended.reason}"]
    if journal.unexplained:
        first = journal.unexplained[0]
        return [f"{len(journal.unexplained)} events that no rule can account for, the first at {first}"]
    return []
