"""Golden histories: transcribed from public logs, never from a virtual phone, and judged."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bgtask_reference.events import KINDS
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import AppSpec
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import TaskSpec
from bgtask_reference.oracle import CATALOGUE
from bgtask_reference.oracle import judge
from bgtask_reference.oracle.catalogue.page import evidence

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.toml"))
WALL = 1_700_000_000
BEFORE, MS, GRAIN = 5, 1_000_000, 500_000
DUMPS = {"jobs.listed"}
"""Events of dumps, which lie between two readings of the boot clock."""


def history_of(golden: dict[str, Any]) -> History:
    """Make a history of a golden file: its lines, and a log that is whole around them, as the file says."""
    told = sorted(golden["events"], key=lambda each: each["at"])
    first, last = told[0]["at"], told[-1]["at"]
    events: list[Event] = [CaptureOpened(stamp=Stamp(Clock.HOST, 0)), *sample(1, first - BEFORE)]
    for number, each in enumerate(told):
        around = each["kind"] in DUMPS
        events += sample(2 + number, each["at"] - 0.02) if around else []
        events.append(event_of(each))
    events += sample(1000, last + 0.5) + sample(1001, last + golden["whole_for"])
    tasks = tuple(msgspec.convert(task, TaskSpec) for task in golden["tasks"])
    header = Header(
        1,
        "0",
        "",
        "golden",
        AppSpec("golden", "org.example.app", tasks, work_manager_version=None),
        DeviceSpec("golden", platform=golden["platform"], api_level=golden.get("api_level")),
    )
    return History(header, tuple(Entry(n, n, event) for n, event in enumerate(events)), closed=True)


def sample(number: int, at: float) -> list[Event]:
    boot = wall(at) - WALL * NS_PER_S
    taken = ClockSampled(
        stamp=Stamp(Clock.BOOT, boot, MS),
        number=number,
        boot_id="boot",
        boot_ns=boot,
        wall_ns=wall(at),
        error_ns=MS,
        host_ns=boot,
    )
    return [taken, SentinelSeen(stamp=Stamp(Clock.LOG, wall(at) + MS, GRAIN), source=Source.SYSTEM_LOG, number=number)]


def wall(at: float) -> int:
    return round((WALL + 100 + at) * NS_PER_S)


def event_of(each: dict[str, Any]) -> Event:
    fields = {name: value for name, value in each.items() if name not in {"at", "kind", "source", "raw"}}
    clock = Clock.HOST if each["source"] == "harness" else Clock.LOG
    stamp = Stamp(clock, wall(each["at"]), GRAIN)
    if each["kind"] in DUMPS:
        stamp = Stamp(Clock.BOOT, wall(each["at"]) - WALL * NS_PER_S, MS)
    if "jobs" in fields:  # TOML has no null
        count = fields.pop("repeated", 1)
        fields["jobs"] = [
            {"namespace": None, **job, "job_id": job["job_id"] + n} for n in range(count) for job in fields["jobs"]
        ]
    given = {**fields, "source": each["source"], "raw": each.get("raw", ""), "stamp": msgspec.to_builtins(stamp)}
    event: Event = msgspec.convert(given, KINDS[each["kind"]])
    return event


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_public_log_is_judged_as_its_file_says(path: Path) -> None:
    golden = tomllib.loads(path.read_text())
    said = {verdict.rule: verdict for verdict in judge(history_of(golden)).verdicts}

    assert {rule: said[rule].judgement.value for rule in golden["rules"]} == golden["rules"], path.name


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_history_names_where_it_was_published(path: Path) -> None:
    golden = tomllib.loads(path.read_text())

    assert golden["source"].startswith(("https://", "public code index, file "))
    assert all(each.get("raw") or each["source"] == "harness" for each in golden["events"])


def test_the_catalogue_names_for_each_rule_a_history_that_exercises_it() -> None:
    told = {path.stem: tomllib.loads(path.read_text())["rules"] for path in GOLDEN}
    named = {rule.id: evidence(rule.id)["golden"] for rule in CATALOGUE if evidence(rule.id).get("golden")}

    assert all(told[name].get(rule, "not-exercised") != "not-exercised" for rule, name in named.items())
    assert set(named) == {rule for rules in told.values() for rule, word in rules.items() if word != "not-exercised"}
