"""The two lists that keep a kill score honest: what is legal and must not be accused, and what the harness broke."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bgtask_harness.journal import parse
from bgtask_harness.journal.codec import encode_closing
from bgtask_harness.journal.codec import encode_entry
from bgtask_harness.journal.codec import encode_header
from bgtask_harness.journal.format import frame
from bgtask_harness.killscore import tampering
from bgtask_reference.events import History
from bgtask_reference.events import Norm

ALL_RULES = ("R", "F")
_FAULTS = "bgtask_harness.virtual.faults.legal"
_PROMISED = (Norm.PLATFORM, Norm.CONTRACT)
WrapOf = Callable[[int], Any]
"""Gives by a seed what a subject's `wrap` is: each platform has its own kind."""


@dataclass(frozen=True, slots=True)
class Nuisance:
    """Something legal.

    Attributes:
        name: What it is called.
        themes: Lives in which it happens; any when empty.
        fault: Import path of what the phone does.
        wrap: What is put between driver and phone, by seed.
        norms: What is judged: a phone that is late by hours keeps every promise and not every expectation.

    """

    name: str
    themes: tuple[str, ...] = ("",)
    fault: str | None = None
    wrap: WrapOf | None = None
    norms: tuple[Norm, ...] | None = None

    def on(self, subject: Any, seed: int) -> Any:
        """Give the subject that it happens to."""
        changed = subject
        if self.fault is not None:
            changed = dataclasses.replace(changed, faults=(self.fault,))
        if self.wrap is not None:
            changed = dataclasses.replace(changed, wrap=self.wrap(seed))
        if self.norms is not None:
            spec = dataclasses.replace(changed.app.spec, norms=self.norms)
            changed = dataclasses.replace(changed, app=dataclasses.replace(changed.app, spec=spec))
        return changed


NUISANCES = (
    Nuisance("doze", ("doze",)),
    Nuisance("standby-buckets", ("bucket",)),
    Nuisance("power", ("power",)),
    Nuisance("force-stop", ("stopped",)),
    Nuisance("process-restarts", ("process",)),
    Nuisance("forces", ("forced",)),
    Nuisance("failing-server", ("failing",)),
    Nuisance("asked-twice", ("twice",)),
    Nuisance("time-zones", ("zone",)),
    Nuisance("jitter", fault=f"{_FAULTS}:jitter"),
    Nuisance("late-by-hours", fault=f"{_FAULTS}:hours_late", norms=_PROMISED),
    Nuisance("log-in-pieces", wrap=tampering.in_small_pieces),
    Nuisance("log-reordered", wrap=tampering.reordered),
)

Damage = Callable[[History, int], History]


@dataclass(frozen=True, slots=True)
class HarnessFault:
    """Something that the harness or its cable broke: no verdict may rest on what is left.

    Attributes:
        name: What it is called.
        mute: Rules that may neither accuse nor acquit; any other may still acquit.
        themes: Lives in which it happens.
        wrap: What is put between driver and phone, by seed.
        damage: What becomes of the history, by seed.
        extra: Lines that are put into the middle of the plan.

    """

    name: str
    mute: tuple[str, ...] = ALL_RULES
    themes: tuple[str, ...] = ("",)
    wrap: WrapOf | None = None
    damage: Damage | None = None
    extra: tuple[str, ...] = ()

    def silences(self, rule: str) -> bool:
        """Tell whether a rule must not say anything for sure."""
        return any(rule.startswith(each) for each in self.mute)


def _journal(history: History) -> bytes:
    assert history.header is not None
    lines = [encode_header(history.header), *(encode_entry(entry) for entry in history.entries)]
    after = len(history.entries) + 1
    closing = encode_closing(after, after)
    return b"".join(frame(line) for line in (*lines, closing))


def truncated(history: History, seed: int) -> History:
    """Give what is left of a journal that was cut somewhere."""
    data = _journal(history)
    return parse(data[: random.Random(f"cut {seed}").randrange(len(data))]).history  # noqa: S311 - same twice


def damaged(history: History, seed: int) -> History:
    """Give what is left of a journal some of whose bytes were overwritten."""
    data, rng = bytearray(_journal(history)), random.Random(f"damage {seed}")  # noqa: S311 - same twice
    at = rng.randrange(len(data))
    data[at : at + rng.randint(1, 400)] = bytes(rng.randint(1, 400))
    return parse(bytes(data)).history


_UP = ("quiet", "server", "user")
"""Lives without a reboot: a phone that goes away for good cannot come up again."""

HARNESS_FAULTS = (
    HarnessFault("log-lost", themes=_UP, wrap=tampering.log_lost),
    HarnessFault("log-ends", themes=_UP, wrap=tampering.log_ends),
    HarnessFault("sentinels-lost", themes=_UP, wrap=tampering.sentinels_lost),
    HarnessFault("device-lost", themes=_UP, wrap=tampering.device_lost),
    HarnessFault("device-hangs", themes=_UP, wrap=tampering.device_hangs),
    HarnessFault("unauthorized", themes=_UP, wrap=tampering.unauthorized),
    HarnessFault("journal-truncated", damage=truncated),
    HarnessFault("journal-damaged", damage=damaged),
    HarnessFault("force-refused", ("F1",), ("forced",), wrap=tampering.forces_refused),
    HarnessFault("clock-stepped-forward", (), _UP, extra=("step-clock 3h",)),
    HarnessFault("clock-stepped-back", (), _UP, extra=("step-clock -3h",)),
)
"""WorkManager counts by the wall clock: by that clock a rule may hold across a step, but nobody may be accused."""
