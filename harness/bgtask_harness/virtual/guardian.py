"""Removes a folder when its owner has ended, however it ended."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_SWEEP = 'read -r _; rm -rf -- "$0" || { sleep 1; exec rm -rf -- "$0"; }'
"""Waits for the end of its input, which comes however the owner ends. Twice, because what is on its way out may still
write."""

END_S = 5.0
"""How long sweeping may take."""


class Guardian:
    """Watches over a folder from a process of its own: `kill -9` leaves nobody else to tidy up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _SWEEP, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",  # where it waits must not keep anybody from removing that
            env={"PATH": os.defpath},
            start_new_session=True,
        )

    def sweep(self) -> None:
        """Have the folder removed now, and wait for it. Twice is harmless."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:  # somebody who was forked from us holds its input open
            self._process.kill()
            self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)
