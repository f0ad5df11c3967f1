"""What a user already has, made into a journal: bug reports, saved logs, dumps. No phone is needed and none is touched.

An imported record proves less than one that the harness took itself: nobody left sentinels in the log, so nothing says
that it is whole. What that costs is told in `docs/import.md`; what is missing becomes a hole of the journal.
"""

from bgtask_harness.importing.asked import Asked
from bgtask_harness.importing.asked import Wanted
from bgtask_harness.importing.asked import parse_wanted
from bgtask_harness.importing.run import Imported
from bgtask_harness.importing.run import import_files
from bgtask_harness.importing.run import import_run

__all__ = ["Asked", "Imported", "Wanted", "import_files", "import_run", "parse_wanted"]
