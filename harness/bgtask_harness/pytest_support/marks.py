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
    platforms: tuple[str, ...] = ("android", "ios")


def _at_once(task: TaskSpec) -> bool:
    """Its first run is due as soon as it is asked for, whoever uses the phone."""
    return not (task.initial_delay_ns or task.flex_ns or task.constraints.device_idle)


_LATER: dict[str, Callable[[TaskSpec, AppFile], bool]] = {
    "idle": lambda task, _app: task.constraints.device_idle,
    "later": lambda task, _app: bool(task.initial_delay_ns or task.flex_ns) and not task.constraints.device_idle,
    "delayed": lambda task, _app: task.initial_delay_ns > 0 and task.interval_ns is None,
}
_CHOICES: dict[str, Callable[[TaskSpec, AppFile], bool]] = {
    "all": lambda _task, _app: True,
    "periodic": lambda task, _app: task.interval_ns is not None,
    "retries": lambda task, app: task.id in app.control.retries,
    "reachable": lambda task, app: task.id in app.control.endpoints,
    "throwing": lambda task, app: task.id in app.control.throws,
    "networked": lambda task, _app: task.network is not Network.NOT_REQUIRED,
    "periodic-networked": lambda task, _app: (
        task.interval_ns is not None and task.network in {Network.CONNECTED, Network.NOT_ROAMING}
    ),
    "unmetered": lambda task, _app: task.network is Network.UNMETERED,
    "charging": lambda task, _app: task.constraints.charging,
    "battery": lambda task, _app: task.constraints.battery_not_low,
    "storage": lambda task, _app: task.constraints.storage_not_low,
    "executes": lambda task, _app: task.executes_at_once,
    "fails": lambda task, app: task.id in app.control.fails,
    "twofold": lambda task, app: (
        task.id in app.control.endpoints and {name.periodic for name in task.unique_names} == {True, False}
    ),
    "crowded": lambda _task, app: len(app.spec.tasks) > SLOTS,
}
"""Of tasks whose first run is due at once; the others are chosen by `_LATER` alone."""
SLOTS = 20
"""What `Configuration.MAX_SCHEDULER_LIMIT` is where an app asks for no more: so many rows get a job."""
ONE = "one-"
"""Before a choice: the first of them alone, for what concerns an app as a whole."""


def tasks_of(metafunc: pytest.Metafunc, app: AppFile) -> list[TaskSpec]:
    """Give the tasks that a test is for, as its mark says: one of `_CHOICES`, or the first of those.

    Raises:
        UsageError: The mark says something else.

    """
    mark = metafunc.definition.get_closest_marker(MARK)
    which = str(mark.kwargs.get("tasks", "all")) if mark else "all"
    kind = which.removeprefix(ONE)
    chosen = _LATER.get(kind) or _CHOICES.get(kind)
    if chosen is None:
        known = ", ".join((*_CHOICES, *_LATER))
        raise pytest.UsageError(
            f"{metafunc.definition.nodeid}: @pytest.mark.scenario: `tasks` is one of {known}, or `{ONE}` before it"
        )
    found = [task for task in app.spec.tasks if chosen(task, app) and (kind in _LATER or _at_once(task))]
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
    platforms = given.pop("platforms", ("android",) if mark else ("android", "ios"))
    if given or (mark and mark.args):
        raise pytest.UsageError(
            f"{item.nodeid}: @pytest.mark.scenario takes `needs`, `disruption`, `tasks` and `platforms`, by name"
        )
    try:
        wanted = (needs,) if isinstance(needs, str) else tuple(needs)
        return Declared(tuple(Capability(need) for need in wanted), Disruption(disruption), tuple(platforms))
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
