"""Runs a script: finds each command, connects its streams, keeps variables and the last exit status."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from collections.abc import Sequence

from bgtask_harness.virtual.android.port import ShellPort
from bgtask_harness.virtual.kernel import Task
from bgtask_harness.virtual.kernel import Waiter
from bgtask_harness.virtual.shell import builtins
from bgtask_harness.virtual.shell.expansion import fields
from bgtask_harness.virtual.shell.expansion import string
from bgtask_harness.virtual.shell.parser import parse
from bgtask_harness.virtual.shell.programs import PROGRAMS
from bgtask_harness.virtual.shell.redirection import CannotRedirect
from bgtask_harness.virtual.shell.redirection import redirect
from bgtask_harness.virtual.shell.streams import Pipe
from bgtask_harness.virtual.shell.streams import Source
from bgtask_harness.virtual.shell.streams import Streams
from bgtask_harness.virtual.shell.syntax import NotUnderstood
from bgtask_harness.virtual.shell.syntax import Pipeline
from bgtask_harness.virtual.shell.syntax import Script
from bgtask_harness.virtual.shell.syntax import Simple
from bgtask_harness.virtual.shell.syntax import Step
from bgtask_harness.virtual.shell.syntax import Word
from bgtask_reference.ports.app import Cancelled

NAME = "/system/bin/sh"
NOT_FOUND, NOT_EXECUTABLE, BROKEN_PIPE = 127, 126, 141
FIRST_PID = 20_011
"""Where the pids of shells begin; chosen apart from those of apps, which a phone numbers from the same range."""

ReadFile = Callable[[str], bytes | None]


class Shell:
    """One `/system/bin/sh`. `read_file` gives files beyond the phone's own, such as those that were pushed to it.

    `remove_file` removes one of those and says whether there was one.
    """

    def __init__(
        self,
        phone: ShellPort,
        read_file: ReadFile | None = None,
        pid: int = FIRST_PID,
        *,
        remove_file: Callable[[str], bool] = lambda _path: False,
    ) -> None:
        self.phone = phone
        self.pid = pid
        self.directory = "/"
        self.variables: dict[str, str] = {"HOME": "/", "PATH": "/system/bin:/system/xbin:/vendor/bin", "USER": "shell"}
        self.status = 0
        self._read_file = read_file or phone.read_file
        self._remove_file = remove_file

    async def run(self, line: str, streams: Streams) -> int:
        """Run a command line and give its exit status, 0 to 255."""
        try:
            script = parse(line)
        except NotUnderstood as error:
            streams.err(f"{NAME}: {error}\n")
            self.status = 1
            return 1
        try:
            await self.execute(script, streams)
        except builtins.Exit as left:
            self.status = left.status
        return self.status & 0xFF

    async def execute(self, script: Script, streams: Streams) -> None:
        """Run a script in this shell.

        Raises:
            builtins.Exit: It said `exit` or `exec`.

        """
        for step in script:
            if self._wanted(step):
                self.status = await self._pipeline(step.pipeline, streams)

    def read_file(self, path: str) -> bytes | None:
        """Give a file's content, the path taken from the working directory; None when there is none."""
        return self._read_file(posixpath.normpath(posixpath.join(self.directory, path))) if path else None

    def remove_file(self, path: str) -> bool:
        """Remove a file that was pushed, the path taken from the working directory; False when there is none."""
        return self._remove_file(posixpath.normpath(posixpath.join(self.directory, path)))

    def lookup(self, name: str) -> str:
        """Give a parameter's value; empty when it has none."""
        special = {"?": str(self.status), "$": str(self.pid), "0": NAME, "#": "0", "PWD": self.directory}
        return special[name] if name in special else self.variables.get(name, "")

    def child(self) -> Shell:
        """Give a shell of its own that knows what this one knows."""
        shell = Shell(self.phone, self._read_file, self.pid, remove_file=self._remove_file)
        shell.directory, shell.status = self.directory, self.status
        shell.variables = dict(self.variables)
        return shell

    async def invoke(self, argv: Sequence[str], streams: Streams) -> int:
        """Run a program with arguments that need no more expanding."""
        name = argv[0].rpartition("/")[2]
        if not argv[0]:
            streams.err(f"{NAME}: : can't execute: Is a directory\n")
            return NOT_EXECUTABLE
        program = PROGRAMS.get(name)
        if program is not None:
            return await program(self, argv, streams)
        command = self.phone.command(name)
        if command is None:
            streams.err(f"{NAME}: {argv[0]}: inaccessible or not found\n")
            return NOT_FOUND
        return await command(self.phone, argv, streams)

    def _wanted(self, step: Step) -> bool:
        return step.after == ";" or (step.after == "&&") == (self.status == 0)

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        if len(pipeline.commands) == 1:
            status = await self._simple(pipeline.commands[0], streams)
        else:
            status = await _Plumbing(self, pipeline.commands, streams).run()
        return int(status == 0) if pipeline.negated else status

    async def _simple(self, command: Simple, streams: Streams) -> int:
        try:
            streams = redirect(streams, command.redirections, self.lookup, self.read_file)
        except CannotRedirect as error:
            streams.err(f"{NAME}: {error}\n")
            return 1
        argv = self._arguments(command.words)
        if not argv:
            for assignment in command.assignments:
                self.variables[assignment.name] = string(assignment.value, self.lookup)
            return 0
        builtin = builtins.BUILTINS.get(argv[0])
        if builtin is not None:
            return await builtin(self, argv, streams)
        return await self.invoke(argv, streams)

    def _arguments(self, words: Sequence[Word]) -> list[str]:
        argv = fields(words, self.lookup)
        if argv[:1] == ["export"]:  # what it assigns does not fall apart at blanks
            return ["export", *(string(word, self.lookup) for word in words[1:])]
        return argv


class _Plumbing:
    """A pipeline of several commands, each in a shell and a coroutine of its own."""

    def __init__(self, shell: Shell, commands: Sequence[Simple], streams: Streams) -> None:
        self.shell = shell
        self.commands = commands
        self.streams = streams

    async def run(self) -> int:
        """Run them all at once; the last one's status."""
        shells, tasks, ends = [], [], []
        source: Source = self.streams.stdin
        for number, command in enumerate(self.commands, start=1):
            shell, end = self.shell.child(), Waiter()
            sink = Pipe() if number < len(self.commands) else self.streams.stdout
            work = _element(shell, command, Streams(source, sink, self.streams.stderr))
            tasks.append(self.shell.phone.kernel.spawn(work, f"{NAME} pipeline", end.set))
            shells.append(shell)
            ends.append(end)
            source = sink if isinstance(sink, Pipe) else source
        await self._wait(tasks, ends)
        return shells[-1].status

    async def _wait(self, tasks: list[Task], ends: list[Waiter]) -> None:
        try:
            for end in ends:
                await end
        except Cancelled:
            for task in tasks:
                task.cancel()
            raise
        for task in tasks:
            if task.error is not None:
                raise task.error


async def _element(shell: Shell, command: Simple, streams: Streams) -> None:
    try:
        await shell.execute((Step(Pipeline((command,))),), streams)
    except builtins.Exit as left:
        shell.status = left.status
    except Cancelled:
        shell.status = BROKEN_PIPE
    finally:
        if isinstance(streams.stdout, Pipe):
            streams.stdout.end()
        if isinstance(streams.stdin, Pipe):
            streams.stdin.break_off()
