from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "outside"))

from virtual_bench import Bench

from bgtask_harness.observe import LogObserver
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.virtual.layers import load

FOREIGN = ("WM-", "bgtask-", "Activity", "am_", "JobScheduler")

Said = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture
def app_file(tmp_path: Path) -> Callable[[str], AppFile]:
    return lambda name: load_app(name, SearchPath.standard(cwd=tmp_path))


@pytest.fixture
def bench_of(app_file: Callable[[str], AppFile]) -> Callable[..., Bench]:
    def bench(name: str, **options: str) -> Bench:
        app = app_file(name)
        assert app.virtual.program is not None
        version = app.spec.work_manager_version or ""
        return Bench(load(app.virtual.program, "program"), version=version, **options)

    return bench


@pytest.fixture
def said() -> Said:
    """Lines of the app itself, in the order in which they were printed: priority, tag, message."""

    def lines(bench: Bench, since: float = 0) -> list[tuple[str, str, str]]:
        own = [line for line in bench.lines if not line.tag.startswith(FOREIGN)]
        return [(line.priority, line.tag, line.message) for line in own if line.at >= since]

    return lines


@pytest.fixture
def unknown_lines() -> Callable[[Bench, AppFile], list[str]]:
    """Lines of that bench that an observer with this app file's templates does not know."""

    def unknown(bench: Bench, app: AppFile) -> list[str]:
        observer = LogObserver(app.spec.package, app.templates, ignore_tags=app.ignore_tags)
        found = []
        for line in bench.lines:
            before = observer.unknown
            stamp = f"{line.at + 1_790_000_000:.6f}"
            for text in line.message.split("\n"):
                observer.feed(f"{stamp} {line.pid:5} {line.tid:5} {line.priority} {line.tag}: {text}")
            if observer.unknown > before:
                found.append(f"{line.tag}: {line.message}")
        return found

    return unknown
