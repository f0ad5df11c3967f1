"""`python -m bgtask_harness.virtual.iphone`: a virtual iPhone as a process; see `host`."""

import sys

from bgtask_harness.virtual.iphone.host import main

sys.exit(main())
