"""Measure, beside peers, in one run: `make bench`.

Each module of this folder with a `measure() -> dict` is a set of figures. What is printed is also written as JSON, with
the machine it was measured on. Times of a shared machine mean little: read the ratios.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
import time
from datetime import UTC
from datetime import datetime
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bench_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def show(name: str, figures: dict[str, object], indent: str = "  ") -> None:
    print(f"{indent[2:]}{name}")
    for key, value in figures.items():
        if isinstance(value, dict):
            show(key, value, indent + "  ")
        else:
            text = f"{value:,.3f}" if isinstance(value, float) else f"{value}"
            print(f"{indent}{key:<52} {text:>16}")


def main() -> int:
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem != "run")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", metavar="FIGURES", help=f"any of {', '.join(names)}; all when none is named")
    wanted = parser.parse_args().only or names
    unknown = [name for name in wanted if name not in names]
    if unknown:
        parser.error(f"no figures are called {', '.join(unknown)}: there are {', '.join(names)}")
    results: dict[str, dict[str, object]] = {"machine": machine()}
    for name in wanted:
        print(f"measuring {name} ...", flush=True)
        begun = time.perf_counter()
        figures = load(HERE / f"{name}.py").measure()
        results[name] = {**figures, "measuring took, s": round(time.perf_counter() - begun, 1)}
        show(name, results[name])
    target = HERE / "results"
    target.mkdir(exist_ok=True)
    file = target / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    file.write_text(json.dumps(results, indent=2) + "\n")
    print(f"written: {file.relative_to(HERE.parent)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
