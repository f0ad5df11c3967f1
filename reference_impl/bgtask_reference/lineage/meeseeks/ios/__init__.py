"""Meeseeks on iOS (nativeMain at 5b66a29): two identifiers for every task, and windows in which what is due runs.

`demo` initialises it in `didFinishLaunching`, as its documentation asks; `lazy_demo` only when its hook is spoken to,
which is after the launch. `docs/seed-system.md` has the sources, what is modelled and what is inferred.
"""

from __future__ import annotations

from bgtask_reference.lineage.meeseeks.ios.demo_app import DemoIos
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort


def demo(app: IosAppPort, tasks: BGTaskSchedulerPort) -> DemoIos:
    """Give the app as it should be."""
    return DemoIos(app, tasks)


def lazy_demo(app: IosAppPort, tasks: BGTaskSchedulerPort) -> DemoIos:
    """Give the app that initialises Meeseeks too late."""
    return DemoIos(app, tasks, at_start=False)
