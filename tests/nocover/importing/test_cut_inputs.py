"""Whatever is cut from the files, nothing is proven that the whole does not prove; and no bytes make it fall over."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "outside"))

import zipfile

from bug_report import BugReport
from bug_report import shell
from virtual_bench import HOUR
from virtual_bench import PACKAGE
from virtual_bench import Bench

from bgtask_harness.errors import BadInput
from bgtask_harness.importing import Asked
from bgtask_harness.importing import import_files
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.report.run import judge_run
from bgtask_reference.events import Judgement
from bgtask_reference.lineage import tvmaniac

Said = dict[tuple[str, str], Judgement]
CALM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def app() -> AppFile:
    return load_app("tvmaniac@U6", SearchPath.standard(Path(__file__).parents[3]))


@pytest.fixture(scope="module")
def report() -> str:
    bench = Bench(tvmaniac.u6)
    bench.run(2)
    bench.open()
    bench.log_in()
    bench.run(6 * HOUR)
    bench.kill()
    shell(bench, "logcat", "-G", "1M")
    bench.run(6 * HOUR)
    return BugReport.of(bench, PACKAGE).text()


def judged(app: AppFile, *files: bytes, zipped: bool, vouched: bool = False) -> Said:
    folder = Path(tempfile.mkdtemp())
    try:
        paths = tuple(saved(folder / f"file{number}", data, zipped=zipped) for number, data in enumerate(files))
        import_files(Asked(paths, app, folder / "run", year=2026, vouched=vouched))
        verdicts = judge_run(folder / "run").journals[0].verdicts
        return {(verdict.rule, verdict.task): verdict.judgement for verdict in verdicts}
    except BadInput:
        return {}
    finally:
        shutil.rmtree(folder)


def saved(path: Path, data: bytes, *, zipped: bool) -> Path:
    if zipped:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bugreport-1.txt", data)
    else:
        path.write_bytes(data)
    return path


def proven(said: Said) -> Said:
    return {key: word for key, word in said.items() if word in {Judgement.PASS, Judgement.FAIL, Judgement.SUPPRESSED}}


@pytest.mark.parametrize("zipped", [True, False])
@CALM
@given(data=st.data())
def test_a_cut_report_proves_nothing_that_the_whole_one_does_not(
    app: AppFile, report: str, data: st.DataObject, zipped: bool
) -> None:
    raw = report.encode()
    first = data.draw(st.integers(0, len(raw)))
    last = data.draw(st.integers(first, len(raw)))
    cut = data.draw(st.sampled_from([raw[:first], raw[last:], raw[first:last]]))
    whole = judged(app, raw, zipped=True)

    assert Judgement.FAIL in whole.values()
    assert proven(judged(app, cut, zipped=zipped)).items() <= whole.items()


@CALM
@given(data=st.data())
def test_a_log_in_two_overlapping_pieces_tells_what_the_log_tells(
    app: AppFile, report: str, data: st.DataObject
) -> None:
    begin, end = report.index("--------- beginning of main"), report.index("------ 0.350s was the duration of 'SYSTEM")
    lines = report[begin:end].splitlines(keepends=True)[1:]
    first = data.draw(st.integers(1, len(lines) - 1))
    last = data.draw(st.integers(first, len(lines)))
    pieces = ["".join(lines[:last]).encode(), "".join(lines[first - 1 :]).encode()]
    order = data.draw(st.permutations(pieces))

    whole = judged(app, "".join(lines).encode(), zipped=False, vouched=True)
    assert judged(app, *order, zipped=False, vouched=True) == whole


WORDS = st.sampled_from(
    [
        "== dumpstate: 2026-11-24 08:00:04",
        "== dumpstate: done (id 1)",
        "------ SYSTEM LOG (logcat) ------",
        "------ 0.1s was the duration of 'SYSTEM LOG' ------",
        "DUMP OF SERVICE jobscheduler:",
        "DUMP OF SERVICE HIGH deviceidle:",
        "--------- 0.1s was the duration of dumpsys jobscheduler, ending at: 2026-11-24 08:00:04",
        "Uptime: up 0 weeks, 1 day, 9 hours, 14 minutes",
        "  nowRTC=99999999999999=2026-11-24 08:00:04 nowELAPSED=+1d",
        "Registered 1 jobs:",
        "mState=IDLE",
        "--------- beginning of main",
        "02-30 02:00:00.000  1  1 I WM-WorkerWrapper: x",
        "11-23 02:00:00.000 10234 1  1 I WM-WorkerWrapper: x",
        "999999999999.000  1  1 I ActivityManager: Start proc 1:com.thomaskioko.tvmaniac/u0a234 for service",
        "999999999999.000  1  1 D SchedulerDispatchWorker: Starting task [com.thomaskioko.tvmaniac.tokenrefresh]",
        "1795399200.500  1  1 D SchedulerDispatchWorker: Starting task [com.thomaskioko.tvmaniac.tokenrefresh]",
        "1795399200.500  1  1 D SchedulerDispatchWorker: Task [com.thomaskioko.tvmaniac.tokenrefresh] requested retry",
        "  nowRTC=1795421553000=2026-11-23 09:12:33.000 nowELAPSED=+8h41m12s25ms",
        "9999-12-31 23:59:59.999  1  1 I ActivityManager: Start proc 1:com.thomaskioko.tvmaniac/u0a234 for service",
        "0001-01-01 00:00:00.000  1  1 I ActivityManager: Start proc 2:com.thomaskioko.tvmaniac/u0a234 for service",
        "== dumpstate: 0001-01-01 00:00:00",
        "== dumpstate: 9999-12-31 23:59:59",
        "[persist.sys.timezone]: [Asia/Tokyo]",
        "------ SYSTEM PROPERTIES (getprop) ------",
        "*** trouble",
        "\ufeff",
        "",
    ]
)


@CALM
@given(st.lists(WORDS | st.text(max_size=40), max_size=40), st.booleans())
def test_no_text_makes_it_fall_over(app: AppFile, lines: list[str], zipped: bool) -> None:
    judged(app, "\n".join(lines).encode(errors="replace"), zipped=zipped)


@CALM
@given(st.binary(max_size=400))
def test_no_bytes_make_it_fall_over(app: AppFile, data: bytes) -> None:
    judged(app, data, zipped=False)
    judged(app, b"\xff\xfe" + data, zipped=False)
