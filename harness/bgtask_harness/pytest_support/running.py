"""One test on one device: its session before it, its verdicts after it."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path

import pytest

from bgtask_harness.broker import Lease
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Progress
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Unsupported
from bgtask_harness.pytest_support.chosen import Chosen
from bgtask_harness.pytest_support.leaving import free_folder
from bgtask_harness.pytest_support.leaving import leave_record
from bgtask_harness.pytest_support.marks import declared
from bgtask_harness.pytest_support.marks import scenario_name
from bgtask_harness.pytest_support.shelf import Shelf
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.session import Session
from bgtask_harness.session import Settings
from bgtask_harness.session.finish import consequence
from bgtask_harness.session.finish import end_session

_CAPABILITIES_S = 60.0
_SESSION = pytest.StashKey[Session]()


class Runner:
    """Opens and ends sessions for tests."""

    def __init__(self, config: pytest.Config, chosen: Chosen, shelf: Shelf) -> None:
        self._config, self._chosen, self._shelf = config, chosen, shelf
        self._capabilities: dict[str, frozenset[Capability]] = {}

    def open(self, item: pytest.Item, device: str, progress: Progress) -> Session:
        """Open the session of a test.

        Raises:
            HarnessError: The device cannot be had. `pytest.skip` is raised where something is missing by declaration.

        """
        wants = declared(item)
        name = scenario_name(item, device)
        folder = free_folder(self._chosen.run_dir / device, name)
        lease, able = self._ready(device, name, folder, progress)
        settings = Settings(
            scenario=name,
            folder=folder,
            needs=wants.needs,
            disruption=wants.disruption,
            platforms=wants.platforms,
            patience_s=self._chosen.patience_s,
            progress=lambda sentence: progress(f"{name}: {sentence}"),
        )
        try:
            session = Session(lease, able, settings)
        except Unsupported as missing:
            pytest.skip(f"UNSUPPORTED: {missing}")
        except DeviceLostError:
            self._forget(device)
            raise
        item.stash[_SESSION] = session
        return session

    def _ready(
        self, device: str, scenario: str, folder: Path, progress: Progress
    ) -> tuple[Lease, frozenset[Capability]]:
        """Have the device, and know what it can do; what is in the way of that is on record as well."""
        try:
            lease = self._shelf.lease(device, progress)
            return lease, self._able(lease)
        except HarnessError as error:
            leave_record(self._chosen, device, scenario, folder, str(error))
            if isinstance(error, DeviceLostError):
                self._forget(device)
            raise

    def _able(self, lease: Lease) -> frozenset[Capability]:
        """Ask once what the device can do with the app: asking starts the app's process.

        Raises:
            BadInput: The app is not there at all.

        """
        name, app = lease.profile.name, lease.app.spec
        if name not in self._capabilities:
            deadline = Deadline.after(_CAPABILITIES_S)
            lease.device.launch(app, deadline)  # an app that was never launched is stopped: no broadcast reaches it
            found = lease.device.capabilities(app, deadline)
            if Capability.APP_INSTALLED not in found:
                raise BadInput(
                    f"{name}: {app.package} is not installed; install it, or give another --app than {app.name}"
                )
            self._capabilities[name] = found
        return self._capabilities[name]

    def call(self, item: pytest.Function) -> Generator[None, object, object]:
        """Wrap the body of a test: whatever it does, its journal is closed and judged."""
        session = item.stash.get(_SESSION, None)
        if session is None:
            return (yield)
        error: BaseException | None = None
        result: object = None
        try:
            result = yield
        except BaseException as raised:  # noqa: BLE001 - judged first, then raised again
            error = raised
        self.finish(item, session, error)
        return result

    def finish(self, item: pytest.Item, session: Session, error: BaseException | None) -> None:
        """End the session, and raise what the test has to end with."""
        del item.stash[_SESSION]
        judged = end_session(session, error, skipped=isinstance(error, pytest.skip.Exception))
        item.user_properties.append(("bgtask_journal", judged.folder))
        self._attach(judged)
        outcome = consequence(judged, error)
        if session.away or isinstance(outcome, DeviceLostError):
            self._forget(session.name)
        if isinstance(outcome, Unsupported):
            pytest.skip(f"UNSUPPORTED: {outcome}")
        if outcome is not None:
            raise outcome from (error if outcome is not error else outcome.__cause__)

    def abandon(self, item: pytest.Item) -> None:
        """End a session whose test's body was never called: another fixture of it failed."""
        session = item.stash.get(_SESSION, None)
        if session is not None:
            del item.stash[_SESSION]
            end_session(session, RuntimeError("the test's own set-up failed"))

    def _forget(self, device: str) -> None:
        self._capabilities.pop(device, None)
        with contextlib.suppress(Exception):
            self._shelf.discard(device)

    def _attach(self, judged: JudgedJournal) -> None:
        if self._config.getoption("allure_report_dir", None):
            from bgtask_harness.pytest_support.allure import attach  # noqa: PLC0415 - only with allure-pytest active

            attach(self._chosen.run_dir, judged)
