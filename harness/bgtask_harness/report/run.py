"""A run directory judged: every journal in it, in an order that depends on nothing but the names, and pairs of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.errors import BadInput
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.report.judged import Conclusion
from bgtask_harness.report.judged import JudgedJournal
from bgtask_harness.report.judged import judge_journal
from bgtask_harness.report.pairs import JudgedPair
from bgtask_harness.report.pairs import judge_pairs
from bgtask_reference import oracle

__all__ = ["Conclusion", "JudgedJournal", "JudgedPair", "RunVerdicts", "judge_journal", "judge_run"]


@dataclass(frozen=True, slots=True)
class RunVerdicts:
    """A whole run directory, judged.

    Attributes:
        folder: The run directory.
        catalogue: Hash of the rules that judged it.
        journals: In the order of their folders.
        pairs: Scenarios that ran on two platforms, compared, in the order of their journals.

    """

    folder: Path
    catalogue: str
    journals: tuple[JudgedJournal, ...]
    pairs: tuple[JudgedPair, ...] = ()

    @property
    def conclusions(self) -> list[Conclusion]:
        """What each journal and each pair comes to."""
        return [*(each.conclusion for each in self.journals), *(each.conclusion for each in self.pairs)]


def judge_run(run_dir: Path | str) -> RunVerdicts:
    """Judge every `DEVICE/SCENARIO/journal.jsonl` of a run directory. No device is touched.

    Raises:
        BadInput: There is no such directory or it holds no journal.

    """
    folder = Path(run_dir)
    if not folder.is_dir():
        raise BadInput(f"{folder}: is no directory; give the run directory that a session wrote (--run-dir)")
    found = sorted(folder.glob(f"*/*/{JOURNAL_NAME}"), key=lambda path: path.relative_to(folder).parts)
    if not found:
        raise BadInput(
            f"{folder}: holds no DEVICE/SCENARIO/{JOURNAL_NAME}; give the directory that a session wrote (--run-dir)"
        )
    journals = tuple(judge_journal(path, folder) for path in found)
    return RunVerdicts(folder, oracle.catalogue_hash(), journals, judge_pairs(journals))
