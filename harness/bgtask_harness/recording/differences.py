"""Two phones' texts side by side: which lines differ once what may differ is normalised. Pure."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bgtask_harness.recording.normalising import Normaliser
from bgtask_harness.recording.normalising import Shape

_FEW = 4000
"""Longer texts are compared by their heads, tails and what lines they share, which takes no quadratic time."""


@dataclass(frozen=True, slots=True)
class Differing:
    """Lines of one text that are not the same: what the recorded phone said there, and what the other one says."""

    recorded: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many lines that is: a line that is another on the other phone counts once."""
        return max(len(self.recorded), len(self.other))


@dataclass(frozen=True, slots=True)
class Compared:
    """One text, compared: what asked for it, how many lines it has, and what differs."""

    title: str
    lines: int
    differing: tuple[Differing, ...]

    @property
    def count(self) -> int:
        """How many lines differ."""
        return sum(each.count for each in self.differing)


def compare_texts(title: str, recorded: str, other: str, normaliser: Normaliser) -> Compared:
    """Compare what one command printed on two phones."""
    ours, theirs = (normaliser.lasting(text.split("\n")) for text in (recorded, other))
    return _compare(title, ours, theirs, normaliser.shape)


def compare_logs(title: str, recorded: Sequence[str], other: Sequence[str], normaliser: Normaliser) -> Compared:
    """Compare lines of two logs."""
    return _compare(title, recorded, other, normaliser.log_shape)


def _compare(title: str, recorded: Sequence[str], other: Sequence[str], shape: Callable[[str], Shape]) -> Compared:
    ours, theirs = [shape(line) for line in recorded], [shape(line) for line in other]
    spans = _spans([each.text for each in ours], [each.text for each in theirs])
    found = []
    for a, b, c, d in spans:
        if b - a == d - c and all(one.text == two.text for one, two in zip(ours[a:b], theirs[c:d], strict=True)):
            pairs = zip(range(a, b), range(c, d), strict=True)
            found += [Differing((recorded[i],), (other[j],)) for i, j in pairs if not ours[i].same(theirs[j])]
        else:
            found.append(Differing(tuple(recorded[a:b]), tuple(other[c:d])))
    return Compared(title, len(recorded), tuple(found))


def _spans(ours: list[str], theirs: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Give spans of both, in order: of the same text, or of none that they share."""
    matcher = SequenceMatcher(None, ours, theirs, autojunk=max(len(ours), len(theirs)) > _FEW)
    for _, a, b, c, d in matcher.get_opcodes():
        yield a, b, c, d
