"""The rules of the house that no linter knows: sizes, docstrings, words, machine paths."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("reference_impl/**/*.py"), *ROOT.glob("harness/**/*.py")])
LONGEST_MODULE = 500
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}


def identify(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=identify)
def test_no_module_is_longer_than_500_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", SOURCES, ids=identify)
def test_no_module_is_named_for_nothing(path: Path) -> None:
    assert path.stem not in BANNED_NAMES


def public_definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=identify)
def test_every_module_and_every_public_name_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    missing = [node.name for node in public_definitions(tree) if not ast.get_docstring(node)]

    assert ast.get_docstring(tree), "a module says in its first line which one idea it holds"
    assert missing == []


def tracked_text() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: nothing tells which files are the project's")
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix not in {".png", ".lock"}:
            yield name, path.read_text(errors="replace")


def test_no_tracked_file_names_a_path_of_somebody_s_machine() -> None:
    machine_path = re.compile(r"(?:^|[\s\"'`(=])/(?:home|root|Users|work)/[a-zA-Z.]")
    found = [
        name for name, text in tracked_text() if name != "tests/house/test_house_rules.py" and machine_path.search(text)
    ]

    assert found == []


def test_every_import_of_a_device_back_end_is_lazy() -> None:
    back_ends = {"adbutils", "pymobiledevice3", "appium", "labgrid", "selenium"}
    eager = []
    for path in SOURCES:
        for node in ast.parse(path.read_text()).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            eager += [f"{identify(path)}: {name}" for name in names if name.split(".")[0] in back_ends]

    assert eager == []
