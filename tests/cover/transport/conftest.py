from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.transport.adb import AdbTransport


def load_fake_server() -> Any:
    name = "bgtask_tests_fake_server"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("fake_server.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def fake() -> Any:
    """The module of the fake: `Reply`, `packet`, `block`, `sends`."""
    return load_fake_server()


@pytest.fixture
def server(fake: Any) -> Iterator[Any]:
    """A fake adb server with one phone, `PHONE1`."""
    with fake.running(fake.FakeServer(devices={"PHONE1": "device usb:1-1 model:Pixel_7"})) as running:
        yield running


@pytest.fixture
def phone(server: Any) -> AdbTransport:
    """The way to that phone."""
    return AdbTransport("127.0.0.1", server.port, "PHONE1")
