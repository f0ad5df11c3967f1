"""A list of those who want to be told."""

from __future__ import annotations

from collections.abc import Callable


class Observers:
    """Collectors that are called at each change, in the order in which they came."""

    def __init__(self) -> None:
        self._collectors: list[Callable[[], None]] = []

    def add(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector from now on; gives the function that ends that, harmless to call twice."""
        self._collectors.append(collector)

        def remove() -> None:
            if collector in self._collectors:
                self._collectors.remove(collector)

        return remove

    def __len__(self) -> int:
        return len(self._collectors)

    def tell(self) -> None:
        """Call them all; one that is removed meanwhile is not called."""
        for collector in tuple(self._collectors):
            if collector in self._collectors:
                collector()
