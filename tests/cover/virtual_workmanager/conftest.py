from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "outside"))

from bench_work import Recorder
from bench_work import make
from scripted_app import Script
from virtual_bench import Bench


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def bench(script: Script) -> Bench:
    return make(script)


@pytest.fixture
def work(bench: Bench, script: Script) -> Recorder:
    recorder = Recorder(lambda: bench.now)
    script.bodies["app.W"] = recorder.body
    return recorder
