"""A phone that is small enough to be seen through: what the transport and the shell need of one, and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import pytest

from bgtask_harness.virtual.adbd.daemon import Daemon
from bgtask_harness.virtual.adbd.listener import Listener
from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.kernel import Waiter
from bgtask_harness.virtual.shell.interpreter import Shell
from bgtask_harness.virtual.shell.streams import Null
from bgtask_harness.virtual.shell.streams import Streams
from bgtask_reference.ports.app import Cancelled

SECOND = 1_000_000_000


class FakeClocks:
    def __init__(self, kernel: Kernel) -> None:
        self.kernel, self.booted_at = kernel, 0

    def boot_ns(self) -> int:
        return self.kernel.now - self.booted_at

    def wall_ns(self) -> int:
        return 1_790_090_107 * SECOND + 661_123_000 + self.kernel.now


class FakePhone:
    """Implements what the daemon uses of `ShellPort`."""

    serial = "FAKE0001"
    api_level = 36

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.clocks = FakeClocks(self.kernel)
        self.online = True
        self.followers = 0
        self.entries: list[str] = []
        self.collectors: list[Callable[[], None]] = []
        self.on_down: list[Callable[[], None]] = []
        self.properties = {"ro.product.name": "panther", "ro.product.model": "Pixel 7", "ro.product.device": "panther"}
        self.recorded: list[list[str]] = []
        self.cancelled: list[str] = []

    # --- ShellPort ------------------------------------------------------------------------------------------------

    def getprop(self, name: str) -> str:
        return self.properties.get(name, "")

    def read_file(self, path: str) -> bytes | None:
        files = {"/proc/uptime": f"{self.clocks.boot_ns() / SECOND:.2f} 0.00\n".encode(), "/bin.dat": b"\x00\xff\n"}
        return files.get(path)

    def command(self, name: str) -> Callable[..., Awaitable[int]] | None:
        return getattr(self, f"cmd_{name}", None)

    def on_log(self, collector: Callable[[], None]) -> Callable[[], None]:
        self.collectors.append(collector)
        self.followers += 1

        def end() -> None:
            if collector in self.collectors:
                self.collectors.remove(collector)
                self.followers -= 1

        return end

    def on_reboot(self, collector: Callable[[], None]) -> None:
        self.on_down.append(collector)

    def log(self, priority: str, tag: str, message: str, *, uid: int, pid: int, tid: int) -> None:
        self.entries.append(f"{self.clocks.boot_ns() / SECOND:.3f} {pid} {tid} {priority} {tag}: {message}")
        for collector in tuple(self.collectors):
            collector()

    # --- commands -------------------------------------------------------------------------------------------------

    async def cmd_getprop(self, phone: FakePhone, argv: Sequence[str], io: Streams) -> int:
        io.out(self.getprop(argv[1]) + "\n")
        return 0

    async def cmd_record(self, phone: FakePhone, argv: Sequence[str], io: Streams) -> int:
        self.recorded.append(list(argv[1:]))
        return 0

    async def cmd_both(self, phone: FakePhone, argv: Sequence[str], io: Streams) -> int:
        io.out("to out\n")
        io.err("to err\n")
        return 3

    async def cmd_broken(self, phone: FakePhone, argv: Sequence[str], io: Streams) -> int:
        io.out("before\n")
        raise RuntimeError("planted")

    async def cmd_flood(self, phone: FakePhone, argv: Sequence[str], io: Streams) -> int:
        for _ in range(int(argv[1])):
            io.out("x" * 65_535 + "\n")
            await io.drain()
        return 0

    async def cmd_logcat(self, phone: FakePhone, argv: Sequence[str], io: Streams) -> int:
        """Follow the log from its beginning; `-d`: give what there is."""
        shown, news = 0, [Waiter()]
        end = self.on_log(lambda: news[0].set())  # noqa: PLW0108 - the waiter is another one each time
        try:
            while True:
                for entry in self.entries[shown:]:
                    io.out(entry + "\n")
                shown = len(self.entries)
                if "-d" in argv:
                    return 0
                await io.drain()
                news[0] = Waiter() if shown == len(self.entries) else news[0]
                if shown == len(self.entries):
                    await news[0]
        except Cancelled:
            self.cancelled.append("logcat")
            raise
        finally:
            end()

    async def cmd_reboot(self, phone: FakePhone, argv: Sequence[str], io: Streams) -> int:
        self.online = False
        for collector in self.on_down:
            collector()
        self.kernel.after(SECOND // 2, self._come_up)
        return 0

    def _come_up(self) -> None:
        self.clocks.booted_at = self.kernel.now
        self.online = True

    # --- for tests ------------------------------------------------------------------------------------------------

    def log_at(self, boot_s: float, message: str) -> None:
        at = self.clocks.booted_at + int(boot_s * SECOND)
        self.kernel.at(at, lambda: self.log("I", "tick", message, uid=1000, pid=1, tid=1))


class Collected:
    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        return


class Ran:
    """What a command line did."""

    def __init__(self, phone: FakePhone, line: str, stdin: bytes = b"") -> None:
        self.out, self.err, self.status = Collected(), Collected(), -1

        class Input(Null):
            async def read(self) -> bytes:
                nonlocal stdin
                data, stdin = stdin, b""
                return data

        async def run() -> None:
            self.status = await Shell(phone).run(line, Streams(Input(), self.out, self.err))

        task = phone.kernel.spawn(run(), line)
        while task.active and phone.kernel.run_next(phone.kernel.now + 3_600 * SECOND):
            pass
        if task.error:
            raise task.error

    @property
    def stdout(self) -> str:
        return self.out.data.decode(errors="surrogateescape")

    @property
    def stderr(self) -> str:
        return self.err.data.decode()


@pytest.fixture
def phone() -> FakePhone:
    return FakePhone()


@pytest.fixture
def sh(phone: FakePhone) -> Callable[..., Ran]:
    return lambda line, stdin=b"": Ran(phone, line, stdin)


@pytest.fixture
def make_phone() -> type[FakePhone]:
    return FakePhone


@pytest.fixture
def run_line() -> type[Ran]:
    return Ran


# --- a phone that a host can connect to -------------------------------------------------------------------------------


class Hosted:
    """A phone behind a loopback port, its event loop in a thread of its own."""

    def __init__(self, phone: FakePhone, daemon: type[Daemon] = Daemon) -> None:
        self.phone = phone
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.listener = asyncio.run_coroutine_threadsafe(self._start(daemon), self._loop).result(10)
        self.port = self.listener.port
        self.serial = f"127.0.0.1:{self.port}"

    async def _start(self, daemon: type[Daemon]) -> Listener:
        listener = Listener(daemon(self.phone))
        await listener.start()
        return listener

    def call(self, action: Callable[[], Any]) -> Any:
        """Do something to the phone, where it lives, and let what comes of it happen."""

        async def run() -> Any:
            self.listener.pace.catch_up()
            result = action()
            self.listener.pace.run()
            return result

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def close(self) -> None:
        async def end() -> None:
            self.listener.close()
            await asyncio.sleep(0)  # lets the transports close

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def host_phone(phone: FakePhone) -> Iterator[Callable[..., Hosted]]:
    """Put the phone behind a port, with the given daemon class."""
    started: list[Hosted] = []

    def host(daemon: type[Daemon] = Daemon) -> Hosted:
        started.append(Hosted(phone, daemon))
        return started[-1]

    yield host
    for hosted in started:
        hosted.close()


@pytest.fixture
def hosted(host_phone: Callable[..., Hosted]) -> Hosted:
    return host_phone()
