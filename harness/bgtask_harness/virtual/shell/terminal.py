"""A person at the other end: a prompt, echo, and just enough of a line discipline to type commands.

The host has put its own terminal into raw mode, so what is typed comes as single bytes and must be echoed here. Known
keys: Enter, Backspace, Ctrl-U (forget the line), Ctrl-C (forget it, or end the command that runs), Ctrl-D (leave).
Cursor keys and history are not there: that is the shell's editor, which this one does not have.
"""

from __future__ import annotations

from collections import deque

from bgtask_harness.virtual.kernel import Task
from bgtask_harness.virtual.kernel import Waiter
from bgtask_harness.virtual.shell.builtins import Exit
from bgtask_harness.virtual.shell.interpreter import Shell
from bgtask_harness.virtual.shell.parser import parse
from bgtask_harness.virtual.shell.streams import Sink
from bgtask_harness.virtual.shell.streams import Streams
from bgtask_harness.virtual.shell.syntax import NotUnderstood
from bgtask_reference.ports.app import Cancelled

INTERRUPT, END_OF_FILE, BACKSPACE, DELETE, KILL_LINE = "\x03", "\x04", "\x08", "\x7f", "\x15"
INTERRUPTED = 130
"""Status of a command that Ctrl-C ended: 128 + SIGINT."""


class Terminal:
    """A terminal with a shell on it."""

    def __init__(self, shell: Shell, streams: Streams) -> None:
        self._shell = shell
        self._host = streams
        self._screen = _Screen(streams.stdout)
        self._line = ""
        self._running: Task | None = None
        self._lines: deque[str | None] = deque()
        self._wanted: Waiter | None = None

    async def run(self, command: str = "") -> int:
        """Run one command, or commands until the person leaves; the last one's status."""
        keyboard = self._shell.phone.kernel.spawn(self._keyboard(), "keyboard")
        try:
            if command:
                return await self._foreground(command)
            return await self._session()
        except Exit as left:
            return left.status
        finally:
            keyboard.destroy()

    async def read(self) -> bytes:
        """Standard input of a command: what is typed, a line at a time."""
        line = await self._next()
        return b"" if line is None else line.encode(errors="surrogateescape") + b"\n"

    async def _session(self) -> int:
        while True:
            self._screen.write(self._prompt().encode())
            line = await self._next()
            if line is None:
                return self._shell.status
            await self._foreground(line)

    async def _foreground(self, line: str) -> int:
        """Run a command line where Ctrl-C can end it."""
        streams = Streams(self, self._screen, self._screen)
        try:
            script = parse(line)
        except NotUnderstood as error:
            streams.err(f"/system/bin/sh: {error}\n")
            return 1
        end = Waiter()
        self._running = self._shell.phone.kernel.spawn(self._shell.execute(script, streams), line, end.set)
        try:
            await end
        finally:
            running, self._running = self._running, None
            running.destroy()
        if running.error is not None and not isinstance(running.error, Cancelled):
            raise running.error
        return self._shell.status

    async def _next(self) -> str | None:
        while not self._lines:
            self._wanted = Waiter()
            await self._wanted
        return self._lines.popleft()

    async def _keyboard(self) -> None:
        while data := await self._host.read():
            for key in data.decode(errors="replace"):
                self._press(key)
        self._enter(None)

    def _press(self, key: str) -> None:
        if key in "\r\n":
            self._screen.write(b"\n")
            self._enter(self._line)
        elif key == END_OF_FILE and not self._line:
            self._enter(None)
        elif key in {INTERRUPT, KILL_LINE}:
            self._forget(key)
        elif key in {BACKSPACE, DELETE}:
            self._screen.write(b"\b \b" if self._line else b"")
            self._line = self._line[:-1]
        elif key.isprintable():
            self._line += key
            self._screen.write(key.encode())

    def _enter(self, line: str | None) -> None:
        self._line = ""
        self._lines.append(line)
        if self._wanted is not None:
            self._wanted.set()

    def _forget(self, key: str) -> None:
        if key == KILL_LINE:
            self._screen.write(b"\b \b" * len(self._line))
            self._line = ""
            return
        self._screen.write(b"^C\n")
        self._lines.clear()  # a terminal forgets what was typed ahead
        if self._running is not None:
            self._shell.status = INTERRUPTED
            self._running.cancel()
        else:
            self._enter("")

    def _prompt(self) -> str:
        status = f"{self._shell.status}|" if self._shell.status else ""
        device = self._shell.phone.getprop("ro.product.device") or "android"
        return f"{status}{device}:{self._shell.directory} $ "


class _Screen:
    """Turns line ends into what a terminal in raw mode needs."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, data: bytes) -> None:
        self._sink.write(data.replace(b"\n", b"\r\n"))

    async def drain(self) -> None:
        await self._sink.drain()
