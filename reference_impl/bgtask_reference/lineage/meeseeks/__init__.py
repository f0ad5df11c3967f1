"""Meeseeks (matt-ramotar/meeseeks at 5b66a29, 2026-06-12) on Android, with a small app around it, for a virtual phone.

TvManiac's author names it as an inspiration; no generation of TvManiac uses it. `demo` initialises it in
`Application.onCreate`, `lazy_demo` only when its hook is spoken to: a job that comes first finds no Meeseeks.
`docs/seed-system.md` has the sources, what is modelled and what is inferred.
"""

from __future__ import annotations

from bgtask_reference.lineage.meeseeks.demo_app import Demo
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import WorkManagerPort


def demo(app: AppPort, work_manager: WorkManagerPort) -> Demo:
    """Give the app as it should be."""
    return Demo(app, work_manager)


def lazy_demo(app: AppPort, work_manager: WorkManagerPort) -> Demo:
    """Give the app that initialises Meeseeks too late."""
    return Demo(app, work_manager, at_start=False)
