"""docs/corpus.md is current, and every line of the corpus is read or explained. Needs the corpus: BGTASK_CORPUS."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.corpus

ROOT = Path(__file__).parents[2]


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpus_page", ROOT / "docs/corpus/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generator = load_generator()


@pytest.fixture
def folder() -> Path:
    named = os.environ.get("BGTASK_CORPUS")
    if not named:
        pytest.skip("BGTASK_CORPUS names no folder with recorded output (android/*.txt)")
    return Path(named)


def test_every_line_of_the_corpus_is_read_or_explained(folder: Path) -> None:
    assert [(one.name, one.unexplained) for one in generator.reports(folder) if one.unexplained] == []


def test_the_page_is_what_the_generator_writes(folder: Path) -> None:
    assert generator.PAGE.read_text(encoding="utf-8") == generator.page(generator.reports(folder))


def test_a_file_of_an_unknown_kind_is_explained_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "android").mkdir()
    (tmp_path / "android" / "new_service.txt").write_text("Something new: nobody knows\n")
    (one,) = generator.reports(tmp_path)
    assert one.unexplained == ["Something new: nobody knows"]


def test_a_shape_keeps_no_numbers_and_nothing_after_a_colon() -> None:
    assert generator.shape("JobStatus{87a6b19 #u0a347/64: secret}") == "JobStatus{NaNbN #uNaN/N"
