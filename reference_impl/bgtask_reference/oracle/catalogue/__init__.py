"""The catalogue: every rule, and the hash that says which catalogue a verdict came from.

`python -m bgtask_reference.oracle.catalogue > docs/rules.md` writes the documentation's page.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from bgtask_reference.oracle.catalogue.page import written
from bgtask_reference.oracle.rules import cancelling
from bgtask_reference.oracle.rules import clock_change
from bgtask_reference.oracle.rules import constrained
from bgtask_reference.oracle.rules import continuing
from bgtask_reference.oracle.rules import crashing
from bgtask_reference.oracle.rules import dispatched
from bgtask_reference.oracle.rules import ending
from bgtask_reference.oracle.rules import held_back
from bgtask_reference.oracle.rules import ios_deciding
from bgtask_reference.oracle.rules import ios_launching
from bgtask_reference.oracle.rules import ios_parity
from bgtask_reference.oracle.rules import ios_registering
from bgtask_reference.oracle.rules import ios_submitting
from bgtask_reference.oracle.rules import ios_working
from bgtask_reference.oracle.rules import known
from bgtask_reference.oracle.rules import listed
from bgtask_reference.oracle.rules import overlap
from bgtask_reference.oracle.rules import policies
from bgtask_reference.oracle.rules import rebooting
from bgtask_reference.oracle.rules import registered
from bgtask_reference.oracle.rules import responding
from bgtask_reference.oracle.rules import retry
from bgtask_reference.oracle.rules import stopping
from bgtask_reference.oracle.rules import storms
from bgtask_reference.oracle.rules import timing
from bgtask_reference.oracle.rules.rule import Rule

JUDGING = (
    "bgtask_reference.oracle",
    "bgtask_reference.oracle.catalogue",
    "bgtask_reference.oracle.parity",
    "bgtask_reference.oracle.rules",
    "bgtask_reference.platform",
)
"""Packages whose every line may change what a history is judged to be."""

CATALOGUE: tuple[Rule, ...] = (
    *responding.RULES,
    *timing.RULES,
    *overlap.RULES,
    *constrained.RULES,
    *retry.RULES,
    *cancelling.RULES,
    *ending.RULES,
    *continuing.RULES,
    *rebooting.RULES,
    *known.RULES,
    *listed.RULES,
    *policies.RULES,
    *stopping.RULES,
    *dispatched.RULES,
    *registered.RULES,
    *crashing.RULES,
    *clock_change.RULES,
    *storms.RULES,
    *held_back.RULES,
    *ios_registering.RULES,
    *ios_submitting.RULES,
    *ios_launching.RULES,
    *ios_deciding.RULES,
    *ios_working.RULES,
    *ios_parity.RULES,
)
"""Every rule, in the order in which verdicts are listed."""


@cache
def catalogue_hash() -> str:
    """Hash of every rule, of the code that judges by them and of the constants: the same hash, the same verdicts."""
    digest = hashlib.sha256()
    for package in JUDGING:
        for name, text in _sources(package):
            digest.update(f"{package}/{name}\0{text}\0".encode())
    return digest.hexdigest()[:16]


def _sources(package: str) -> list[tuple[str, str]]:
    files = (each for each in resources.files(package).iterdir() if each.name.endswith((".py", ".toml")))
    return sorted((each.name, each.read_text(encoding="utf-8")) for each in files)


def page() -> str:
    """Write the catalogue as Markdown."""
    from bgtask_reference.oracle import parity  # noqa: PLC0415 - parity itself is judged through this catalogue

    return written(CATALOGUE, parity.RULES, parity.DIFFERENCES)
