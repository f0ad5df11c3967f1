r"""POSIX regular expressions in Python's terms.

A basic expression takes `+`, `?`, `|`, `(`, `)`, `{` and `}` for themselves unless a backslash stands before; an
extended one the other way round. Bracket expressions know `[:space:]` and its like. What `regcomp` leaves undefined is
what `re` makes of it.
"""

from __future__ import annotations

import re

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "space": r" \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_SWAPPED = frozenset("+?|(){}")
_BRACKET = re.compile(r"\[(\^?)(\]?(?:\[:\w+:\]|[^\]])*)\]")


def translate(pattern: str, *, extended: bool) -> str:
    """Give the pattern for `re`. An unbalanced one stays so, for `re.compile` to refuse."""
    pieces, at = [], 0
    while at < len(pattern):
        bracket = _BRACKET.match(pattern, at)
        if bracket:
            pieces.append(f"[{bracket[1]}{_members(bracket[2])}]")
            at = bracket.end()
        elif pattern[at] == "\\" and at + 1 < len(pattern):
            pieces.append(_escaped(pattern[at + 1], extended=extended))
            at += 2
        else:
            pieces.append(_plain(pattern, at, extended=extended))
            at += 1
    return "".join(pieces)


def _escaped(char: str, *, extended: bool) -> str:
    if not extended and char in _SWAPPED:
        return char
    return {"<": r"\b", ">": r"\b"}.get(char, "\\" + char if char in "wWsSbB" else re.escape(char))


def _plain(pattern: str, at: int, *, extended: bool) -> str:
    char = pattern[at]
    if not extended and (char in _SWAPPED or (char == "*" and at == 0)):
        return re.escape(char)
    return char


def _members(members: str) -> str:
    pieces = re.split(r"\[:(\w+):\]", members)
    plain = [piece.replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]") for piece in pieces[::2]]
    classes = [_CLASSES.get(name, "") for name in pieces[1::2]]
    return "".join(text for pair in zip(plain, [*classes, ""], strict=True) for text in pair)
