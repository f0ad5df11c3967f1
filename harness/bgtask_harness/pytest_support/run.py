"""One pytest run with devices: everything that the plugin's hooks hand over to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.broker.listing import list_devices
from bgtask_harness.errors import HarnessError
from bgtask_harness.pytest_support.chosen import Chosen
from bgtask_harness.pytest_support.chosen import choose
from bgtask_harness.pytest_support.chosen import search_path
from bgtask_harness.pytest_support.collecting import SuiteModule
from bgtask_harness.pytest_support.collecting import add_suite
from bgtask_harness.pytest_support.collecting import asks_for_ours
from bgtask_harness.pytest_support.collecting import check_root
from bgtask_harness.pytest_support.collecting import collect_suite_module
from bgtask_harness.pytest_support.collecting import drop_other_platforms
from bgtask_harness.pytest_support.collecting import drop_others
from bgtask_harness.pytest_support.collecting import is_suite_module
from bgtask_harness.pytest_support.controller import Controller
from bgtask_harness.pytest_support.controller import worker_count
from bgtask_harness.pytest_support.ending import Ending
from bgtask_harness.pytest_support.ending import set_aside
from bgtask_harness.pytest_support.marks import tasks_of
from bgtask_harness.pytest_support.options import device_names
from bgtask_harness.pytest_support.progress import PROGRESS_INPUT
from bgtask_harness.pytest_support.progress import ProgressFile
from bgtask_harness.pytest_support.progress import Throttle
from bgtask_harness.pytest_support.running import Runner
from bgtask_harness.pytest_support.scheduling import DEVICE_INPUT
from bgtask_harness.pytest_support.shelf import Shelf
from bgtask_harness.session import Nonconformant
from bgtask_harness.session import Session


class Run:
    """A run in this process: the only one, xdist's controller, or one of its workers."""

    def __init__(self, config: pytest.Config, chosen: Chosen) -> None:
        self._config, self._chosen = config, chosen
        self._handed: dict[str, Any] = getattr(config, "workerinput", {})
        self._shelf = Shelf(chosen, locked=bool(self._handed))
        self.runner = Runner(config, chosen, self._shelf)
        self._tellers: dict[str, Throttle] = {}

    @property
    def devices(self) -> list[str]:
        """Names of the devices that were asked for."""
        return list(self._chosen.profiles)

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self._chosen.run_dir

    def parametrize(self, metafunc: pytest.Metafunc, phone: str, task: str) -> None:
        """Have a test run on each device, and for each task of its app where it asks for one.

        The device is the first part of an id: the scheduler goes by it.
        """
        if not asks_for_ours(metafunc, task):
            metafunc.parametrize(phone, self.devices, ids=self.devices, indirect=True, scope="session")
            return
        pairs = [(name, one) for name in self.devices for one in tasks_of(metafunc, self._chosen.apps[name])]
        ids = [f"{name}-{one.title}" for name, one in pairs]
        metafunc.parametrize((phone, task), pairs, ids=ids, indirect=True, scope="session")

    def collect_module(self, path: Path, parent: pytest.Collector) -> pytest.Module | None:
        """Collect a module of the suite that pytest would not."""
        return collect_suite_module(path, parent)

    def make_module(self, path: Path, parent: pytest.Collector) -> pytest.Module | None:
        """Make the collector of a module of the suite; None leaves any other to pytest."""
        return SuiteModule.from_parent(parent, path=path) if is_suite_module(path) else None

    def choose_tests(self, items: list[pytest.Item]) -> None:
        """Leave out what runs on no device, when no path was given."""
        drop_others(self._config, items)
        platforms = {name: profile.find.platform for name, profile in self._chosen.profiles.items()}
        drop_other_platforms(self._config, items, platforms)

    def open(self, item: pytest.Item, device: str) -> Session:
        """Open the session of a test."""
        held = self._handed.get(DEVICE_INPUT, device)
        if held != device:
            raise HarnessError(f"this worker holds {held}, and the test is for {device}")
        if device not in self._tellers:
            self._tellers[device] = Throttle(self._teller(device))
        return self.runner.open(item, device, self._tellers[device].tell)

    def shorten(self, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
        """Tell what the harness itself raised without its own frames, unless `--full-trace` was given."""
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, Nonconformant | HarnessError) and not self._config.option.fulltrace:
            kind = type(error).__name__
            report.longrepr = str(error) if isinstance(error, Nonconformant) else f"{kind}: {error}"

    def close(self) -> None:
        """Let go of every device."""
        self._shelf.clear()

    def _teller(self, device: str) -> Callable[[str], None]:
        if PROGRESS_INPUT in self._handed:
            return ProgressFile(Path(self._handed[PROGRESS_INPUT]), device).tell
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")

        def tell(sentence: str) -> None:
            if terminal is not None and terminal.verbosity >= 0:
                terminal.ensure_newline()
                terminal.write_line(f"  [{device}] {sentence}", cyan=True)

        return tell


def begin(config: pytest.Config) -> Run:
    """Begin a run with devices.

    Raises:
        UsageError: Something that was given cannot be used: its sentence.

    """
    try:
        check_root(config)
        add_suite(config)
        chosen = choose(config)
        if not hasattr(config, "workerinput"):
            _begin_whole(config, chosen)
        return Run(config, chosen)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error


def _begin_whole(config: pytest.Config, chosen: Chosen) -> None:
    """This process sees the whole run: it makes room, holds the locks and writes the report."""
    if not config.option.collectonly:
        set_aside(chosen.run_dir)
    if worker_count(config):
        config.pluginmanager.register(Controller(config, chosen), "bgtask-controller")
    config.pluginmanager.register(Ending(config, chosen), "bgtask-ending")


def show_devices(config: pytest.Config) -> int:
    """Print profiles and attached devices; gives pytest's exit status."""
    try:
        lines = list(list_devices(search_path(config), device_names(config)))
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return pytest.ExitCode.OK
