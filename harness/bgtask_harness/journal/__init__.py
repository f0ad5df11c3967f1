"""The only truth: an append-only, checksummed record of what was done to a phone and what it did.

`Writer` writes it while devices are touched, `read` gives it back as a `History` on any machine, a year later.
`format` tells what the file looks like and which damage can be noticed.
"""

from bgtask_harness.journal.format import FORMAT
from bgtask_harness.journal.format import JOURNAL_NAME
from bgtask_harness.journal.reader import Reading
from bgtask_harness.journal.reader import inspect
from bgtask_harness.journal.reader import parse
from bgtask_harness.journal.reader import read
from bgtask_harness.journal.writer import Writer

__all__ = ["FORMAT", "JOURNAL_NAME", "Reading", "Writer", "inspect", "parse", "read"]
