"""Write `docs/findings.md` and `findings-ios.md`: what the oracle finds in each published generation, by running it.

`make findings` runs the shipped suite on `virtual-pixel7` and on `virtual-iphone15` for every generation, some minutes
in all, and writes the pages from the verdicts alone. What a broken rule means for a user is said in
`consequences.toml`; all else is output.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ENTRY = '{"timestamp"'
APPS = tuple(f"tvmaniac@{name}" for name in ("G0", "G1a", "G1b", "U1", "U2", "U3", "U4", "U5", "U6", "fixed"))
APPS += ("meeseeks",)
IOS_APPS = tuple(f"tvmaniac-ios@{name}" for name in ("G0", "G1a", "G1b"))
IOS_APPS += tuple(f"tvmaniac@{name}" for name in ("U1", "U2", "U3", "U4", "U5", "U6", "fixed"))
IOS_APPS += ("meeseeks",)


@dataclass(frozen=True)
class Page:
    """A page: where it is written, how it begins, and what is run for it on which device."""

    file: Path
    head: Path
    profile: str
    apps: tuple[str, ...]


PAGES = (
    Page(HERE.parent / "findings.md", HERE / "head.md", "virtual-pixel7", APPS),
    Page(HERE.parent / "findings-ios.md", HERE / "head-ios.md", "virtual-iphone15", IOS_APPS),
)


def judged(app: str, profile: str, folder: Path) -> dict[str, Any]:
    """Run the suite and give its verdicts.json. A red run is what is looked for, so its exit status says nothing."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--device={profile}", f"--app={app}"]
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
    return [_message_alone(line)[:200] for step in verdict["story"] for line in step.splitlines()[:3]]


def _message_alone(line: str) -> str:
    """Leave out of an entry of the unified log what stands before its message and would push it off the page."""
    before, found, _ = line.partition(ENTRY)
    if not found:
        return line
    entry, end = json.JSONDecoder().raw_decode(line[len(before) :])
    return f"{before}{' '.join(entry['eventMessage'].split())}{line[len(before) + end :]}"


def main() -> None:
    """Run every generation and write the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", action="append", choices=sorted({*APPS, *IOS_APPS}), help="only this one, printed")
    parser.add_argument("--device", choices=[page.profile for page in PAGES], help="only the page of this device")
    given = parser.parse_args()
    for page in PAGES:
        if given.device in {None, page.profile}:
            _write(page, tuple(app for app in page.apps if app in (given.app or page.apps)), printed=bool(given.app))


def _write(page: Page, apps: tuple[str, ...], *, printed: bool) -> None:
    consequences = tomllib.loads((HERE / "consequences.toml").read_text())
    lines = [page.head.read_text()]
    for app in apps:
        print(f"running {app} on {page.profile} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="bgtask-findings-") as folder:
            lines += section(app, judged(app, page.profile, Path(folder) / "run"), consequences)
    text = "\n".join(lines).rstrip() + "\n"
    if printed:
        print(text)
    else:
        page.file.write_text(text)


if __name__ == "__main__":
    main()
