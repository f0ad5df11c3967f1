"""The pytest plugin: options, hooks and fixtures. No logic lives here; `pytest_support` has it."""

from __future__ import annotations

from collections.abc import Generator
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bgtask_harness.pytest_support.options import MARK_LINE
from bgtask_harness.pytest_support.options import add_options
from bgtask_harness.pytest_support.options import device_names

if TYPE_CHECKING:
    from bgtask_harness.pytest_support.run import Run
    from bgtask_harness.session import Session
    from bgtask_reference.events import TaskSpec

_RUN: pytest.StashKey[Run] = pytest.StashKey()
PHONE = "_bgtask_phone"
"""The parameter that says which device; `device` itself is made anew for each test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say what can be given."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """`--list-devices` lists and stops."""
    if not config.getoption("list_devices", False):
        return None
    from bgtask_harness.pytest_support.run import show_devices  # noqa: PLC0415 - a plain pytest run imports none of it

    return show_devices(config)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """`-n auto` is one worker for each device."""
    return len(device_names(config)) or None


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the mark; with `--device` begin a run."""
    config.addinivalue_line("markers", MARK_LINE)
    if device_names(config):
        from bgtask_harness.pytest_support.run import begin  # noqa: PLC0415 - a plain pytest run imports none of it

        config.stash[_RUN] = begin(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of every device."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """The shipped suite is found whatever the user calls test files."""
    run = parent.config.stash.get(_RUN, None)
    return None if run is None else run.collect_module(file_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """The shipped suite's tests are found whatever the user calls tests."""
    run = parent.config.stash.get(_RUN, None)
    return None if run is None else run.make_module(module_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for our `device` runs on each that was asked for; with our `task` for each of its app's."""
    run = metafunc.config.stash.get(_RUN, None)
    if run is not None and PHONE in metafunc.fixturenames:
        run.parametrize(metafunc, PHONE, "task")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With no path given, only tests that ask for a device run."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.choose_tests(items)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A test's verdicts come before its end."""
    run = pyfuncitem.config.stash.get(_RUN, None)
    if run is None:
        return (yield)
    return (yield from run.runner.call(pyfuncitem))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A broken rule, and a lab's trouble, are told in sentences: where in the harness they arose helps nobody."""
    report = yield
    run = item.config.stash.get(_RUN, None)
    if run is not None:
        run.shorten(report, call)
    return report


@pytest.fixture(scope="session", name=PHONE)
def bgtask_phone(request: pytest.FixtureRequest) -> str | None:
    """The profile's name; None without `--device`."""
    return getattr(request, "param", None)


@pytest.fixture
def device(request: pytest.FixtureRequest, _bgtask_phone: str | None) -> Iterator[Session]:
    """What a test does to a phone, and what it waits for: a `bgtask_harness.session.Session`."""
    run = request.config.stash.get(_RUN, None)
    if run is None or _bgtask_phone is None:
        pytest.skip("this test runs on a phone: give --device NAME, for example --device virtual-pixel7")
    yield run.open(request.node, _bgtask_phone)
    run.runner.abandon(request.node)


@pytest.fixture(scope="session")
def task(request: pytest.FixtureRequest) -> TaskSpec:
    """One of the app file's tasks: a test that asks for it runs once for each (`scenario(tasks=...)` chooses)."""
    if not hasattr(request, "param"):
        pytest.skip("this test is about a task of an app file: it needs the fixture `device` as well")
    found: TaskSpec = request.param
    return found


@pytest.fixture(scope="session")
def bgtask_run_dir(request: pytest.FixtureRequest) -> Path | None:
    """Where this run's journals and report go; None without `--device`."""
    run = request.config.stash.get(_RUN, None)
    return None if run is None else run.folder
