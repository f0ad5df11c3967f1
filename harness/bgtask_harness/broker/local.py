"""Locks of one host and user: a file for each device, freed by the kernel when its holder dies."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock
import msgspec

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Progress
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way

STATE_DIR_VARIABLE = "BGTASK_STATE_DIR"
LEDGER = ".ledger"
HEARTBEAT_S = 20.0
_POLL_S = 0.5
_MOST_COMMAND = 100


class DeviceBusy(BadInput):
    """Somebody else holds the device. Says who, since when, and how to wait."""


class Owner(msgspec.Struct, frozen=True):
    """Who holds a device: written beside the lock for people and for the next holder.

    Attributes:
        pid: The holder's process.
        since: When the lease began, ISO 8601 UTC.
        beat: When the holder last showed that it lives.
        until: When the lease ends unless a beat renews it. The lock is freed by letting go or by death alone.
        fence: Counts the leases of this device; a holder whose number is not the newest has lost it.
        command: What the holder was started as, for a person to recognise it; empty when nobody wrote it.

    """

    pid: int
    since: str
    beat: str
    until: str
    fence: int
    command: str = ""


def state_dir() -> Path:
    """Give the folder of this user's locks: `$BGTASK_STATE_DIR`, else below `$XDG_STATE_HOME`, else below home."""
    explicit = os.environ.get(STATE_DIR_VARIABLE)
    if explicit:
        return Path(explicit)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else _home() / ".local" / "state") / "bgtask-harness" / "leases"


def _home() -> Path:
    try:
        home = Path.home()
    except RuntimeError:
        home = Path("/nonexistent")
    return home if os.access(home, os.W_OK) else Path(tempfile.gettempdir()) / f"bgtask-{os.getuid()}"


@dataclass(frozen=True, slots=True)
class LocalLocks:
    """The locks in one folder."""

    folder: Path

    def hold(self, identity: str, wait: Deadline, duration_s: float, progress: Progress) -> HeldLock:
        """Take a device for oneself.

        Raises:
            DeviceBusy: Somebody else has it and did not let go before the deadline.
            BadInput: The folder cannot be written.

        """
        path = self._path(identity)
        lock = filelock.FileLock(str(self.lock_file(identity)), is_singleton=False, thread_local=False)
        with _folder_writable(self.folder):
            self._wait(lock, identity, wait, progress)
        return HeldLock(identity, lock, path.with_suffix(".json"), duration_s)

    def owner(self, identity: str) -> Owner | None:
        """Tell who holds it, or held it last; None when nobody ever did."""
        return _read(self._path(identity).with_suffix(".json"))

    def lock_file(self, identity: str) -> Path:
        """Give the file whose lock a device is held by."""
        return self._path(identity).with_suffix(".lock")

    def ledger(self, identity: str, way: Way) -> Ledger:
        """Give the ledger of what is changed of a device and not put back."""
        return Ledger(self._path(identity).with_suffix(LEDGER), way)

    def ledgers(self) -> Iterator[Ledger]:
        """Give the ledger of each device of which something is not put back."""
        for path in sorted(self.folder.glob(f"*{LEDGER}")):
            ledger = Ledger(path)
            if ledger.open_changes():
                yield Ledger(path, ledger.last_way())

    def _path(self, identity: str) -> Path:
        readable = re.sub(r"[^A-Za-z0-9._-]", "_", identity)[:60]
        return self.folder / f"{readable}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}.x"

    def _wait(self, lock: filelock.FileLock, identity: str, wait: Deadline, progress: Progress) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = False
        while True:
            with contextlib.suppress(filelock.Timeout):
                lock.acquire(timeout=min(_POLL_S, wait.remaining()))
                return
            holder = _describe(self.owner(identity))
            if wait.passed:
                raise DeviceBusy(f"device {identity} is held by {holder}; wait for it with --lease-wait SECONDS")
            if not told:
                progress(f"waiting for device {identity}, held by {holder}")
                told = True


class HeldLock:
    """A device that is held. A thread beats until `release`; idleness never ends it, death does."""

    def __init__(self, identity: str, lock: filelock.FileLock, file: Path, duration_s: float) -> None:
        self.identity = identity
        self._lock, self._file, self._duration_s = lock, file, duration_s
        before = _read(file)
        self.fence = before.fence + 1 if before else 1
        self._since = _now()
        self._stop = threading.Event()
        self._beat()
        self._thread = threading.Thread(target=self._keep, name=f"lease {identity}", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Make sure that the device is still ours.

        Raises:
            DeviceLostError: A newer lease of it exists.

        """
        owner = _read(self._file)
        if owner is not None and owner.fence > self.fence:
            raise DeviceLostError(f"device {self.identity} was taken by {_describe(owner)}")

    def release(self) -> None:
        """Let go of it. Twice is harmless."""
        self._stop.set()
        self._thread.join(timeout=HEARTBEAT_S)
        self._lock.release()

    def _keep(self) -> None:
        while not self._stop.wait(HEARTBEAT_S):
            with contextlib.suppress(OSError):
                self._beat()

    def _beat(self) -> None:
        now = _now()
        until = now + dt.timedelta(seconds=self._duration_s)
        owner = Owner(os.getpid(), _text(self._since), _text(now), _text(until), self.fence, _command())
        fresh = self._file.with_suffix(f".{os.getpid()}.new")
        fresh.write_bytes(msgspec.json.encode(owner))
        fresh.replace(self._file)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _text(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(file: Path) -> Owner | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Owner)
    except (OSError, msgspec.MsgspecError):
        return None


def _describe(owner: Owner | None) -> str:
    if owner is None:
        return "another process"
    ours = owner.pid == os.getpid()
    told = " (this very run, which asks for it under two names)" if ours else f" (`{owner.command}`)"
    return f"process {owner.pid}{told} since {owner.since}"


def _command() -> str:
    """What this process was started as, short enough for a sentence, on one line."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else []
    line = " ".join(" ".join(words).split())
    return line if len(line) <= _MOST_COMMAND else f"{line[:_MOST_COMMAND]} ..."


@contextlib.contextmanager
def _folder_writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(f"{folder}: cannot keep device locks there: {error}; set {STATE_DIR_VARIABLE}") from error
