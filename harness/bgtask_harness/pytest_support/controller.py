"""The process that xdist's workers answer to: it holds every lock and hands each worker one device.

A worker that crashes loses its device's connection, never the lock; the worker that replaces it gets the same device.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.broker import HeldLock
from bgtask_harness.broker.acquire import lock
from bgtask_harness.pytest_support.chosen import Chosen
from bgtask_harness.pytest_support.progress import PROGRESS_INPUT
from bgtask_harness.pytest_support.progress import ProgressWatch
from bgtask_harness.pytest_support.scheduling import DEVICE_INPUT
from bgtask_harness.pytest_support.scheduling import DeviceScheduling
from bgtask_harness.pytest_support.shelf import lease_options


def worker_count(config: pytest.Config) -> int:
    """Give how many workers xdist starts; 0 without xdist."""
    return len(config.getoption("tx", None) or []) if config.getoption("dist", "no") != "no" else 0


class Controller:
    """Registered as a plugin in the controlling process."""

    def __init__(self, config: pytest.Config, chosen: Chosen) -> None:
        """Take the locks.

        Raises:
            HarnessError: A device is not there, or somebody else has it.
            UsageError: There are more or fewer workers than devices.

        """
        self._config, self._chosen = config, chosen
        workers = worker_count(config)
        if workers != len(chosen.profiles):
            raise pytest.UsageError(
                f"-n {workers}: there is one worker for each device; use -n {len(chosen.profiles)} or -n auto"
            )
        self._folder = Path(tempfile.mkdtemp(prefix="bgtask-progress-"))
        self._locks: list[HeldLock] = []
        self._free = deque(chosen.profiles)
        self._by_worker: dict[str, str] = {}
        try:
            self._lock_all()
        except BaseException:
            self.pytest_unconfigure()
            raise

    def _lock_all(self) -> None:
        for profile in self._chosen.profiles.values():
            held = lock(profile, lease_options(self._chosen, None, self._tell))
            if held is not None:
                self._locks.append(held)

    def _tell(self, sentence: str) -> None:
        os.write(2, f"{sentence}\n".encode())

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand a worker its device."""
        device = self._free.popleft()
        self._by_worker[node.gateway.id] = device
        node.workerinput[DEVICE_INPUT] = device
        node.workerinput["bgtask_run_dir"] = str(self._chosen.run_dir)
        node.workerinput[PROGRESS_INPUT] = str(self._folder)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the device back for the worker that comes instead."""
        device = self._by_worker.pop(node.gateway.id, None)
        if device is not None:
            self._free.append(device)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self) -> DeviceScheduling:
        """One worker for each device."""
        return DeviceScheduling(list(self._chosen.profiles))

    def pytest_sessionstart(self) -> None:
        """Begin to show what the workers tell."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")

        def show(device: str, sentence: str) -> None:
            if terminal is not None:
                terminal.ensure_newline()
                terminal.write_line(f"  [{device}] {sentence}", cyan=True)

        self._watch = ProgressWatch(self._folder, show)
        self._watch.start()

    def pytest_sessionfinish(self) -> None:
        """Show the last of it."""
        self._watch.stop()

    def pytest_unconfigure(self) -> None:
        """Let go of every device."""
        while self._locks:
            self._locks.pop().release()
        for path in self._folder.glob("*"):
            path.unlink(missing_ok=True)
        self._folder.rmdir()
