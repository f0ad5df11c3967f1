"""Tokens in, a script out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from bgtask_harness.virtual.shell.lexer import Arrow
from bgtask_harness.virtual.shell.lexer import Operator
from bgtask_harness.virtual.shell.lexer import Token
from bgtask_harness.virtual.shell.lexer import tokenize
from bgtask_harness.virtual.shell.syntax import Assignment
from bgtask_harness.virtual.shell.syntax import Pipeline
from bgtask_harness.virtual.shell.syntax import Redirection
from bgtask_harness.virtual.shell.syntax import Script
from bgtask_harness.virtual.shell.syntax import Simple
from bgtask_harness.virtual.shell.syntax import Step
from bgtask_harness.virtual.shell.syntax import Text
from bgtask_harness.virtual.shell.syntax import Word
from bgtask_harness.virtual.shell.syntax import unexpected

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)

RESERVED = frozenset(
    {"if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac"}
    | {"function", "select", "time", "{", "}", "[["}
)
"""Words that begin or end what the subset does not have; mksh's reserved words (`initkeywords` in syn.c)."""

_CHAINS: dict[str, Literal["&&", "||"]] = {"&&": "&&", "||": "||"}
_SEPARATORS = frozenset({";", "\n"})
_KINDS: dict[str, Literal["read", "write", "duplicate"]] = {
    "<": "read",
    ">": "write",
    ">>": "write",
    ">|": "write",
    ">&": "duplicate",
    "<&": "duplicate",
}


@lru_cache(maxsize=4096)  # what a harness asks, it asks again and again
def parse(line: str) -> Script:
    """Read a command line.

    Raises:
        NotUnderstood: It is none, or it needs more than the subset that the package's docstring describes.

    """
    return _Parser(tokenize(line)).script()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def script(self) -> Script:
        steps: list[Step] = []
        after: Literal[";", "&&", "||"] = ";"
        self._skip_newlines()
        while self.at < len(self.tokens):
            steps.append(Step(self._pipeline(), after))
            after = self._joint()
        if after != ";":
            raise unexpected("EOF")
        return tuple(steps)

    def _joint(self) -> Literal[";", "&&", "||"]:
        """Read what stands between two pipelines."""
        operator = self._operator()
        if operator is None:
            return ";"
        self.at += 1
        if operator in _SEPARATORS:
            self._skip_newlines()
            return ";"
        if operator in _CHAINS:
            self._skip_newlines()
            return _CHAINS[operator]
        raise unexpected(operator)

    def _pipeline(self) -> Pipeline:
        negated = self._plain_word() == "!"
        if negated:
            self.at += 1
        commands = [self._simple()]
        while self._operator() == "|":
            self.at += 1
            self._skip_newlines()
            commands.append(self._simple())
        return Pipeline(tuple(commands), negated)

    def _simple(self) -> Simple:
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirections: list[Redirection] = []
        if (word := self._plain_word()) in RESERVED:
            raise unexpected(word or "")
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if isinstance(token, Operator):
                break
            self.at += 1
            if isinstance(token, Arrow):
                redirections.append(self._redirection(token))
            elif not words and (assignment := _assignment(token)):
                assignments.append(assignment)
            else:
                words.append(token)
        if not (assignments or words or redirections):
            raise unexpected(self._operator() or "EOF")
        return Simple(tuple(assignments), tuple(words), tuple(redirections))

    def _redirection(self, arrow: Arrow) -> Redirection:
        kind = _KINDS.get(arrow.text)
        if kind is None:
            raise unexpected(arrow.text)
        target = self.tokens[self.at] if self.at < len(self.tokens) else None
        if not isinstance(target, Word):
            raise unexpected(target.text if target is not None else "EOF")
        self.at += 1
        descriptor = arrow.descriptor if arrow.descriptor is not None else int(arrow.text[0] == ">")
        return Redirection(descriptor, kind, target)

    def _operator(self) -> str | None:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return token.text if isinstance(token, Operator) else None

    def _plain_word(self) -> str | None:
        """The next token, if it is a word without quotes."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        match token:
            case Word(parts=(Text(value=value, quoted=False),)):
                return value
            case _:
                return None

    def _skip_newlines(self) -> None:
        while self._operator() == "\n":
            self.at += 1


def _assignment(word: Word) -> Assignment | None:
    match word.parts:
        case (Text(value=value, quoted=False), *rest) if found := _ASSIGNMENT.match(value):
            return Assignment(found[1], Word((Text(value[found.end() :]), *rest)))
        case _:
            return None
