"""Things in recorded order, found by their journal index without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Generic
from typing import Protocol
from typing import TypeVar


class Indexed(Protocol):
    """What has a place in the journal."""

    @property
    def index(self) -> int:
        """The journal index."""


Thing = TypeVar("Thing", bound=Indexed)


class InOrder(Generic[Thing]):
    """A sequence whose journal indices never fall."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self.all = tuple(things)
        self._at = [thing.index for thing in self.all]

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.all)

    def between(self, after: int, before: int) -> tuple[Thing, ...]:
        """Give what lies between two journal indices, both exclusive."""
        return self.all[bisect_right(self._at, after) : bisect_left(self._at, before)]

    def since(self, index: int) -> Iterator[Thing]:
        """Go through what lies at a journal index and after it."""
        for at in range(bisect_left(self._at, index), len(self.all)):
            yield self.all[at]

    def last_before(self, index: int) -> Thing | None:
        """Give the last one before a journal index."""
        at = bisect_left(self._at, index)
        return self.all[at - 1] if at else None

    def first_after(self, index: int) -> Thing | None:
        """Give the first one after a journal index."""
        at = bisect_right(self._at, index)
        return self.all[at] if at < len(self.all) else None
