"""Runs a program until standard input reaches its end: how a child dies with its parent where prctl is not there.

    python -m bgtask_harness.virtual.supervise PROGRAM [ARGUMENT ...]

The parent holds the other end of standard input; when it dies, however it dies, the system closes that.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

CHUNK = 4096
GRACE_S = 2.0


def main(argv: list[str]) -> int:
    """Run the program; its exit status, or 0 when the parent went away first."""
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    threading.Thread(target=_watch, args=(child,), daemon=True).start()
    return child.wait()


def _watch(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, CHUNK):
        pass
    child.terminate()
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
