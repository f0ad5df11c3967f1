"""`bgtask check`: judge a run directory again, without a device, and say whether anything has changed."""

from __future__ import annotations

import sys
from pathlib import Path

from bgtask_harness.errors import BadInput
from bgtask_harness.report.changes import changes
from bgtask_harness.report.exit_status import ExitStatus
from bgtask_harness.report.exit_status import exit_status
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.run import judge_run
from bgtask_harness.report.summary import summary
from bgtask_harness.report.summary import visible
from bgtask_harness.report.verdicts_json import VERDICTS_NAME
from bgtask_harness.report.verdicts_json import to_json
from bgtask_harness.report.verdicts_json import to_value


def check(run_dir: Path | str, as_json: bool = False) -> int:
    """Judge again and print: the JSON of `verdicts.json`, or a summary for people. Nothing in the directory is changed.

    What differs from the directory's own `verdicts.json` is listed on standard error.

    Returns:
        The exit status: 0 pass, 1 fail, 2 inconclusive or nothing exercised, 3 broken input.

    """
    try:
        run = judge_run(run_dir)
        changed = changes_since_recorded(run)
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return ExitStatus.BROKEN_INPUT
    sys.stdout.write(to_json(run) if as_json else summary(run))
    sys.stderr.writelines(f"changed: {visible(line)}\n" for line in changed)
    return exit_status(run)


def changes_since_recorded(run: RunVerdicts) -> list[str]:
    """List what differs from the run directory's `verdicts.json`; empty if nothing does or there is none.

    Raises:
        BadInput: The file is there and cannot be opened.

    """
    path = run.folder / VERDICTS_NAME
    try:
        recorded = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); make it readable or remove it") from error
    return changes(recorded, to_value(run))
