from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

# Test folders are no packages: what is shared between them is loaded by path, under a name of its own.
TESTS = Path(__file__).parents[2]
SHARED = {
    "bgtask_tests_histories": TESTS / "cover/oracle/histories.py",
    "bgtask_tests_judging": TESTS / "cover/oracle/judging.py",
    "bgtask_tests_legal": TESTS / "nocover/oracle/legal.py",
}

for name, path in SHARED.items():
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
