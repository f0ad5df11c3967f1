"""Write docs/coverage.md from the TOML files beside this program: named tests of others joined to scenarios and rules.

`make coverage-page`, or `python docs/coverage/generate.py`. What a test of somebody else checks is one row: its suite,
class, method and state, the rules and scenarios here that show the same behaviour, and a reason. A row has the state
and the reason of its group, or else of its class. `reasons.toml` holds reasons that many rows share.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "coverage.md"
SOURCES = ("cts", "cts-shared-uid", "workmanager", "workmanager-later")
STATES = {
    "covered": "a shipped scenario brings it about on any phone that has what the scenario needs, and a rule judges it",
    "virtual only": "a shipped scenario brings it about, and for now only a virtual phone can carry it through",
    "needs a device": "it can be brought about on a phone or emulator, and shows from outside; no shipped scenario "
    "does it yet, or no rule judges it, and the reason says what is missing",
    "out of scope": "not judged here, and why",
}
_SOURCE_KEYS = {"title", "from", "count", "class"}
_CLASS_KEYS = {"name", "group"}
_GROUP_KEYS = {"state", "rules", "scenarios", "reason", "because", "methods"}


class BadDataError(ValueError):
    """A coverage file says something that cannot be; one sentence with the place."""


@dataclass(frozen=True, slots=True)
class Row:
    """One named test.

    Attributes:
        suite: The stem of the file that it is in.
        class_name: Class or file of the test, as its suite calls it.
        method: Its name.
        state: One of `STATES`.
        rules: Ids of rules that judge the same behaviour.
        scenarios: Scenarios that bring it about, without `test_`.
        because: Key of a shared reason, or "".
        reason: A sentence; the shared one where there is a key.

    """

    suite: str
    class_name: str
    method: str
    state: str
    rules: tuple[str, ...]
    scenarios: tuple[str, ...]
    because: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file: where its tests are from, how many there are by count of their list, and their rows."""

    suite: str
    title: str
    origin: str
    count: int
    rows: tuple[Row, ...]


def load_reasons(path: Path = HERE / "reasons.toml") -> dict[str, str]:
    """Give the sentences that rows share, by their keys."""
    found: dict[str, str] = tomllib.loads(path.read_text())
    return found


def load(path: Path, reasons: dict[str, str]) -> Source:
    """Read one file of named tests.

    Raises:
        BadDataError: A key or state is unknown, or a shared reason does not exist.

    """
    data = tomllib.loads(path.read_text())
    _known(data, _SOURCE_KEYS, path.name)
    rows = tuple(row for each in data["class"] for row in _class_rows(path.stem, each, reasons))
    return Source(path.stem, data["title"], data["from"], data["count"], rows)


def _class_rows(suite: str, data: dict[str, Any], reasons: dict[str, str]) -> Iterator[Row]:
    place = f"{suite}.toml, {data.get('name')}"
    _known(data, _CLASS_KEYS | _GROUP_KEYS, place)
    if "methods" in data:
        yield from _group_rows(suite, data["name"], data, reasons)
    for group in data.get("group", ()):
        _known(group, _GROUP_KEYS, place)
        yield from _group_rows(suite, data["name"], {**_inherited(data, group), **group}, reasons)


def _inherited(data: dict[str, Any], group: dict[str, Any]) -> dict[str, Any]:
    """Give a class's own reason to a group that has neither sentence nor key of its own."""
    kept = {"state", "rules", "scenarios"} if {"reason", "because"} & set(group) else _GROUP_KEYS - {"methods"}
    return {key: value for key, value in data.items() if key in kept}


def _group_rows(suite: str, name: str, group: dict[str, Any], reasons: dict[str, str]) -> Iterator[Row]:
    state, because = group.get("state"), group.get("because", "")
    if state not in STATES:
        raise BadDataError(f"{suite}.toml, {name}: state must be one of {', '.join(STATES)}, and is {state!r}")
    if because and because not in reasons:
        raise BadDataError(f"{suite}.toml, {name}: because = {because!r} is not in reasons.toml")
    reason = group.get("reason") or reasons.get(because, "")
    rules, scenarios = tuple(group.get("rules", ())), tuple(group.get("scenarios", ()))
    for method in group["methods"]:
        yield Row(suite, name, method, state, rules, scenarios, because, reason)


def _known(data: dict[str, Any], keys: set[str], place: str) -> None:
    if unknown := sorted(set(data) - keys):
        raise BadDataError(f"{place}: nothing is called {', '.join(unknown)} here, only {', '.join(sorted(keys))}")


def load_all() -> tuple[Source, ...]:
    """Read every source."""
    reasons = load_reasons()
    return tuple(load(HERE / f"{suite}.toml", reasons) for suite in SOURCES)


# --- the page -----------------------------------------------------------------------------------------------------


def page(sources: tuple[Source, ...], reasons: dict[str, str]) -> str:
    """Give the text of docs/coverage.md."""
    rows = [row for source in sources for row in source.rows]
    parts = [
        _head(sources, rows),
        _by_class(sources),
        _reasons(rows, reasons),
        *(_source(source) for source in sources),
    ]
    return "\n\n".join(parts) + "\n"


def _head(sources: tuple[Source, ...], rows: list[Row]) -> str:
    states = "\n".join(f"* **{state}**: {meaning}." for state, meaning in STATES.items())
    body = [[f"[{source.title}](#{source.suite})", *_counts(source.rows)] for source in sources]
    body.append(["**all**", *_counts(rows)])
    return f"""# Coverage

Generated by `make coverage-page` from `docs/coverage/*.toml`; a test keeps it current.

Android's own suites test the same behaviour from inside, with a test app that calls JobScheduler, or with WorkManager's
parts taken one by one. This page joins every test that they name to what here shows the same behaviour from outside, on
a whole phone with a whole app: [scenarios](scenarios.md) and [rules](rules.md), by id.

{states}

A scenario that shows a behaviour shows it for apps that use WorkManager; what no app file can ask for is out of scope.

## Counts

{_table(["suite", "named", *STATES], body)}"""


def _counts(rows: Iterable[Row]) -> list[str]:
    found = Counter(row.state for row in rows)
    return [str(found.total()), *(str(found[state] or "") for state in STATES)]


def _by_class(sources: tuple[Source, ...]) -> str:
    body = []
    for source in sources:
        for name, rows in _classes(source).items():
            body.append([source.suite, f"`{name}`", *_counts(rows)])
    return "## By class\n\n" + _table(["suite", "class", "named", *STATES], body)


def _reasons(rows: list[Row], reasons: dict[str, str]) -> str:
    used = Counter(row.because for row in rows if row.because)
    body = [[key, str(used[key]), reasons[key]] for key in sorted(used, key=lambda key: (-used[key], key))]
    alone = sum(row.reason != "" and not row.because for row in rows)
    text = f"Shared by many rows, which name them by these words; {alone} more rows have a sentence of their own."
    return f"## Reasons\n\n{text}\n\n{_table(['words', 'rows', 'sentence'], body)}"


def _source(source: Source) -> str:
    parts = [f'<a id="{source.suite}"></a>\n\n## {source.title}\n\n{source.origin}']
    for name, rows in _classes(source).items():
        body = [_cells(alike) for alike in _alike(rows)]
        parts.append(f"### {name} ({len(rows)})\n\n" + _table(["tests", "state", "scenarios", "rules", "reason"], body))
    return "\n\n".join(parts)


def _classes(source: Source) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in source.rows:
        found.setdefault(row.class_name, []).append(row)
    return found


def _alike(rows: list[Row]) -> list[list[Row]]:
    """Put together what differs by its method alone; the order of states, then of the file."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault((row.state, row.scenarios, row.rules, row.because, row.reason), []).append(row)
    order = list(STATES)
    return sorted(found.values(), key=lambda group: order.index(group[0].state))


def _cells(rows: list[Row]) -> list[str]:
    row = rows[0]
    return [
        ", ".join(f"`{each.method}`" for each in rows),
        row.state,
        ", ".join(f"`{name}`" for name in row.scenarios),
        ", ".join(f"[{rule}](rules.md#{_anchor(rule)})" for rule in row.rules),
        row.because or row.reason,
    ]


def _anchor(heading: str) -> str:
    """Give the anchor that a page on GitHub has for a heading."""
    return "".join(letter for letter in heading.lower() if letter.isalnum() or letter == "-")


def _table(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> int:
    """Write the page. 0: done; 2: the data is wrong."""
    try:
        text = page(load_all(), load_reasons())
    except BadDataError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
