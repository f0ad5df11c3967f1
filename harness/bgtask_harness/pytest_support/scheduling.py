"""One xdist worker for each device: a scheduler that gives a worker its device's tests and no others.

xdist's own `loadgroup` is not used: with pytest 9.2 it stops grouping without saying so, which would put two workers on
one phone. A worker is told to shut down as soon as it has its tests, because xdist runs a test only once it knows the
next one or that there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

DEVICE_INPUT = "bgtask_device"


def device_of(nodeid: str, devices: Sequence[str]) -> str | None:
    """Tell which device a test is for: its name is the first parameter of the test's id. None for a test without.

    >>> device_of("test_a.py::test_b[pixel7-pro-sync]", ["pixel7", "pixel7-pro"])
    'pixel7-pro'
    """
    parameters = nodeid.partition("[")[2].removesuffix("]")
    fits = [name for name in devices if parameters == name or parameters.startswith(f"{name}-")]
    return max(fits, key=len, default=None)


class DeviceScheduling:
    """xdist's `Scheduling` protocol. Tests without a device go to the first device's worker."""

    def __init__(self, devices: Sequence[str]) -> None:
        self._devices = list(devices)
        self._collections: dict[Any, list[str]] = {}
        self._pending: dict[Any, list[int]] = {}
        self._started: set[Any] = set()
        self._orphans: dict[str, list[str]] = {}
        self._served: set[str] = set()

    @property
    def nodes(self) -> list[Any]:
        """Workers that are known."""
        return list(self._pending)

    @property
    def collection_is_completed(self) -> bool:
        """True once every worker has collected."""
        return len(self._collections) >= len(self._devices)

    @property
    def left(self) -> list[tuple[str, str]]:
        """Tests that no worker has begun, and their devices: those of devices whose workers died too often."""
        unserved = [device for device in self._devices if device not in self._served]
        collected = next(iter(self._collections.values()), [])
        never = [(device, nodeid) for device in unserved for nodeid in collected if self._is_for(device, nodeid)]
        return [(device, nodeid) for device, tests in self._orphans.items() for nodeid in tests] + never

    @property
    def has_pending(self) -> bool:
        """True while a test has not been reported."""
        return any(self._pending.values()) or bool(self._orphans)

    @property
    def tests_finished(self) -> bool:
        """True once no worker needs to be told anything more."""
        handed_out = self.collection_is_completed and not self._orphans and bool(self._started)
        return handed_out and all(len(tests) < 2 for tests in self._pending.values())  # noqa: PLR2004 - xdist's bound

    def add_node(self, node: Any) -> None:
        """Know a worker."""
        self._pending[node] = []

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        """Know what a worker collected."""
        self._collections[node] = list(collection)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:  # noqa: ARG002 - xdist's
        """A worker has reported a test."""
        self._pending[node].remove(item_index)

    def mark_test_pending(self, item: str) -> None:
        """Is called for a crashed test that should run again; none is."""

    def remove_pending_tests_from_node(self, node: Any, indices: Sequence[int]) -> None:
        """A worker gave tests back that it will not run."""
        self._pending[node] = [index for index in self._pending[node] if index not in set(indices)]

    def remove_node(self, node: Any) -> str | None:
        """Forget a worker. Gives the test that it died in; the rest waits for the worker that replaces it."""
        tests = self._pending.pop(node)
        if not tests:
            return None
        crashed, *rest = [self._collections[node][index] for index in tests]
        if rest:
            self._orphans[node.workerinput[DEVICE_INPUT]] = rest
        return crashed

    def schedule(self) -> None:
        """Give every worker that has collected and has nothing yet what is its."""
        for node in self.nodes:
            if node not in self._started and node in self._collections:
                self._start(node)

    def _start(self, node: Any) -> None:
        self._started.add(node)
        tests = self._tests_for(node)
        self._pending[node] = list(tests)
        if tests:
            node.send_runtest_some(tests)
        node.shutdown()

    def _tests_for(self, node: Any) -> list[int]:
        device, collected = node.workerinput[DEVICE_INPUT], self._collections[node]
        if device in self._served:
            left = self._orphans.pop(device, [])
            return [index for index, nodeid in enumerate(collected) if nodeid in left]
        self._served.add(device)
        return [index for index, nodeid in enumerate(collected) if self._is_for(device, nodeid)]

    def _is_for(self, device: str, nodeid: str) -> bool:
        """Tests without a device go to the first one's worker."""
        found = device_of(nodeid, self._devices)
        return found == device or (found is None and device == self._devices[0])
