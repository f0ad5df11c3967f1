from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

# Test folders are no packages: what is shared between them is loaded by path, under a name of its own.
HERE = Path(__file__).parent
SHARED = {
    "bgtask_tests_iphone": HERE.parent / "rules/iphone.py",
    "bgtask_tests_phones": HERE / "phones.py",
}

for name, path in SHARED.items():
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
