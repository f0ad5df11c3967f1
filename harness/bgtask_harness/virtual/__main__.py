"""`python -m bgtask_harness.virtual`: a virtual phone as a process; see `host`."""

import sys

from bgtask_harness.virtual.host import main

sys.exit(main())
