# ruff: noqa: INP001 - a program beside the reports, part of no package
"""Repair an Allure 3 report after it was generated: no race in a single file, no analytics.

`python reports/finish.py FOLDER ...`. Running it twice changes nothing more. Needed as of npm allure 3.18.0:

* its single file starts the program before the data is defined; on a slow machine the page then spins for ever;
* it loads Google Analytics in the reader's browser, and no option turns that off.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

DATA_FIRST = (
    "<script>window.allureReportDataReady=window.allureReportDataReady||false;"
    "window.allureReportData=window.allureReportData||{};</script>"
)
ANALYTICS = re.compile(
    r'<script[^>]*src="https://www\.googletagmanager\.com/[^"]*"[^>]*>\s*</script>'
    r"(?:\s*<script>(?:(?!</script>).)*?gtag\((?:(?!</script>).)*?</script>)?",
    re.DOTALL,
)


def finish(page: str) -> str:
    """Give the repaired text of one HTML file."""
    if "allureReportDataReady" in page and DATA_FIRST not in page:
        page = page.replace("<head>", f"<head>{DATA_FIRST}", 1)
    return ANALYTICS.sub("", page)


def main(folders: list[str]) -> int:
    """Repair every HTML file below the folders. 0: done; 2: nothing was there to repair."""
    pages = [page for folder in folders for page in sorted(Path(folder).rglob("*.html"))]
    if not pages:
        sys.stderr.write("no report found: name the folder that `allure generate --output` wrote\n")
        return 2
    for page in pages:
        page.write_text(finish(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
