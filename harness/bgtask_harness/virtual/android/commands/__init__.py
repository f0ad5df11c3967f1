"""The programs of the phone's shell that this project's work needs, one module each, and their registry."""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Program
from bgtask_harness.virtual.android.commands.props import getprop
from bgtask_harness.virtual.android.commands.props import setprop

PROGRAMS: dict[str, Program] = {
    "getprop": getprop,
    "setprop": setprop,
}
"""Name to program. Whatever is missing here is `inaccessible or not found` in the shell."""
