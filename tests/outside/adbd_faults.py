"""Faults for tests of the transport, as somebody outside this project would write them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

LOOK_EVERY_NS = 50_000_000
DAY_MS = 86_400_000


def asks_for_a_key(layers: Any) -> Any:
    """While the file is there the phone asks whoever connects for a key; when it goes, the key is accepted."""
    file = Path(os.environ["BGTASK_TEST_ASKS_FOR_KEY"])

    class Shy(layers.adbd):
        def __init__(self, phone: Any) -> None:
            super().__init__(phone)
            self.asking = False
            phone.kernel.after(LOOK_EVERY_NS, self.look)

        @property
        def auth(self) -> str:
            return "unauthorized" if self.asking else "open"

        def look(self) -> None:
            asked, self.asking = self.asking, file.exists()
            if asked and not self.asking:
                for connection in self.hosts.connections:
                    connection.come_online()
            self.phone.kernel.after(LOOK_EVERY_NS, self.look)

    return layers.replace(adbd=Shy)


def never_starts(layers: Any) -> Any:
    """The app's work is due a day late: what a rule about running has to find."""

    class Lazy(layers.work_manager):
        def next_run_ms(self, work: Any) -> int:
            late = 0 if "Diagnostics" in work.request.worker_class else DAY_MS
            return int(super().next_run_ms(work)) + late

    return layers.replace(work_manager=Lazy)
