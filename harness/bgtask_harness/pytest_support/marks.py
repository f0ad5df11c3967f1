"""`@pytest.mark.scenario(needs=..., disruption=...)`: what a test needs of a device and does to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.profiles import AppFile
from bgtask_harness.pytest_support.options import MARK
from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec

_SPECIAL = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a test declares."""

    needs: tuple[Capability, ...]
    disruption: Disruption


_CHOICES: dict[str, Callable[[TaskSpec, AppFile], bool]] = {
    "all": lambda _task, _app: True,
    "periodic": lambda task, _app: task.interval_ns is not None,
    "retries": lambda task, app: task.id in app.control.retries,
    "reachable": lambda task, app: task.id in app.control.endpoints,
    "throwing": lambda task, app: task.id in app.control.throws,
    "networked": lambda task, _app: task.network is not Network.NOT_REQUIRED,
}
ONE = "one-"
"""Before a choice: the first of them alone, for what concerns an app as a whole."""


def tasks_of(metafunc: pytest.Metafunc, app: AppFile) -> list[TaskSpec]:
    """Give the tasks that a test is for, as its mark says: one of `_CHOICES`, or the first of those.

    Raises:
        UsageError: The mark says something else.

    """
    mark = metafunc.definition.get_closest_marker(MARK)
    which = str(mark.kwargs.get("tasks", "all")) if mark else "all"
    chosen = _CHOICES.get(which.removeprefix(ONE))
    if chosen is None:
        known = ", ".join(_CHOICES)
        raise pytest.UsageError(
            f"{metafunc.definition.nodeid}: @pytest.mark.scenario: `tasks` is one of {known}, or `{ONE}` before it"
        )
    found = [task for task in app.spec.tasks if chosen(task, app)]
    return found[:1] if which.startswith(ONE) else found


def declared(item: pytest.Item) -> Declared:
    """Give what a test's closest mark declares; nothing without one.

    Raises:
        UsageError: The mark names something that there is not.

    """
    mark = item.get_closest_marker(MARK)
    given = dict(mark.kwargs) if mark else {}
    needs, disruption = given.pop("needs", ()), given.pop("disruption", Disruption.OBSERVE)
    given.pop("tasks", None)
    if given or (mark and mark.args):
        raise pytest.UsageError(
            f"{item.nodeid}: @pytest.mark.scenario takes `needs`, `disruption` and `tasks`, by name"
        )
    try:
        wanted = (needs,) if isinstance(needs, str) else tuple(needs)
        return Declared(tuple(Capability(need) for need in wanted), Disruption(disruption))
    except ValueError as error:
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.scenario: {error}") from error


def scenario_name(item: pytest.Item, device: str) -> str:
    """Give the name of the journal's folder: the test's own, without the device's.

    >>> _SPECIAL.sub("-", "cancel[token refresh]")
    'cancel-token-refresh-'
    """
    return scenario_of(item.name, device)


def scenario_of(test: str, device: str) -> str:
    """Give the same for a test's name with its parameters in brackets.

    >>> scenario_of("test_runs[pixel7-token refresh]", "pixel7")
    'runs-token-refresh'
    """
    name, bracket, parameters = test.partition("[")
    parts = parameters.removesuffix("]").removeprefix(device).removeprefix("-") if bracket else ""
    plain = name.removeprefix("test_")
    whole = _SPECIAL.sub("-", f"{plain}-{parts}" if parts else plain).strip("-.")
    return whole[:120] or "test"
