"""How times, tasks and judgements are said to a person, the same in every report."""

from __future__ import annotations

from bgtask_reference.events import AppSpec
from bgtask_reference.events import Judgement

_MS, _S, _HOUR_TENTHS = 1_000_000, 1_000_000_000, 36_000
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

JUDGEMENTS: dict[Judgement, str] = {
    Judgement.FAIL: "FAIL",
    Judgement.INCONCLUSIVE: "INCONCLUSIVE",
    Judgement.SUPPRESSED: "SUPPRESSED",
    Judgement.UNSUPPORTED: "UNSUPPORTED",
    Judgement.PASS: "PASS",
    Judgement.NOT_EXERCISED: "NOT EXERCISED",
}
"""Worst first."""


def duration(ns: int) -> str:
    """Say a length of time with its three largest units: `340 ms`, `12.5 s`, `1 min 10.5 s`, `5 h 3 min`."""
    sign = "-" if ns < 0 else ""
    length = abs(ns)
    if length < _S:
        return f"{sign}{round(length / _MS)} ms"
    tenths = round(length * 10 / _S)
    if tenths < _HOUR_TENTHS:
        minutes, rest = divmod(tenths, 600)
        seconds_said = f"{rest / 10:.1f}".removesuffix(".0") + " s"
        return sign + " ".join(([f"{minutes} min"] if minutes else []) + ([seconds_said] if rest else []))
    seconds = round(length / _S)
    parts: list[tuple[int, str]] = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append((count, unit))
    return sign + " ".join(f"{count} {unit}" for count, unit in parts[:3] if count)


def task_title(app: AppSpec | None, task: str) -> str:
    """Say a task as its app file does; its id's last part where that has no title."""
    for spec in app.tasks if app else ():
        if spec.id == task:
            return spec.title or _last_part(task)
    return _last_part(task)


def _last_part(name: str) -> str:
    return name.rsplit(".", 1)[-1] or name


def counted(count: int, one: str, many: str = "") -> str:
    """Say `1 journal`, `2 journals`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
