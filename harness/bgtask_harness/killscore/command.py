"""What `bgtask kill-score` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from bgtask_harness.killscore.campaign import HEALTHY_RUNS
from bgtask_harness.killscore.campaign import Campaign
from bgtask_harness.killscore.stages import ANDROID

BELOW = 1
"""Exit status of a score that does not hold."""


def kill_score(
    only: tuple[str, ...],
    runs: int | None,
    seed: int,
    mutants: tuple[Path, ...],
    *,
    as_json: bool,
    out: Callable[[str], None],
    platform: str = ANDROID,
) -> int:
    """Run a campaign, print its score, and give 0 when the oracle can be trusted.

    With `only` no healthy life is run unless `runs` says how many.

    Raises:
        BadInput: Something that was asked for is not there.

    """
    healthy = runs if runs is not None else 0 if only else HEALTHY_RUNS
    score = Campaign(only, healthy, seed, mutants, tell=_aside, platform=platform).run()
    if as_json:
        out(json.dumps(score.as_json(), indent=2))
    else:
        for line in score.as_table():
            out(line)
    return 0 if score.holds else BELOW


def _aside(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
