"""What a comparison with a virtual phone found, as lines for a person. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from bgtask_harness.recording.differences import Compared
from bgtask_harness.recording.normalising import RULES

_WIDE = 100
UNTAPED = "this recording has no tape: only what its journal and dumps tell of was typed again"


def tell(
    recorded: str, model: str, texts: Sequence[Compared], normalised: Mapping[str, int], also: Sequence[str] = ()
) -> Iterator[str]:
    """Tell every line that differs under what asked for it, then what was normalised, then the sum."""
    yield f"{recorded} as recorded, against {model}; `-` is the recording, `+` the other"
    yield from also
    for text in texts:
        yield from _lines(text)
    yield from _normalised(normalised)
    differ = [text for text in texts if text.differing]
    count = sum(text.count for text in differ)
    lines = sum(text.lines for text in texts)
    yield f"{count} of {lines} lines differ, in {len(differ)} of {len(texts)} texts"


def _lines(text: Compared) -> Iterator[str]:
    if not text.differing:
        return
    title = " ".join(text.title.split())
    yield f"{title if len(title) <= _WIDE else title[:_WIDE] + ' ...'}: {text.count} lines differ (of {text.lines})"
    for each in text.differing:
        yield from (f"  - {line}" for line in each.recorded)
        yield from (f"  + {line}" for line in each.other)


def _normalised(counts: Mapping[str, int]) -> Iterator[str]:
    yield "normalised:"
    for rule in RULES:
        if counts.get(rule.name):
            yield f"  {rule.name} ({counts[rule.name]}): {rule.why}"
