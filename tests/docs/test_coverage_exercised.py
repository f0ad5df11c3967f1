"""What the catalogue calls covered is so: each scenario that it names is run, and each of its rules had work to do."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHOWN = {"covered", "virtual only"}
Claim = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Where it is made, the scenarios, the rules."""


def claims() -> Iterator[Claim]:
    for path in sorted((ROOT / "docs/coverage").glob("*.toml")):
        for each in tomllib.loads(path.read_text()).get("class", ()):
            for own in each.get("group", [{}]):
                group = {**each, **own}
                if group["state"] in SHOWN:
                    place = f"{path.name}, {each['name']}, {group['methods'][0]}"
                    yield place, tuple(group["scenarios"]), tuple(group["rules"])


def exercised(verdicts: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for journal in verdicts["journals"]:
        rules = {verdict["rule"] for verdict in journal["verdicts"] if verdict["exercised"]}
        found[journal["scenario"].partition("-")[0]] |= rules
    return found


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_rule_of_a_covered_behaviour_was_exercised_in_its_scenarios(tmp_path: Path) -> None:
    claimed = list(claims())
    wanted = " or ".join(sorted({name for _, scenarios, _ in claimed for name in scenarios}))
    options = ["--device", "virtual-pixel7", f"--run-dir={tmp_path}/run", "-k", wanted, "-q"]
    done = subprocess.run([sys.executable, "-m", "pytest", *options], cwd=ROOT, capture_output=True, check=False)

    written = tmp_path / "run/verdicts.json"
    assert written.exists(), done.stdout.decode() + done.stderr.decode()
    told = exercised(json.loads(written.read_text()))
    idle = {
        place: missing
        for place, scenarios, rules in claimed
        if (missing := set(rules) - set().union(*(told[name] for name in scenarios)))
    }
    assert idle == {}, done.stdout.decode()
