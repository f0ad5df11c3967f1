"""A private adb server: its own port, its own home, no device but those that it is told of, gone with its owner.

Which switches keep it away from everybody else's devices was found by trying (adb 29.0.6 and 36.0.0): `ADB_USB=0` from
phones on cables, `ADB_EMU=0` from whatever listens in the emulator range, `ADB_MDNS=0` from the network. `ADB_LIBUSB=0`
saves adb 36 three seconds of USB scanning. Its own `HOME` keeps it from the user's adb key and from writing there. The
user's own server on port 5037 is never spoken to: every call here names the private port.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib.resources
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bgtask_harness.virtual.guardian import Guardian

LOOPBACK = "127.0.0.1"
SWITCHES = {"ADB_USB": "0", "ADB_EMU": "0", "ADB_MDNS": "0", "ADB_LIBUSB": "0"}
INSTALL = "install Debian's package `adb`, or `brew install --cask android-platform-tools`, or `pip install adbutils`"
ATTEMPTS = 5
"""Starts with another port each, in case somebody takes a free one before the server does."""
START_S, END_S = 10.0, 3.0
_PR_SET_PDEATHSIG = 1


class NoAdb(RuntimeError):  # noqa: N818 - reads as what it is
    """There is no adb, or it does not start. One sentence that says what to do."""


def find_adb() -> str:
    """Give the path of an adb: the one on PATH, else the one that adbutils brings along.

    Raises:
        NoAdb: There is neither.

    """
    found = shutil.which("adb")
    if found:
        return found
    try:
        bundled = Path(str(importlib.resources.files("adbutils") / "binaries" / "adb"))
    except ModuleNotFoundError:
        raise NoAdb(f"no adb on PATH: {INSTALL}") from None
    if not bundled.is_file() or not os.access(bundled, os.X_OK):
        raise NoAdb(f"no adb on PATH, and adbutils has none for this machine: {INSTALL}")
    return str(bundled)


class PrivateServer:
    """One adb server process. `start` it from a thread that lives as long as it should."""

    def __init__(self, adb: str | None = None) -> None:
        self._adb = adb or find_adb()
        self._home = Path(tempfile.mkdtemp(prefix="bgtask-adb-"))
        self._guardian = Guardian(self._home)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def pid(self) -> int:
        """Process id of the server, or of what watches over it."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            NoAdb: It does not start; says what it printed.

        """
        for _ in range(ATTEMPTS):
            self.port = _free_port()
            self._process = self._spawn()
            if self._answers(time.monotonic() + START_S):
                return
            self._end_process()
        printed = (self._home / "adb.log").read_text(errors="replace").strip().splitlines()
        self.close()
        raise NoAdb(f"{self._adb} does not start as a server: {printed[-1] if printed else 'it said nothing'}")

    def close(self) -> None:
        """End it and remove what it wrote. Closing twice is harmless."""
        self._end_process()
        self._guardian.sweep()

    def _spawn(self) -> subprocess.Popen[bytes]:
        argv = [self._adb, "-P", str(self.port), "nodaemon", "server"]
        on_linux = sys.platform == "linux"
        if not on_linux:
            argv = [sys.executable, "-m", "bgtask_harness.virtual.supervise", *argv]
        with (self._home / "adb.log").open("ab") as log:
            return subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL if on_linux else subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C at a terminal is for the owner, who ends it in order
                preexec_fn=_die_with_parent() if on_linux else None,  # noqa: PLW1509 - one C call, made ready before the fork
            )

    def _environment(self) -> dict[str, str]:
        theirs = ("ADB_", "ANDROID_ADB_", "ANDROID_SERIAL", "ANDROID_VENDOR_KEYS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
        return kept | SWITCHES | {"HOME": str(self._home), "ANDROID_USER_HOME": str(self._home / ".android")}

    def _answers(self, until: float) -> bool:
        while time.monotonic() < until and self._process is not None and self._process.poll() is None:
            try:
                with socket.create_connection((LOOPBACK, self.port), timeout=1):
                    return True
            except OSError:
                time.sleep(0.005)
        return False

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()


async def ask(port: int, request: str) -> str:
    """Send a request to an adb server on a port and give its answer (adb's SERVICES.TXT: `host:...`).

    Raises:
        NoAdb: It said FAIL, with its reason, or nothing that can be understood.

    """
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(f"{len(request):04x}{request}".encode())
        status = await reader.read(4)
        body = (await reader.read()).decode(errors="replace")
    finally:
        writer.close()
    if status != b"OKAY":
        raise NoAdb(f"the private adb server answered {request!r} with {status.decode(errors='replace')} {body[4:]}")
    return body


async def attach(server_port: int, serial: str, timeout_s: float = START_S, *, until_device: bool = True) -> None:
    """Have a server connect to `host:port` and wait until it calls it `device`.

    Without `until_device` a phone that nobody unlocks, or that says nothing, is good enough: the server lists it.

    Raises:
        NoAdb: It does not, in time.

    """
    try:
        async with asyncio.timeout(timeout_s):
            said = (await ask(server_port, f"host:connect:{serial}"))[4:].strip()
            if not until_device:
                return
            # "failed to authenticate" comes at once, also when the key is accepted a moment later
            if not said.startswith(("connected", "already connected", "failed to authenticate")):
                raise NoAdb(f"the private adb server cannot connect to {serial}: {said}")
            await ask(server_port, f"host-serial:{serial}:wait-for-any-device")
    except TimeoutError:
        raise NoAdb(f"the private adb server has not brought {serial} online within {timeout_s:.0f} s") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _die_with_parent() -> Callable[[], None]:
    """Give what a child calls between fork and exec, so that the kernel ends it when its parent dies, `kill -9` too.

    The library is loaded before the fork, because loading it takes locks that another thread may hold at that moment.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def call() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the call
            os._exit(1)

    return call
