"""Runs of pytest in this process find their modules loaded: what one of them imports, pytester forgets after it."""

from __future__ import annotations

import sys
from pathlib import Path

import hypothesis  # noqa: F401 - its plugin imports it at the end of each run

import bgtask_harness.broker.physical
import bgtask_harness.broker.virtual
import bgtask_harness.pytest_support.run  # noqa: F401 - see above

sys.path.insert(0, str(Path(__file__).parents[1] / "outside"))
