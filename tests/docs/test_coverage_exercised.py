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


Told = dict[str, set[str]]
APPS = ("tvmaniac@fixed", "every-kind", "crowd")
"""The others for what the published app asks nothing of: only what those before leave open is run with each."""


def idle(claimed: list[Claim], told: Told) -> dict[str, set[str]]:
    """Each claim of which some rule had nothing to do, with those rules."""
    left = ((place, set(rules) - set().union(*(told[name] for name in names))) for place, names, rules in claimed)
    return {place: missing for place, missing in left if missing}


def run(app: str, scenarios: set[str], folder: Path) -> tuple[dict[str, Any], str]:
    wanted = " or ".join(f"test_{name}[" for name in sorted(scenarios))
    options = ["--device", "virtual-pixel7", "--app", app, f"--run-dir={folder}", "-k", wanted, "-q"]
    done = subprocess.run([sys.executable, "-m", "pytest", *options], cwd=ROOT, capture_output=True, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    written = folder / "verdicts.json"
    assert written.exists(), said
    return json.loads(written.read_text()), said


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_rule_of_a_covered_behaviour_was_exercised_in_its_scenarios(tmp_path: Path) -> None:
    claimed, said = list(claims()), ""
    told: Told = defaultdict(set)
    for app in APPS:
        left = idle(claimed, told)
        open_ones = {name for place, scenarios, _ in claimed if place in left for name in scenarios}
        verdicts, said = run(app, open_ones, tmp_path / app)
        for scenario, rules in exercised(verdicts).items():
            told[scenario] |= rules

    assert idle(claimed, told) == {}, said
