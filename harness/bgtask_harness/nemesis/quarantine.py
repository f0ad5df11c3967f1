"""A phone that does not take back what was changed: nobody gets it until a person has seen to it."""

from __future__ import annotations

from bgtask_harness.errors import BadInput
from bgtask_harness.nemesis.healing import Healed
from bgtask_harness.nemesis.healing import by_hand
from bgtask_harness.nemesis.ledger import Ledger


class Quarantined(BadInput):
    """The phone was left changed and does not take it back. Says what, why, and what a person should type."""


def quarantine(name: str, ledger: Ledger, healed: Healed) -> str:
    """Say what is left and what to do about it."""
    left = "; ".join(
        f"{change.described}: {reason}; type {by_hand(change, ledger.way)}" for change, reason in healed.left
    )
    return (
        f"{name} is in quarantine, because an earlier session left it changed and it does not take that back: {left}; "
        f"then `bgtask heal {name}`, or `bgtask heal {name} --forget` when it is as you want it"
    )
