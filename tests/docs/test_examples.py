"""What the docs show works: code compiles, faults apply, files parse, options exist, links lead somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.observe.ios import IosLogObserver
from bgtask_harness.virtual.assemble import build
from bgtask_harness.virtual.ios.assemble import build as build_iphone
from bgtask_harness.virtual.ios.dasd import Dasd
from bgtask_harness.virtual.ios.framework import BGTaskScheduler
from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_harness.virtual.layers import Layers

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), ROOT / "reports/README.md"])


def blocks(language: str) -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for found in re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            yield page, found


def test_python_in_the_docs_compiles() -> None:
    for page, code in blocks("python"):
        compile(code, str(page), "exec")


def test_toml_in_the_docs_parses() -> None:
    for page, text in blocks("toml"):
        assert tomllib.loads(text), page


def test_the_lines_of_the_swift_sample_are_read() -> None:
    (_, code), *_ = blocks("swift")
    values = {"bundle": "org.example", "event": "start", "id": "org.example.sync", "attempt": "A1", "more": ""}
    values |= {"why": "null", "getpid()": "412", "name": "org.example.bgt.sentinel.7"}
    observer = IosLogObserver("org.example")
    kinds = []
    for literal in re.findall(r'"(\{(?:[^"\\]|\\.)*\})"', code):
        text = re.sub(r"\\\((getpid\(\)|\w+)\)", lambda found: values[found[1]], literal).replace('\\"', '"')
        category = "bgt" if '"hook"' in text else "bgtask-beacon"
        entry = {"timestamp": "2026-11-23 02:00:00.000000+0000", "processID": 412, "threadID": 7}
        entry |= {"processImagePath": "/x/App", "senderImagePath": "/x/App", "subsystem": "org.example"}
        line = json.dumps({**entry, "category": category, "messageType": "Default", "eventMessage": text})
        kinds += [event.KIND for event in observer.feed(line)]
    assert kinds == ["process.started", "bgtask.app-stepped", "run.started", "sentinel.seen"]


def documented_faults(layers: str = "layers") -> Iterator[tuple[str, str]]:
    for _, code in blocks("python"):
        for name in re.findall(rf"^def (\w+)\({layers}\)", code, re.MULTILINE):
            yield name, code


def test_each_fault_in_the_docs_makes_a_phone() -> None:
    made = set()
    for name, code in documented_faults():
        space: dict[str, Any] = {}
        exec(compile(code, "docs", "exec"), space)
        phone = build(
            "pixel7-api36", "bgtask_reference.lineage.tvmaniac:fixed", "com.example.app", "hook", [space[name]]
        )
        assert phone.api_level == 36
        made.add(name)

    assert {"backoff_ignored", "drops_after_a_minute"} <= made


def test_each_fault_of_an_iphone_in_the_docs_makes_one() -> None:
    made = set()
    for name, code in documented_faults("iphone"):
        space: dict[str, Any] = {}
        exec(compile(code, "docs", "exec"), space)
        phone = build_iphone(
            "iphone15-ios26", "bgtask_reference.lineage.tvmaniac.ios:fixed", "com.example.app", "hook", [space[name]]
        )
        sound = IosLayers(dasd=Dasd, background_tasks=BGTaskScheduler, program=phone.layers.program)
        assert phone.layers != sound
        made.add(name)

    assert made == {"every_second_line_is_lost", "windows_open_at_once"}


def helped(arguments: list[str]) -> str:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout


def test_every_option_of_ours_that_the_docs_name_exists() -> None:
    bgtask = ["-c", "from bgtask_harness.cli import main; raise SystemExit(main())"]
    commands = re.findall(r"^    (\w[\w-]*)\s", helped([*bgtask, "--help"]), re.MULTILINE)
    shown = helped(["-m", "pytest", "--help"]) + helped(["-m", "bgtask_harness.virtual", "--help"])
    shown += helped(["-m", "bgtask_harness.virtual.iphone", "--help"])
    shown += "".join(helped([*bgtask, command, "--help"]) for command in commands)
    known = set(re.findall(r"--[a-z][a-z-]+", shown))
    named = {
        (page.name, option)
        for page in PAGES
        for line in page.read_text().splitlines()
        if re.search(r"\b(pytest|bgtask) -?-?\w", line)
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)
    }

    assert sorted(pair for pair in named if pair[1] not in known) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_layers_is_what_the_docs_call_it() -> None:
    assert set(Layers.__dataclass_fields__) == {"adbd", "job_scheduler", "work_manager", "program"}
