"""What is legal on an iPhone and must not be accused, and what the harness or its cable broke."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable

from bgtask_harness.devices.ios.debugger.remote import DebuggerRefusedError
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.killscore.ios.device import Wire
from bgtask_harness.killscore.trouble import HarnessFault
from bgtask_harness.killscore.trouble import Nuisance
from bgtask_harness.killscore.trouble import damaged
from bgtask_harness.killscore.trouble import truncated

_FAULTS = "bgtask_harness.virtual.faults.iphone_system"
_SENTINEL = b".bgt.sentinel."
_ANSWER = b'"category": "bgt"'
_UP = ("quiet", "server", "user")
"""Lives without a reboot: a phone that goes away for good cannot come up again."""
OF_ITS_TEXT = ("R11.expiry-halts", "R13.registered-in-time", "R14.surfaced", "R16.retry", "R18")
"""Rules that rest on what the app itself tells; the others read lines of the framework and of dasd."""
WireOf = Callable[[], Wire]


def lost(seed: int) -> WireOf:
    """Lose some stretches of the log, each with a sentinel in it: the reader was too slow while somebody acted."""

    class Lossy(Wire):
        def __init__(self) -> None:
            rng = random.Random(f"lost {seed}")  # noqa: S311 - a campaign must come out the same twice
            self._lost = set(rng.sample(range(6, 16), 3))
            self._seen = 0

        def log(self, line: bytes) -> bytes:
            lost = self._seen in self._lost
            self._seen += _SENTINEL in line
            return b"" if lost else line

    return Lossy


def ends(seed: int) -> WireOf:
    """End the log in the middle of a line; nobody opens it again."""

    class Ending(Wire):
        def __init__(self) -> None:
            self._left = random.Random(f"ends {seed}").randint(60, 120)  # noqa: S311 - as above

        def log(self, line: bytes) -> bytes:
            self._left -= 1
            if self._left < 0:
                raise DeviceLostError("the log of the iPhone ended")
            return line[: len(line) // 2] if self._left == 0 else line

    return Ending


def in_small_pieces(seed: int) -> WireOf:
    """Hand the log out in pieces that end anywhere: legal, and every line must be whole all the same."""

    class Pieces(Wire):
        def __init__(self) -> None:
            self._rng = random.Random(f"pieces {seed}")  # noqa: S311 - as above

        def chunk(self, size: int) -> int:
            return min(size, self._rng.randint(1, 1500))

    return Pieces


def reordered(seed: int) -> WireOf:
    """Swap lines of different processes that were logged in the same millisecond, as merged streams do."""

    class Swapping(Wire):
        def __init__(self) -> None:
            self._rng = random.Random(f"order {seed}")  # noqa: S311 - as above
            self._held = b""

        def log(self, line: bytes) -> bytes:
            held, self._held = self._held, b""
            if _ANSWER in line:
                return held + line
            if held and _may_swap(held, line) and self._rng.random() < 0.5:  # noqa: PLR2004 - as often as not
                return line + held
            self._held = line
            return held

    return Swapping


def _may_swap(one: bytes, other: bytes) -> bool:
    """Tell whether two lines have the same millisecond and different processes."""
    a, b = json.loads(one), json.loads(other)
    return bool(a["timestamp"][:23] == b["timestamp"][:23] and a["processID"] != b["processID"])


def withheld(_seed: int) -> WireOf:
    """Withhold what the app says of itself: a build whose lines are not public."""

    class Private(Wire):
        def log(self, line: bytes) -> bytes:
            entry = json.loads(line)
            if (
                entry["senderImagePath"] != entry["processImagePath"]
                or "/Application/" not in entry["processImagePath"]
            ):
                return line
            return json.dumps(entry | {"eventMessage": "<private>"}).encode() + b"\n"

    return Private


def hook_deaf(_seed: int) -> WireOf:
    """Let no notification reach the app after a while: it has unregistered its names."""

    class Deaf(Wire):
        def __init__(self) -> None:
            self._count = itertools.count()

        def post(self, name: str) -> str:
            return name if next(self._count) < 14 else f"nobody.{name}"  # noqa: PLR2004 - some were heard

    return Deaf


def gone(seed: int) -> WireOf:
    """Let the iPhone go away for good: another one hangs at the cable, and usbmuxd has none of this UDID."""
    return _after(seed, "gone", lambda: DeviceLostError("usbmuxd has no iPhone with this UDID"))


def hangs(seed: int) -> WireOf:
    """Let the iPhone answer no more."""
    return _after(seed, "hangs", lambda: DeadlineExceeded("waiting for an answer"))


def unpaired(seed: int) -> WireOf:
    """Refuse everything: the iPhone has forgotten this computer."""
    return _after(seed, "unpaired", lambda: DeviceLostError("the iPhone has forgotten this computer"))


def forces_refused(_seed: int) -> WireOf:
    """Let no simulated launch through: the names of forces reach nobody, and debugserver refuses."""

    class Refusing(Wire):
        def ask(self, what: str) -> None:
            if what == "debugger":
                raise DebuggerRefusedError("debugserver refused to attach: E96")

        def post(self, name: str) -> str:
            return f"nobody.{name}" if ".bgt.force." in name else name

    return Refusing


def _after(seed: int, name: str, error: Callable[[], Exception]) -> WireOf:
    class Failing(Wire):
        def __init__(self) -> None:
            self._left = random.Random(f"{name} {seed}").randint(35, 60)  # noqa: S311 - as above

        def ask(self, what: str) -> None:
            del what
            self._left -= 1
            if self._left < 0:
                raise error()

    return Failing


NUISANCES = (
    Nuisance("low-power-mode", ("power",)),
    Nuisance("background-refresh-off", ("refresh",)),
    Nuisance("process-ends", ("process",)),
    Nuisance("restarts-locked", ("reboot",)),
    Nuisance("forces", ("forced",)),
    Nuisance("failing-server", ("server",)),
    Nuisance("expiry-handled", ("expiry",)),
    Nuisance("asked-twice", ("twice",)),
    Nuisance("jitter", fault=f"{_FAULTS}:jitter"),
    Nuisance("late-by-hours", fault=f"{_FAULTS}:hours_late"),
    Nuisance("vetoes-of-dasd", fault=f"{_FAULTS}:vetoes"),
    Nuisance("jettisoned", fault=f"{_FAULTS}:jettisoned"),
    Nuisance("log-in-pieces", wrap=in_small_pieces),
    Nuisance("log-reordered", wrap=reordered),
    Nuisance("little-time", ("expiry", "mixed"), fault=f"{_FAULTS}:little_time"),
)

HARNESS_FAULTS = (
    HarnessFault("log-lost", themes=_UP, wrap=lost),
    HarnessFault("log-ends", themes=_UP, wrap=ends),
    HarnessFault("text-withheld", OF_ITS_TEXT, wrap=withheld),
    HarnessFault("hook-deaf", themes=_UP, wrap=hook_deaf),
    HarnessFault("phone-swapped", themes=_UP, wrap=gone),
    HarnessFault("phone-hangs", themes=_UP, wrap=hangs),
    HarnessFault("unpaired", themes=_UP, wrap=unpaired),
    HarnessFault("journal-truncated", damage=truncated),
    HarnessFault("journal-damaged", damage=damaged),
    HarnessFault("force-refused", ("F1",), ("forced",), wrap=forces_refused),
    HarnessFault("clock-stepped-forward", (), _UP, extra=("step-clock 3h",)),
    HarnessFault("clock-stepped-back", (), _UP, extra=("step-clock -3h",)),
)
