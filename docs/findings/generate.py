"""Write `docs/findings.md`: what the oracle finds in each published generation, as found by running it.

`make findings` runs the shipped suite on `virtual-pixel7` for every generation, some minutes in all, and writes the
page from the verdicts alone. What a broken rule means for a user is said in `consequences.toml`; all else is output.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "findings.md"
APPS = tuple(f"tvmaniac@{name}" for name in ("G0", "G1a", "G1b", "U1", "U2", "U3", "U4", "U5", "U6", "fixed"))
APPS += ("meeseeks",)
PROFILE = "virtual-pixel7"


def judged(app: str, folder: Path) -> dict[str, Any]:
    """Run the suite and give its verdicts.json. A red run is what is looked for, so its exit status says nothing."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--device={PROFILE}", f"--app={app}"]
    subprocess.run([*command, f"--run-dir={folder}"], check=False, capture_output=True)
    verdicts: dict[str, Any] = json.loads((folder / "verdicts.json").read_text())
    return verdicts


def findings(verdicts: dict[str, Any]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Group the failures by rule and task: `{(rule, task): [verdict with its scenario, ...]}`."""
    found = defaultdict(list)
    for journal in verdicts["journals"]:
        for verdict in journal["verdicts"]:
            if verdict["judgement"] == "fail":
                found[verdict["rule"], verdict["task"]].append({**verdict, "scenario": journal["scenario"]})
    return dict(sorted(found.items()))


def section(app: str, verdicts: dict[str, Any], consequences: dict[str, str]) -> list[str]:
    """Render one generation."""
    found, count = findings(verdicts), len(verdicts["journals"])
    if not found:
        return [f"## {app}", "", f"Nothing broke a rule in {count} scenarios.", ""]
    lines = [f"## {app}", ""]
    for (rule, task), broken in found.items():
        first = min(broken, key=lambda verdict: len(verdict["witness"]))
        title = f"**{rule}** ({first['norm']}), `{task}`, in {len(broken)} of {count} scenarios: {first['reason']}."
        lines += [title, "", consequences.get(rule, "What that means for a user has not been written down yet."), ""]
        lines += [f"Witness (`{first['scenario']}`):", "", "```text", *_story(first), "```", ""]
    return lines


def _story(verdict: dict[str, Any]) -> list[str]:
    return [line[:200] for step in verdict["story"] for line in step.splitlines()[:3]]


def main() -> None:
    """Run every generation and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", action="append", choices=APPS, help="only this one, printed instead of written")
    chosen = parser.parse_args().app
    consequences = tomllib.loads((HERE / "consequences.toml").read_text())
    lines = [(HERE / "head.md").read_text()]
    for app in chosen or APPS:
        print(f"running {app} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="bgtask-findings-") as folder:
            lines += section(app, judged(app, Path(folder) / "run"), consequences)
    text = "\n".join(lines).rstrip() + "\n"
    if chosen:
        print(text)
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
