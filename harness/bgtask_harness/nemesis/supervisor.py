"""The process that puts a phone back when the harness cannot: it lives until the harness does not.

    python -m bgtask_harness.nemesis.supervisor --ledger FILE --lock FILE --serial S --host H --port N

The harness holds the other end of its standard input and never says anything but `done`. When that end is gone without
a word, whatever the ledger holds is put back, as soon as nobody else holds the phone: the kernel has freed the lock of
the dead, and a session that was quicker puts back itself.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import HarnessError
from bgtask_harness.nemesis.direct import DirectTransport
from bgtask_harness.nemesis.healing import heal_patiently
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way

DONE = b"done\n"
MINDS_S = 600.0
"""How long the phone, or its lock, is waited for. After that the next session or `bgtask heal` sees to it."""
_LOOK_EVERY_S = 0.2
_CHUNK = 4096


def main(argv: Sequence[str] | None = None) -> int:
    """Wait for the end of the harness, then put back what is open; the exit status."""
    given = _parser().parse_args(argv)
    way = Way(given.serial, given.host, given.port)
    said = b""
    while more := os.read(sys.stdin.fileno(), _CHUNK):
        said += more
    ledger = Ledger(given.ledger, way)
    if said.endswith(DONE) or not ledger.open_changes():
        return 0
    return _take_over(ledger, given.lock, DirectTransport(way))


def _take_over(ledger: Ledger, lock: Path, transport: DirectTransport) -> int:
    deadline = Deadline.after(MINDS_S)
    with _held(lock, ledger, deadline) as ours:
        if not ours:
            return 0
        try:
            healed = heal_patiently(ledger, transport.shell, deadline)
        except HarnessError:
            return 1
    return 1 if healed.left else 0


@contextlib.contextmanager
def _held(path: Path, ledger: Ledger, deadline: Deadline) -> Iterator[bool]:
    """Hold the phone's lock; False when there is nothing left to do for us."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _wait(descriptor, ledger, deadline)
    finally:
        os.close(descriptor)


def _wait(descriptor: int, ledger: Ledger, deadline: Deadline) -> bool:
    while ledger.open_changes() and not deadline.passed:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_LOOK_EVERY_S)
        else:
            return bool(ledger.open_changes())
    return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bgtask_harness.nemesis.supervisor")
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--serial", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
