from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from dataclasses import replace
from pathlib import Path
from typing import Any

from bgtask_harness.report import RunVerdicts
from bgtask_harness.report import to_json
from bgtask_harness.report.changes import changes
from bgtask_harness.report.verdicts_json import to_value
from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict

SCHEMA = Path(__file__).parents[3] / "docs" / "verdicts-schema.md"


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            if name not in {"journals_by", "counts", "verdicts_by"}:
                yield from keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys(item)


def test_every_key_is_documented(judged: RunVerdicts) -> None:
    documented = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", SCHEMA.read_text()))))
    judgements = {str(kind) for kind in Judgement} | {"not-exercised"}

    assert {key for key in keys(to_value(judged)) if key not in judgements} <= documented


def test_every_field_of_a_verdict_is_there(judged: RunVerdicts) -> None:
    verdict = to_value(judged)["journals"][3]["verdicts"][0]

    assert set(verdict) == {field.name for field in fields(Verdict)}
    assert verdict["judgement"] == "fail"
    assert verdict["level"] == "nudged"


def test_the_text_is_canonical(judged: RunVerdicts) -> None:
    text = to_json(judged)

    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    assert text.isascii()


def test_where_the_run_lies_is_not_told(judged: RunVerdicts) -> None:
    assert to_json(judged) == to_json(replace(judged, folder=Path("/somewhere/else")))


def test_the_summary_counts_journals_and_verdicts(judged: RunVerdicts) -> None:
    value = to_value(judged)

    assert value["summary"]["journals"] == {"fail": 1, "inconclusive": 1, "pass": 1, "skipped": 1}
    assert value["summary"]["verdicts"] == {"fail": 1, "inconclusive": 2, "not-exercised": 1, "pass": 5}
    assert (value["exit_status"], value["conclusion"]) == (1, "fail")


def test_no_change_is_no_change(judged: RunVerdicts) -> None:
    assert changes(to_json(judged), to_value(judged)) == []


def test_another_judgement_and_a_new_verdict_are_listed(judged: RunVerdicts) -> None:
    now = to_value(judged)
    before = json.loads(to_json(judged))
    before["catalogue"] = "older"
    before["journals"][3]["verdicts"][0]["judgement"] = "pass"
    del before["journals"][1]["verdicts"][0]

    task = "com.thomaskioko.tvmaniac"
    assert changes(json.dumps(before), now) == [
        "the rules have changed: catalogue older then, 4f2a9c0d11e7 now",
        f"virtual-pixel7/library-sync: R1.runs (platform) of {task}.librarysync: not there then, pass now",
        f"virtual-pixel7/retry-backoff: R6.backoff (platform) of {task}.tokenrefresh: pass then, fail now",
    ]


def test_other_words_alone_are_told_as_such(judged: RunVerdicts) -> None:
    before = json.loads(to_json(judged))
    before["journals"][3]["verdicts"][0]["reason"] = "said otherwise"

    assert changes(json.dumps(before), to_value(judged)) == [
        "the judgements are the same; reasons, counts or notes read otherwise"
    ]


def test_a_foreign_file_is_told_as_such(judged: RunVerdicts) -> None:
    for text in ("", "[]", "{}", '{"catalogue": 1, "journals": [3]}'):
        assert changes(text, to_value(judged))[0].startswith("verdicts.json cannot be read")
