"""Faults as somebody outside this project would write them: found by import path, they replace one layer.

PYTHONPATH=tests/outside bgtask virtual --virtual-fault faults:backoff_ignored
"""

from __future__ import annotations

from typing import Any


def backoff_ignored(layers: Any) -> Any:
    class Impatient(layers.work_manager):
        def backoff_delay_ms(self, work: Any) -> int:
            return 0

    return layers.replace(work_manager=Impatient)


def run_after_cancel(layers: Any) -> Any:
    class Forgetful(layers.work_manager):
        def on_cancel(self, work: Any) -> None:
            """Leave it where it is."""

    return layers.replace(work_manager=Forgetful)


def periodic_not_rearmed(layers: Any) -> Any:
    class OneShot(layers.work_manager):
        def re_arm(self, work: Any) -> None:
            """Once was enough."""

    return layers.replace(work_manager=OneShot)
