"""Quoting: what a host quotes arrives as it was, whatever it is."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Sequence

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.shell.expansion import fields
from bgtask_harness.virtual.shell.interpreter import Shell
from bgtask_harness.virtual.shell.parser import parse
from bgtask_harness.virtual.shell.streams import Null
from bgtask_harness.virtual.shell.streams import Streams
from bgtask_harness.virtual.shell.syntax import NotUnderstood

WORDS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), max_size=6)
NASTY = st.lists(st.text("ab '\"\\$`;&|<>()\n\t#*?!~={}[]-", max_size=12), max_size=6)


class Recorder:
    """A phone whose only command is `record`."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.recorded: list[list[str]] = []

    def read_file(self, path: str) -> None:
        return None

    def command(self, name: str) -> Callable[..., Awaitable[int]] | None:
        async def record(_phone: Recorder, argv: Sequence[str], _io: Streams) -> int:
            self.recorded.append(list(argv[1:]))
            return 0

        return record if name == "record" else None

    def run(self, line: str) -> int:
        statuses: list[int] = []

        async def go() -> None:
            statuses.append(await Shell(self).run(line, Streams(Null(), Null(), Null())))

        task = self.kernel.spawn(go(), line)
        self.kernel.run_until(self.kernel.now)
        if task.error:
            raise task.error
        return statuses[0]


@settings(max_examples=300)
@given(st.one_of(WORDS, NASTY))
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    phone = Recorder()

    assert phone.run(shlex.join(["record", *words])) == 0
    assert phone.recorded == [words]


@settings(max_examples=200)
@given(NASTY)
def test_a_variable_holds_any_text_and_gives_it_back_between_quotes(words: list[str]) -> None:
    phone, text = Recorder(), "".join(words)
    phone.run(f'V={shlex.quote(text)}; record "$V" "${{V}}"')

    assert phone.recorded == [[text, text]]


@settings(max_examples=300)
@given(st.text("ab '\"\\$`;&|<>()\n\t#!{}=12", max_size=40))
def test_any_line_is_either_understood_or_turned_away_with_a_sentence(line: str) -> None:
    try:
        script = parse(line)
    except NotUnderstood as error:
        sentence = str(error)
    else:
        commands = [command for step in script for command in step.pipeline.commands]
        assert all(isinstance(fields(command.words, lambda _name: " x  y "), list) for command in commands)
        return
    assert sentence == "no closing quote" or sentence.startswith("syntax error: unexpected ")
