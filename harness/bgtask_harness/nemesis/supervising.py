"""The harness' end of the supervisor: started with a lease, told `done` when nothing is left to put back."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.supervisor import DONE

_MODULE = "bgtask_harness.nemesis.supervisor"
_END_S = 5.0


class Supervisor:
    """A supervisor that runs. It outlives a harness that was killed, and nothing else."""

    def __init__(self, ledger: Ledger, lock: Path) -> None:
        """Start it. The terminal's Ctrl-C is not for it."""
        self._ledger = ledger
        way = ledger.way
        command = [sys.executable, "-m", _MODULE, "--ledger", str(ledger.path), "--lock", str(lock)]
        command += ["--serial", way.serial, "--host", way.host, "--port", str(way.port)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def end(self) -> None:
        """Let it go: at once when everything is put back, else it takes over. Twice is harmless."""
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        left = bool(self._ledger.open_changes())
        with contextlib.suppress(OSError):
            if not left:
                pipe.write(DONE)
            pipe.close()
        if not left:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_END_S)
