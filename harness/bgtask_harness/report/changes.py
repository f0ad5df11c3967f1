"""What changed between the verdicts that a run directory holds and the ones that judging it again gives."""

from __future__ import annotations

import json
from typing import Any

Verdicts = dict[tuple[str, str, str, str], dict[str, Any]]


def changes(recorded: str, now: dict[str, Any]) -> list[str]:
    """List the changes, a sentence each; empty if the file says exactly what judging says now.

    Args:
        recorded: The text of the `verdicts.json` that is there.
        now: The content that judging gives now (`verdicts_json.to_value`).

    """
    try:
        before = json.loads(recorded)
        return _changes(before, now)
    except (ValueError, TypeError, KeyError, AttributeError):
        return ["verdicts.json cannot be read: it was not written by this harness or is damaged"]


def _changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    if before == now:
        return []
    told = []
    if before["catalogue"] != now["catalogue"]:
        told.append(f"the rules have changed: catalogue {before['catalogue']} then, {now['catalogue']} now")
    old, new = _by_key(before), _by_key(now)
    told += [
        f"{_name(key)}: {_judgement(old.get(key))} then, {_judgement(new.get(key))} now" for key in _moved(old, new)
    ]
    if not told:
        told.append("the judgements are the same; reasons, counts or notes read otherwise")
    return told


def _by_key(content: dict[str, Any]) -> Verdicts:
    judged = [(journal["journal"], journal) for journal in content["journals"]]
    judged += [(" and ".join(pair["journals"]), pair) for pair in content.get("parity", ())]
    return {
        (name, verdict["rule"], verdict["norm"], verdict["task"]): verdict
        for name, one in judged
        for verdict in one["verdicts"]
    }


def _moved(old: Verdicts, new: Verdicts) -> list[tuple[str, str, str, str]]:
    return [key for key in sorted({*old, *new}) if _judgement(old.get(key)) != _judgement(new.get(key))]


def _judgement(verdict: dict[str, Any] | None) -> str:
    return str(verdict["judgement"]) if verdict else "not there"


def _name(key: tuple[str, str, str, str]) -> str:
    journal, rule, norm, task = key
    return f"{journal.replace('/journal.jsonl', '')}: {rule} ({norm}) of {task}"
