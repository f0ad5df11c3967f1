"""Rule catalogue, fold, witness, verdicts: `judge(history)` is the door."""

from bgtask_reference.oracle.catalogue import CATALOGUE
from bgtask_reference.oracle.catalogue import catalogue_hash
from bgtask_reference.oracle.judge import Report
from bgtask_reference.oracle.judge import judge

__all__ = ["CATALOGUE", "Report", "catalogue_hash", "judge"]
