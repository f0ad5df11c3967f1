from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

# Test folders are no packages: what is shared between them is loaded by path, under a name of its own.
NAME, PATH = "bgtask_tests_iphone", Path(__file__).with_name("iphone.py")

if NAME not in sys.modules:
    spec = importlib.util.spec_from_file_location(NAME, PATH)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])
