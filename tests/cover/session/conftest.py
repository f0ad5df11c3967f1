from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgtask_harness.broker import Lease
from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import acquire
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Capability
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.session import Session
from bgtask_harness.session import Settings

Opener = Callable[..., Session]


@pytest.fixture(scope="module")
def lease(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lease]:
    search = SearchPath.standard()
    profile = load_profile("virtual-pixel7", search)
    held = acquire(
        profile, load_app(profile.default_app, search), LeaseOptions(log_dir=tmp_path_factory.mktemp("phone"))
    )
    yield held
    held.release()


@pytest.fixture(scope="module")
def capabilities(lease: Lease) -> frozenset[Capability]:
    deadline = Deadline.after(30)
    lease.device.launch(lease.app.spec, deadline)
    return lease.device.capabilities(lease.app.spec, deadline)


@pytest.fixture
def open_session(lease: Lease, capabilities: frozenset[Capability], tmp_path: Path) -> Opener:
    def opener(**changes: object) -> Session:
        settings = Settings("scenario", tmp_path / "virtual-pixel7" / "scenario")
        return Session(lease, capabilities, dataclasses.replace(settings, **changes))

    return opener
