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
from bgtask_harness.errors import HarnessError
from bgtask_harness.pytest_support.chosen import Chosen
from bgtask_harness.pytest_support.leaving import leave_record_of
from bgtask_harness.pytest_support.progress import PROGRESS_INPUT
from bgtask_harness.pytest_support.progress import ProgressWatch
from bgtask_harness.pytest_support.scheduling import DEVICE_INPUT
from bgtask_harness.pytest_support.scheduling import DeviceScheduling
from bgtask_harness.pytest_support.scheduling import device_of
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
        self._scheduling: DeviceScheduling | None = None
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
        self._scheduling = DeviceScheduling(list(self._chosen.profiles))
        return self._scheduling

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """A test whose worker died leaves a result all the same."""
        self._leave(crashitem, str(report.longrepr))

    def _leave(self, nodeid: str, reason: str) -> None:
        device = device_of(nodeid, list(self._chosen.profiles))
        if device is None:
            return
        try:
            leave_record_of(self._chosen, device, nodeid, reason)
        except HarnessError as error:
            self._tell(str(error))
        allure_dir = self._config.getoption("allure_report_dir", None)
        if allure_dir:
            from bgtask_harness.pytest_support.allure import leave_result  # noqa: PLC0415 - only with allure-pytest active

            leave_result(allure_dir, device, nodeid, reason)

    def pytest_sessionstart(self) -> None:
        """Begin to show what the workers tell."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")

        def show(device: str, sentence: str) -> None:
            if terminal is not None:
                terminal.ensure_newline()
                terminal.write_line(f"  [{device}] {sentence}", cyan=True)

        self._watch = ProgressWatch(self._folder, show)
        self._watch.start()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Show the last of it. Tests that nobody has begun because workers died too often are errors, each of them."""
        self._watch.stop()
        if self._scheduling is None or session.exitstatus == pytest.ExitCode.INTERRUPTED:
            return
        for device, nodeid in self._scheduling.left:
            reason = f"not run: the worker that holds {device} died too often"
            self._leave(nodeid, reason)
            place = (nodeid.partition("::")[0], None, nodeid.partition("::")[2])
            report = pytest.TestReport(nodeid, place, {}, "failed", reason, "setup")
            self._config.hook.pytest_runtest_logreport(report=report)

    def pytest_unconfigure(self) -> None:
        """Let go of every device."""
        while self._locks:
            self._locks.pop().release()
        for path in self._folder.glob("*"):
            path.unlink(missing_ok=True)
        self._folder.rmdir()
