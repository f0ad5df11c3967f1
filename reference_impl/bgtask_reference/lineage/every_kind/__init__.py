"""An app of our own with a task of every kind: each constraint, policies, flex, a delay, expedited work, foreign work.

Nobody publishes it. It is there so that every scenario has a task to run on: the published apps ask for a network at
most, with one policy. `device_profiles/apps/every-kind.toml` declares what it asks for; a test holds both together.
"""

from __future__ import annotations

from bgtask_reference.lineage.every_kind.application import EveryKind
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import WorkManagerPort


def app(app: AppPort, work_manager: WorkManagerPort) -> EveryKind:
    """Make one process of it."""
    return EveryKind(app, work_manager)
