"""Every journal of a campaign replays: from disk and back it is judged the same, to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgtask_harness.journal import Writer
from bgtask_harness.journal import read
from bgtask_harness.killscore.apps import APPS
from bgtask_harness.killscore.ios.plans import EVERY_DAY as IOS_EVERY_DAY
from bgtask_harness.killscore.lives import lived
from bgtask_harness.killscore.plans import EVERY_DAY
from bgtask_harness.killscore.stages import ANDROID
from bgtask_harness.killscore.stages import IOS
from bgtask_harness.killscore.stages import PLATFORMS
from bgtask_harness.killscore.stages import stage
from bgtask_reference.events import Judgement
from bgtask_reference.oracle import judge

LIVES = [*((ANDROID, theme) for theme in EVERY_DAY), *((IOS, theme) for theme in IOS_EVERY_DAY)]


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize(("platform", "theme"), LIVES)
def test_a_life_on_disk_is_judged_like_the_one_in_memory(app: str, platform: str, theme: str, tmp_path: Path) -> None:
    history = lived(stage(platform).healthy(app, 7), 7, theme)
    assert history.header is not None
    with Writer(tmp_path / "journal.jsonl", history.header) as writer:
        writer.append_many(entry.event for entry in history.entries)

    again = read(tmp_path / "journal.jsonl")

    assert [entry.index for entry in again.entries] == [entry.index for entry in history.entries]
    assert judge(again).verdicts == judge(history).verdicts


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", ["log-in-pieces", "log-reordered"])
def test_a_log_that_comes_otherwise_is_judged_the_same(name: str, platform: str) -> None:
    nuisance = next(each for each in stage(platform).nuisances if each.name == name)
    for seed in range(6):
        subject = stage(platform).healthy(APPS[seed % 2], seed)
        plain, other = (judge(lived(each, seed)).verdicts for each in (subject, nuisance.on(subject, seed)))

        assert [(v.rule, v.task, v.judgement) for v in other] == [(v.rule, v.task, v.judgement) for v in plain]
        assert Judgement.FAIL not in {v.judgement for v in other}
