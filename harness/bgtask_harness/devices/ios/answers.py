"""What the app's hook answers: it can only write to the log, so the driver listens there (`docs/app-contract.md`)."""

from __future__ import annotations

import json
import threading
from typing import Any

from bgtask_harness.deadline import Deadline

CATEGORY = "bgt"


class HookAnswers:
    """Answers by the name of the notification that they answer, each taken once."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._answers: dict[str, list[str]] = {}

    def hear(self, entry: Any) -> None:
        """Take note of a record of the log, if it is an answer."""
        if entry.label is None or entry.label.category != CATEGORY:
            return
        try:
            fields = json.loads(entry.message)
            name, answer = str(fields["name"]), str(fields["answer"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        with self._ready:
            self._answers.setdefault(name, []).append(answer)
            self._ready.notify_all()

    def forget(self, name: str) -> None:
        """Drop what came before the next question."""
        with self._ready:
            self._answers.pop(name, None)

    def wait(self, name: str, deadline: Deadline) -> str | None:
        """Give the answer to a notification; None when none came in time."""
        with self._ready:
            while not self._answers.get(name):
                if not self._ready.wait(deadline.remaining()):
                    return None
            return self._answers[name].pop(0)
