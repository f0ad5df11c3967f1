"""Programs of `/system/bin` that need nothing of Android: toybox's, and `sh` itself. One module each."""

from bgtask_harness.virtual.shell.programs.cat import cat
from bgtask_harness.virtual.shell.programs.date import date
from bgtask_harness.virtual.shell.programs.grep import grep
from bgtask_harness.virtual.shell.programs.head import head
from bgtask_harness.virtual.shell.programs.log import log
from bgtask_harness.virtual.shell.programs.program import Program
from bgtask_harness.virtual.shell.programs.rm import rm
from bgtask_harness.virtual.shell.programs.sh import sh
from bgtask_harness.virtual.shell.programs.sleep import sleep
from bgtask_harness.virtual.shell.programs.tail import tail
from bgtask_harness.virtual.shell.programs.wc import wc

PROGRAMS: dict[str, Program] = {
    "cat": cat,
    "date": date,
    "grep": grep,
    "head": head,
    "log": log,
    "rm": rm,
    "sh": sh,
    "sleep": sleep,
    "tail": tail,
    "wc": wc,
}
"""Every program by its name."""

__all__ = ["PROGRAMS", "Program"]
