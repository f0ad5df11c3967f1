"""Sentences while something takes its time: to the terminal, or by way of a file from an xdist worker."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

PROGRESS_INPUT = "bgtask_progress"
_LOOK_EVERY_S = 0.5


class Throttle:
    """Hands on a sentence, unless another one was handed on a moment ago: what takes no time needs no telling."""

    def __init__(self, tell: Callable[[str], None], every_s: float = 1.0) -> None:
        self._tell, self._every_s, self._last = tell, every_s, time.monotonic()

    def tell(self, sentence: str) -> None:
        """Hand it on, or not."""
        now = time.monotonic()
        if now - self._last >= self._every_s:
            self._last = now
            self._tell(sentence)


class ProgressFile:
    """Where a worker leaves the newest sentence of its device. Only the newest counts."""

    def __init__(self, folder: Path, device: str) -> None:
        self._path, self._device, self._count = folder / f"{device}.json", device, 0

    def tell(self, sentence: str) -> None:
        """Leave a sentence."""
        self._count += 1
        fresh = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            fresh.write_text(json.dumps({"device": self._device, "n": self._count, "sentence": sentence}))
            fresh.replace(self._path)


class ProgressWatch:
    """The controller's thread that prints what the workers left."""

    def __init__(self, folder: Path, show: Callable[[str, str], None]) -> None:
        self._folder, self._show = folder, show
        self._seen: dict[Path, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bgtask progress", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        """Look a last time and end."""
        if self._thread.is_alive():
            self._stop.set()
            self._thread.join(timeout=5)

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_EVERY_S):
            self.look()
        self.look()

    def look(self) -> None:
        """Show what is new."""
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(OSError, ValueError):
                text = path.read_text()
                if text != self._seen.get(path):
                    self._seen[path] = text
                    told = json.loads(text)
                    self._show(told["device"], told["sentence"])
