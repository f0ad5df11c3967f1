"""Characters in, tokens out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bgtask_harness.virtual.shell.syntax import NotUnderstood
from bgtask_harness.virtual.shell.syntax import Parameter
from bgtask_harness.virtual.shell.syntax import Text
from bgtask_harness.virtual.shell.syntax import Word
from bgtask_harness.virtual.shell.syntax import unexpected

_BLANKS = " \t"
_OPERATOR = re.compile(r"&&|\|\||;;|[;&|\n()]")
_REDIRECTION = re.compile(r"(\d*)(<<-?|<>|>>|>\||>&|<&|&>|>|<)")
_PARAMETER = re.compile(r"\$(?:([A-Za-z_]\w*|[0-9?$!#@*-])|\{([A-Za-z_]\w*|[0-9?$!#@*-])\})", re.ASCII)
_ENDS_A_WORD = frozenset(" \t\n;&|<>()")
_ESCAPABLE_IN_DOUBLE_QUOTES = frozenset('$`"\\')


@dataclass(frozen=True, slots=True)
class Operator:
    """`;`, `&&`, `||`, `|`, `&`, a newline, or something that the parser turns away."""

    text: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A redirection's operator, with the descriptor before it."""

    descriptor: int | None
    text: str


Token = Operator | Arrow | Word


def tokenize(line: str) -> list[Token]:
    """Cut a command line into tokens.

    Raises:
        NotUnderstood: A quote is not closed, or there is an expansion that this shell does not have.

    """
    return _Lexer(line).tokens()


class _Lexer:
    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0
        self.parts: list[Text | Parameter] = []

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        while self._skip_blanks():
            found.append(self._token())
        return found

    def _skip_blanks(self) -> bool:
        """Move on to the next token; False at the end."""
        while self.at < len(self.line):
            if self.line[self.at] in _BLANKS:
                self.at += 1
            elif self.line.startswith("\\\n", self.at):
                self.at += 2
            elif self.line[self.at] == "#":
                end = self.line.find("\n", self.at)
                self.at = len(self.line) if end < 0 else end
            else:
                return True
        return False

    def _token(self) -> Token:
        arrow = _REDIRECTION.match(self.line, self.at)
        if arrow:
            self.at = arrow.end()
            return Arrow(int(arrow[1]) if arrow[1] else None, arrow[2])
        operator = _OPERATOR.match(self.line, self.at)
        if operator:
            self.at = operator.end()
            return Operator(operator[0])
        return self._word()

    def _word(self) -> Word:
        self.parts = []
        while self.at < len(self.line) and self.line[self.at] not in _ENDS_A_WORD:
            self._part()
        return Word(tuple(self.parts))

    def _part(self) -> None:
        match self.line[self.at]:
            case "'":
                self.parts.append(Text(self._until_single_quote(), quoted=True))
            case '"':
                self._double_quoted()
            case "\\":
                self._escape()
            case "$" | "`":
                self._dollar(quoted=False)
            case _:
                self._plain()

    def _plain(self) -> None:
        start = self.at
        while (
            self.at < len(self.line) and self.line[self.at] not in _ENDS_A_WORD and self.line[self.at] not in "'\"\\$`"
        ):
            self.at += 1
        self.parts.append(Text(self.line[start : self.at]))

    def _escape(self) -> None:
        escaped = self.line[self.at + 1 : self.at + 2]
        self.at += 2
        if escaped != "\n":
            self.parts.append(Text(escaped or "\\", quoted=True))

    def _until_single_quote(self) -> str:
        end = self.line.find("'", self.at + 1)
        if end < 0:
            raise NotUnderstood("no closing quote")
        text, self.at = self.line[self.at + 1 : end], end + 1
        return text

    def _double_quoted(self) -> None:
        self.at += 1
        text = ""
        while (char := self.line[self.at : self.at + 1]) != '"':
            if not char:
                raise NotUnderstood("no closing quote")
            if char in "$`":
                self.parts.append(Text(text, quoted=True))
                text = ""
                self._dollar(quoted=True)
            elif char == "\\":
                text += self._escape_in_quotes()
            else:
                text += char
                self.at += 1
        self.at += 1
        self.parts.append(Text(text, quoted=True))

    def _escape_in_quotes(self) -> str:
        escaped = self.line[self.at + 1 : self.at + 2]
        self.at += 2
        if escaped == "\n":
            return ""
        return escaped if escaped in _ESCAPABLE_IN_DOUBLE_QUOTES else "\\" + escaped

    def _dollar(self, *, quoted: bool) -> None:
        found = _PARAMETER.match(self.line, self.at)
        if found:
            self.parts.append(Parameter(found[1] or found[2], quoted))
            self.at = found.end()
            return
        rest = self.line[self.at : self.at + 2]
        if rest[0] == "`" or rest in {"$(", "${"} or (not quoted and rest == "$'"):
            raise unexpected("`" if rest[0] == "`" else rest)
        self.parts.append(Text("$", quoted))
        self.at += 1
