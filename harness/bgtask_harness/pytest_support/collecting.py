"""What `pytest --device NAME` collects when no path is given, and which of it runs."""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import pytest

import bgtask_harness.scenarios
from bgtask_harness.errors import BadInput
from bgtask_harness.pytest_support.marks import declared

FIXTURE = "device"
OWN_NAME = "bgtask-harness"
_BY_DEFAULT = pytest.StashKey[bool]()
_INIS = ("pyproject.toml", "pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
_SUITE = Path(bgtask_harness.scenarios.__file__).parent


def add_suite(config: pytest.Config) -> None:
    """With no path given, collect the shipped suite; in a repository of the user's its own tests as well."""
    by_default = config.args_source is not pytest.Config.ArgsSource.ARGS
    config.stash[_BY_DEFAULT] = by_default
    if by_default:
        others = [] if is_own_repository(config.invocation_params.dir) else config.args
        config.args = [*others, str(_SUITE)]


class SuiteModule(pytest.Module):
    """A module of the suite: its tests are called `test_...`, whatever the user's own are called."""

    def funcnamefilter(self, name: str) -> bool:
        return name.startswith("test_")


def collect_suite_module(path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Collect a module of the suite that the user's `python_files` would hide."""
    if not is_suite_module(path):
        return None
    patterns = parent.config.getini("python_files")
    if any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns):
        return None  # pytest does so itself
    return SuiteModule.from_parent(parent, path=path)


def is_suite_module(path: Path) -> bool:
    """Tell whether a file is one of the suite's."""
    return path.parent == _SUITE and path.name.startswith("test_")


def is_own_repository(folder: Path) -> bool:
    """Tell whether a folder lies in the harness's own repository: its tests are about the harness, not a phone."""
    nearest = next((place for place in (folder, *folder.parents) if (place / "pyproject.toml").is_file()), folder)
    try:
        project = tomllib.loads((nearest / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return isinstance(project, dict) and project.get("name") == OWN_NAME


def check_root(config: pytest.Config) -> None:
    """Make sure that pytest did not lose its configuration over the folder of an option.

    It looks for its root before it knows our options: the value of `--run-dir DIR`, if there is such a folder, is taken
    for a path of tests, and outside of the repository that leaves the repository's ini file out. With `=` it is not.

    Raises:
        BadInput: It did; says how to write it.

    """
    here = config.invocation_params.dir
    if config.inipath is not None or not any(
        (place / ini).is_file() for place in (here, *here.parents) for ini in _INIS
    ):
        return
    for option in ("run_dir", "device_profiles"):
        value = config.getoption(option, None)
        if value and value in config.invocation_params.args and (here / value).is_dir():
            name = f"--{option.replace('_', '-')}"
            raise BadInput(f"{name} {value}: pytest takes this folder for the root of all tests; write {name}={value}")


def wants_our_device(item: pytest.Item) -> bool:
    """Tell whether a test asks for our `device`, and not for a fixture of the user's with the same name."""
    information = getattr(item, "_fixtureinfo", None)
    return information is not None and _ours(information.name2fixturedefs, FIXTURE)


def asks_for_ours(metafunc: pytest.Metafunc, fixture: str) -> bool:
    """Tell whether a test asks for a fixture of that name and means ours."""
    return fixture in metafunc.fixturenames and _ours(getattr(metafunc, "_arg2fixturedefs", {}), fixture)


def _ours(definitions: Mapping[str, Sequence[object]], fixture: str) -> bool:
    return any(is_our_fixture(definition) for definition in definitions.get(fixture, ())[-1:])


def is_our_fixture(definition: object) -> bool:
    """Tell whether a fixture definition is this plugin's."""
    function = getattr(definition, "func", None)
    return getattr(function, "__module__", None) == "bgtask_harness.plugin"


def drop_others(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With no path given, leave out tests that ask for no device."""
    if not config.stash.get(_BY_DEFAULT, False):
        return
    chosen = [item for item in items if wants_our_device(item)]
    others = [item for item in items if not wants_our_device(item)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = chosen


def drop_other_platforms(config: pytest.Config, items: list[pytest.Item], platform_of: Mapping[str, str]) -> None:
    """Leave out what the shipped suite has for another platform; `platform_of` gives a device's.

    A test that was named, or that is the user's own, stays: it says itself that it is not for this platform.
    """
    if not config.stash.get(_BY_DEFAULT, False):
        return
    others = [item for item in items if is_suite_module(item.path) and not _is_for(item, platform_of)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


def _is_for(item: pytest.Item, platform_of: Mapping[str, str]) -> bool:
    call = getattr(item, "callspec", None)
    given = [value for value in call.params.values() if isinstance(value, str)] if call else []
    platforms = [platform_of[value] for value in given if value in platform_of]
    return any(platform in declared(item).platforms for platform in platforms or platform_of.values())
