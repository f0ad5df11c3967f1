from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "outside"))

from bug_report import BugReport
from bug_report import shell
from virtual_bench import HOUR
from virtual_bench import MINUTE
from virtual_bench import PACKAGE
from virtual_bench import Bench

from bgtask_harness.importing import Asked
from bgtask_harness.importing import import_files
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import judge_run
from bgtask_reference.lineage import tvmaniac

Judge = Callable[..., JudgedJournal]


@pytest.fixture(scope="session")
def app() -> AppFile:
    return load_app("tvmaniac@U6", SearchPath.standard(Path(__file__).parents[3]))


@pytest.fixture(scope="session")
def night() -> BugReport:
    """U6 on the 24th: killed and dozing from half past one, library sync due at 2, the report taken at 2:20."""
    bench = Bench(tvmaniac.u6)
    bench.run(2)
    bench.open()
    bench.log_in()
    bench.run(23.5 * HOUR)
    shell(bench, "dumpsys", "battery", "unplug")
    bench.kill()
    shell(bench, "cmd", "deviceidle", "force-idle", "deep")
    bench.run(50 * MINUTE)
    return BugReport.of(bench, PACKAGE)


@pytest.fixture
def judge(tmp_path: Path, app: AppFile) -> Judge:
    """Import files into a folder of their own and judge what came of it."""
    numbers: Iterator[int] = iter(range(1000))

    def run(*files: Path, **options: object) -> JudgedJournal:
        folder = tmp_path / f"run-{next(numbers)}"
        asked = Asked(files, options.pop("app", app), folder, **options)  # type: ignore[arg-type]
        import_files(asked)
        return judge_run(folder).journals[0]

    return run
