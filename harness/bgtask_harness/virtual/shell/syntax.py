"""A command line as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand for themselves."""

    value: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$NAME`. Unquoted, its value falls apart at white space."""

    name: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word before it is expanded."""

    parts: tuple[Text | Parameter, ...]


@dataclass(frozen=True, slots=True)
class Redirection:
    """`descriptor` goes to, or comes from, a file or, with `duplicate`, where another descriptor goes now."""

    descriptor: int
    kind: Literal["read", "write", "duplicate"]
    target: Word


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=value`."""

    name: str
    value: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """One command."""

    assignments: tuple[Assignment, ...] = ()
    words: tuple[Word, ...] = ()
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`; `negated` by `!` before them."""

    commands: tuple[Simple, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A pipeline and what the one before must have said for it to run: nothing, success, or failure."""

    pipeline: Pipeline
    after: Literal[";", "&&", "||"] = ";"


Script = tuple[Step, ...]


class NotUnderstood(Exception):  # noqa: N818 - reads as what it is
    """A command line that this shell does not understand; the message is what it prints."""


def unexpected(what: str) -> NotUnderstood:
    """Give the error about something where nothing of its kind can be (`yyerror` in mksh's lex.c)."""
    shown = {"EOF": "EOF", "\n": "'newline'"}.get(what, f"'{what}'")
    return NotUnderstood(f"syntax error: unexpected {shown}")
