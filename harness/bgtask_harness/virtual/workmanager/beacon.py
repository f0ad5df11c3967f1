"""The public beacon: one line of JSON for each thing that a run does (`docs/app-contract.md`)."""

from __future__ import annotations

import json
from collections.abc import Mapping

TAG = "bgtask-beacon"
VERSION = 1

_ORDER = ("task", "attempt_id", "work_id", "run_attempt", "result", "reason", "process", "pid")


def line(event: str, fields: Mapping[str, str | int | None]) -> str:
    """Give the message: `v` and `event` first, then the known fields in their order, then the app's own.

    >>> line("start", {"run_attempt": 1, "task": "sync"})
    '{"v":1,"event":"start","task":"sync","run_attempt":1}'
    """
    known = {name: fields[name] for name in _ORDER if name in fields}
    own = {name: value for name, value in fields.items() if name not in _ORDER}
    return json.dumps({"v": VERSION, "event": event} | known | own, separators=(",", ":"))
