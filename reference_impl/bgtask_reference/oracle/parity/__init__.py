"""Parity, R16 over two histories: `compare(first, second)` is the door.

One scenario was run on two phones. What the contract promises of a task (asked for, waits for the same, runs, ends
alike, goes on, is forgotten when cancelled) has to be seen on both, or the difference is one of `DIFFERENCES`.
"""

from bgtask_reference.oracle.parity.compare import compare
from bgtask_reference.oracle.parity.differences import DIFFERENCES
from bgtask_reference.oracle.parity.rules import RULES
from bgtask_reference.oracle.parity.values import Difference
from bgtask_reference.oracle.parity.values import ParityRule
from bgtask_reference.oracle.parity.values import ParityVerdict
from bgtask_reference.oracle.parity.values import Showing

__all__ = ["DIFFERENCES", "RULES", "Difference", "ParityRule", "ParityVerdict", "Showing", "compare"]
