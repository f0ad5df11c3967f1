"""Words in, arguments out: parameters replaced, unquoted values split, quotes gone."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

from bgtask_harness.virtual.shell.syntax import Text
from bgtask_harness.virtual.shell.syntax import Word

Lookup = Callable[[str], str]
"""Gives a parameter's value, empty when it has none."""


def fields(words: Iterable[Word], lookup: Lookup) -> list[str]:
    """Give the arguments that some words become. A word may become none, or several."""
    return [field for word in words for field in _fields(word, lookup)]


def string(word: Word, lookup: Lookup) -> str:
    """Give a word as one string, as the value of an assignment or the target of a redirection is."""
    return "".join(part.value if isinstance(part, Text) else lookup(part.name) for part in word.parts)


def _fields(word: Word, lookup: Lookup) -> list[str]:
    if len(word.parts) == 1 and isinstance(word.parts[0], Text):
        only = word.parts[0]
        return [only.value] if only.value or only.quoted else []
    done: list[str] = []
    current: str | None = None
    for part in word.parts:
        if isinstance(part, Text) or part.quoted:
            value = part.value if isinstance(part, Text) else lookup(part.name)
            current = (current or "") + value if value or part.quoted else current
            continue
        pieces, value = lookup(part.name).split(), lookup(part.name)
        if current is not None and value[:1].isspace():
            done.append(current)
            current = None
        if pieces:
            done += [(current or "") + pieces[0], *pieces[1:]]
            current = None if value[-1].isspace() else done.pop()
    return done if current is None else [*done, current]
