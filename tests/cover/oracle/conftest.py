from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

# Test folders are no packages; the histories' writer is shared with tests/nocover and tests/quality under this name.
NAME = "bgtask_tests_histories"
PATH = Path(__file__).parents[2] / "cover/oracle/histories.py"


def load_histories() -> Any:
    if NAME not in sys.modules:
        spec = importlib.util.spec_from_file_location(NAME, PATH)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[NAME] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[NAME])
    return sys.modules[NAME]


load_histories()
