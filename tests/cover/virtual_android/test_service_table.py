"""docs/virtual-services.md: every line of it is typed into the shells of the four levels, and the cell holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.virtual.assemble import build

PAGE = Path(__file__).parents[3] / "docs/virtual-services.md"
LEVELS = (28, 30, 34, 36)
ROW = re.compile(r"\| `(?P<line>[^`]+)` \| (?P<cells>[^|]+\|[^|]+\|[^|]+\|[^|]+)\| (?P<note>[^|]*)\|")
REFUSED = re.compile(
    r"Unknown (command|option|set option|get option): |(unknown|Unknown) option '|Invalid command: "
    r"|Can't find service: |No shell command implementation|inaccessible or not found|Bad activity command"
    r"|no longer supported|Operation not permitted"
)
TAKEN = {"there": True, "partly": True, "missing": False, "none": False}


def rows() -> list[tuple[str, tuple[str, ...], str]]:
    found = ROW.finditer(PAGE.read_text(encoding="utf-8"))
    return [(m["line"], tuple(cell.strip() for cell in m["cells"].split("|")), m["note"].strip()) for m in found]


def typed(api: int, line: str) -> str:
    phone = build(f"pixel7-api{api}", "bgtask_reference.lineage.tvmaniac:fixed", "com.example.app", "hook")
    limit, answer = Deadline.after(10), b""
    with InProcessTransport(phone).open(f"exec:{line}", limit) as stream:
        while part := stream.recv(65_536, limit):
            answer += part
    return answer.decode()


@pytest.mark.parametrize(("line", "cells"), [row[:2] for row in rows()], ids=[row[0] for row in rows()])
def test_the_shell_takes_or_refuses_what_the_page_says(line: str, cells: tuple[str, ...]) -> None:
    assert len(cells) == len(LEVELS)
    answers = {api: typed(api, line) for api in LEVELS}
    taken = {api: REFUSED.search(answer) is None for api, answer in answers.items()}
    assert taken == {api: TAKEN[cell] for api, cell in zip(LEVELS, cells, strict=True)}, answers


def test_what_is_partly_there_is_explained() -> None:
    assert [line for line, cells, note in rows() if "partly" in cells and not note] == []


def test_every_line_of_the_tables_is_read() -> None:
    drawn = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(drawn) == len(rows())
    assert len(drawn) > 130
