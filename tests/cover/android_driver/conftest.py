from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_reference.events import AppEvidence
from bgtask_reference.events import AppSpec

PROPERTIES = (
    "getprop ro.product.model; getprop ro.build.version.release; getprop ro.build.version.sdk; "
    "getprop ro.build.version.incremental; getprop ro.product.manufacturer; getprop ro.product.board; "
    "getprop ro.serialno; getprop ro.build.version.security_patch; getprop ro.build.fingerprint"
)
VALUES = "Pixel 7\n16\n36\n12345678\nGoogle\npanther\nPHONE1\n2026-05-05\n\n"


def load_fake_server() -> Any:
    name = "bgtask_tests_fake_server"
    if name not in sys.modules:
        path = Path(__file__).parents[1] / "transport" / "fake_server.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def reply() -> Any:
    """What a command of the fake phone prints: `reply(stdout, stderr, status, end=...)`."""
    return load_fake_server().Reply


@pytest.fixture
def sends() -> Callable[[bytes], Any]:
    """A service that is opened, says this and closes."""
    give: Callable[[bytes], Any] = load_fake_server().sends
    return give


@pytest.fixture
def server(reply: Any) -> Iterator[Any]:
    """A fake adb server with one Pixel 7, API 36, that is not virtual."""
    fake = load_fake_server()
    with fake.running(fake.FakeServer(devices={"PHONE1": "device usb:1-1 model:Pixel_7 device:panther"})) as running:
        running.commands[PROPERTIES] = reply(VALUES)
        yield running


@pytest.fixture
def device(server: Any) -> Iterator[AndroidDevice]:
    """The driver's handle on it."""
    opened = open_device({}, "lab", server=("127.0.0.1", server.port), deadline=Deadline.after(5))
    yield opened
    opened.close()


@pytest.fixture
def app() -> AppSpec:
    """An app with a hook and an activity."""
    return AppSpec(
        name="demo",
        package="com.example",
        tasks=(),
        evidence=AppEvidence(hook=True),
        activity="com.example.Main",
        hook_receiver="com.example.Hook",
    )
