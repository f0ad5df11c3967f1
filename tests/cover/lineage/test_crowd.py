"""The app that asks for more than there are slots asks for what its app file declares."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.profiles import AppFile
from bgtask_harness.pytest_support.marks import SLOTS
from bgtask_reference.lineage.crowd import KINDS
from bgtask_reference.lineage.every_kind.tasks import WORKER_CLASS


def test_the_app_file_declares_what_the_program_asks_for(app_file: Callable[[str], AppFile]) -> None:
    app = app_file("crowd")
    for kind, task in zip(KINDS.values(), app.spec.tasks, strict=True):
        assert (task.id, task.interval_ns, task.worker_class) == (kind.id, 7_200_000_000_000, WORKER_CLASS)
        assert [(name.name, name.existing) for name in task.unique_names] == [(kind.id, "keep")]
        assert app.control.when_scheduled[task.id] == ("wanted",)
    assert len(KINDS) > SLOTS
