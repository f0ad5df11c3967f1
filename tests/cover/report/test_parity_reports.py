"""Parity in every report: what a pair of journals comes to, and how that is told."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from dataclasses import replace
from pathlib import Path

import pytest

from bgtask_harness.journal import Writer
from bgtask_harness.pytest_support.table import verdict_table
from bgtask_harness.report import Conclusion
from bgtask_harness.report import ExitStatus
from bgtask_harness.report import JudgedJournal
from bgtask_harness.report import RunVerdicts
from bgtask_harness.report import exit_status
from bgtask_harness.report import headline
from bgtask_harness.report import judge_run
from bgtask_harness.report import page
from bgtask_harness.report import summary
from bgtask_harness.report.allure_pairs import write_pairs
from bgtask_harness.report.changes import changes
from bgtask_harness.report.pair_words import story
from bgtask_harness.report.pairs import JudgedPair
from bgtask_harness.report.verdicts_json import to_json
from bgtask_harness.report.verdicts_json import to_value
from bgtask_reference.events import AppEvidence
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.oracle.parity import ParityVerdict
from bgtask_reference.oracle.parity import Showing

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE
NAMED, NOTHING, UNSUPPORTED = Judgement.SUPPRESSED, Judgement.NOT_EXERCISED, Judgement.UNSUPPORTED
REASON = "it was asked for on virtual-pixel7, and was never asked for on virtual-iphone15"


def said(judgement: Judgement, reason: str = "", **more: object) -> ParityVerdict:
    base = ParityVerdict("R16.same-run", "com.thomaskioko.tvmaniac.tokenrefresh", judgement, reason, exercised=1)
    return replace(base, **more)  # type: ignore[arg-type]


def iphone(journal: JudgedJournal, *, shows: bool = True) -> JudgedJournal:
    header = journal.header
    assert header is not None
    evidence = AppEvidence(app_log=True, beacon=shows)
    device = DeviceSpec("virtual-iphone15", platform="ios", virtual=True)
    history = replace(
        journal.history, header=replace(header, device=device, app=replace(header.app, evidence=evidence))
    )
    return replace(journal, folder=journal.folder.replace("virtual-pixel7", "virtual-iphone15"), history=history)


def pair(judged: RunVerdicts, *verdicts: ParityVerdict, shows: bool = True) -> JudgedPair:
    journal = judged.journals[1]  # a library sync that passes
    return JudgedPair(journal, iphone(journal, shows=shows), verdicts)


def failed() -> ParityVerdict:
    showings = (
        Showing("virtual-pixel7", (9,), ("[9] 12:00: work was asked for (app-log: raw <b>line</b>)",)),
        Showing("virtual-iphone15"),
    )
    return said(FAIL, REASON, rule="R16.same-request", showings=showings)


def with_pairs(judged: RunVerdicts, *pairs: JudgedPair) -> RunVerdicts:
    return replace(judged, journals=(judged.journals[1],), pairs=pairs)


@pytest.mark.parametrize(
    ("verdicts", "conclusion", "reason"),
    [
        ((said(PASS), said(NAMED, "named", difference="own-time")), Conclusion.PASS, ""),
        ((said(PASS), said(FAIL, "differs"), said(OPEN, "open")), Conclusion.FAIL, "R16.same-run: differs"),
        ((said(PASS), said(OPEN, "open")), Conclusion.INCONCLUSIVE, "R16.same-run: open"),
        ((said(NOTHING), said(NAMED, "named")), Conclusion.SKIPPED, "R16.same-run: named"),
        ((said(UNSUPPORTED, "cannot"), said(NOTHING)), Conclusion.SKIPPED, "R16.same-run: cannot"),
        ((said(NOTHING, "not the same stimuli"),), Conclusion.NOT_EXERCISED, "not the same stimuli"),
        ((said(NOTHING),), Conclusion.NOT_EXERCISED, "nothing could be compared"),
    ],
)
def test_what_a_pair_comes_to(
    judged: RunVerdicts, verdicts: tuple[ParityVerdict, ...], conclusion: Conclusion, reason: str
) -> None:
    found = pair(judged, *verdicts)

    assert (found.conclusion, found.reason) == (conclusion, reason)


def test_what_one_build_does_not_show_by_its_app_file_keeps_nothing_from_a_pass(judged: RunVerdicts) -> None:
    open_ = said(OPEN, "not shown", missing=("beacon",))

    assert pair(judged, said(PASS), open_, shows=False).conclusion is Conclusion.PASS
    assert pair(judged, open_, shows=False).conclusion is Conclusion.INCONCLUSIVE
    assert pair(judged, said(PASS), said(OPEN, missing=("dasd",)), shows=False).conclusion is Conclusion.INCONCLUSIVE


@pytest.mark.parametrize(
    ("judgement", "status", "words"),
    [
        (PASS, ExitStatus.PASS, "parity of 1 scenario on two platforms: 1 pass"),
        (FAIL, ExitStatus.FAIL, "parity of 1 scenario on two platforms: 1 fail"),
        (OPEN, ExitStatus.INCONCLUSIVE, "parity of 1 scenario on two platforms: 1 inconclusive"),
        (NOTHING, ExitStatus.PASS, "parity of 1 scenario on two platforms: 1 not exercised"),
    ],
)
def test_a_pair_counts_as_a_journal_does(
    judged: RunVerdicts, judgement: Judgement, status: ExitStatus, words: str
) -> None:
    run = with_pairs(judged, pair(judged, said(judgement, "so")))

    assert exit_status(run) == status
    assert headline(run).endswith(words)
    assert "parity" not in headline(judged)


@pytest.mark.parametrize(
    ("judgement", "title"),
    [
        (FAIL, "1 of 1 scenario differ between two platforms"),
        (OPEN, "1 of 1 scenario could not be compared between two platforms"),
        (PASS, "Nothing broke a rule: 2 checks held in 1 scenario; parity of 1 scenario on two platforms"),
    ],
)
def test_the_page_s_title_tells_parity_where_that_alone_decides(
    judged: RunVerdicts, judgement: Judgement, title: str
) -> None:
    assert f"<h1>{title}</h1>" in page(with_pairs(judged, pair(judged, said(judgement, "so"))))


def test_the_page_tells_a_difference_once_with_both_witnesses(judged: RunVerdicts) -> None:
    one = pair(judged, failed(), said(NAMED, "waits", difference="own-time"))
    other = replace(one, first=replace(one.first, folder="virtual-pixel7/again"))
    idle = pair(judged, said(NOTHING, "not the same stimuli: <number 1>"))

    html = page(with_pairs(judged, one, other, idle))

    assert html.count("R16.same-request broken: token refresh") == 1
    assert html.count(f"<p>{REASON}</p>") == 1
    assert "raw &lt;b&gt;line&lt;/b&gt;" in html
    assert "nothing of it in the whole log" in html
    assert "not the same stimuli: &lt;number 1&gt;" in html
    assert 'href="#s-virtual-pixel7-library-sync"' in html
    assert 'id="parity"' not in page(judged)


def test_the_terminal_and_the_summary_tell_it(judged: RunVerdicts) -> None:
    run = with_pairs(
        judged,
        pair(judged, failed(), said(NAMED, "named", difference="own-time")),
        pair(judged, said(PASS), said(NAMED, "named", difference="own-time")),
    )
    table, text = "\n".join(verdict_table(run)), summary(run)

    assert f"FAIL           virtual-pixel7+virtual-iphone15/library-sync  parity: R16.same-request: {REASON}" in table
    assert "parity: 1 answer the same; documented differences: own-time" in table
    assert f"broken:\n  R16.same-request (contract), token refresh: {REASON}" in table
    assert "        on virtual-iphone15:\n        - nothing of it in the whole log" in text
    assert "    SUPPRESSED R16.same-run (contract): token refresh\n        named" in text


def test_what_is_open_lacks_its_sources_and_claims_no_absence(judged: RunVerdicts) -> None:
    showings = (Showing("virtual-pixel7"), Showing("virtual-iphone15"))
    open_ = said(OPEN, "not shown", missing=("beacon",), showings=showings)

    one = pair(judged, open_)
    told = "\n".join(story(one, open_))

    assert "missing: beacon" in told
    assert "nothing of it in the whole log" not in told


def test_allure_has_a_result_of_its_own_beside_what_is_there(judged: RunVerdicts, tmp_path: Path) -> None:
    (tmp_path / "other-result.json").write_text("{}")

    write_pairs(with_pairs(judged, pair(judged, failed(), said(PASS))), tmp_path)

    (path,) = (found for found in tmp_path.glob("*-result.json") if found.name != "other-result.json")
    result = json.loads(path.read_text())
    assert (result["name"], result["status"]) == ("parity: library-sync", "failed")
    assert [each["value"] for each in result["parameters"]] == ["virtual-pixel7", "virtual-iphone15"]
    assert result["statusDetails"]["message"] == f"R16.same-request (contract): {REASON}"
    assert "on virtual-iphone15:" in result["statusDetails"]["trace"]
    assert [step["status"] for step in result["steps"]] == ["failed", "passed"]
    assert json.loads((tmp_path / result["attachments"][0]["source"]).read_text())["conclusion"] == "fail"


def test_allure_s_result_of_what_is_open_is_broken_and_of_a_pass_says_nothing(
    judged: RunVerdicts, tmp_path: Path
) -> None:
    def result(judgement: Judgement) -> dict[str, object]:
        write_pairs(with_pairs(judged, pair(judged, said(judgement, "so"))), tmp_path / judgement)
        (path,) = (tmp_path / judgement).glob("*-result.json")
        found: dict[str, object] = json.loads(path.read_text())
        return found

    open_, passed = result(OPEN), result(PASS)
    assert (open_["status"], passed["status"]) == ("broken", "passed")
    assert "statusDetails" not in passed


def test_verdicts_json_has_every_field_and_every_key_is_documented(judged: RunVerdicts) -> None:
    run = with_pairs(judged, pair(judged, failed(), said(NAMED, "waits", difference="own-time")))
    value = to_value(run)

    (told,) = value["parity"]
    assert told["journals"] == [
        "virtual-pixel7/library-sync/journal.jsonl",
        "virtual-iphone15/library-sync/journal.jsonl",
    ]
    assert told["differences"] == ["own-time"]
    assert set(told["verdicts"][0]) == {field.name for field in fields(ParityVerdict)}
    assert told["verdicts"][0]["difference"] is None
    assert value["summary"]["pairs"] == {"fail": 1}
    assert value["summary"]["parity"] == {"fail": 1, "suppressed": 1}
    schema = (Path(__file__).parents[3] / "docs/verdicts-schema.md").read_text()
    documented = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", schema))))
    assert {key for one in (told, told["verdicts"][0], told["verdicts"][0]["showings"][0]) for key in one} <= documented


def test_a_change_of_parity_is_told_when_judged_again(judged: RunVerdicts) -> None:
    before = to_json(with_pairs(judged, pair(judged, said(PASS))))
    now = to_value(with_pairs(judged, pair(judged, said(FAIL, "differs"))))

    (told,) = changes(before, now)
    assert told.startswith("virtual-pixel7/library-sync and virtual-iphone15/library-sync: R16.same-run (contract) of ")
    assert told.endswith("tokenrefresh: pass then, fail now")


# --- pairs of a directory ---------------------------------------------------------------------------------------------


def record(folder: Path, header: Header) -> None:
    folder.mkdir(parents=True)
    writer = Writer(folder / "journal.jsonl", header)
    writer.append(CaptureOpened(stream="log"))
    writer.append(ScenarioEnded())
    writer.close()


def test_a_directory_s_pairs_are_scenarios_of_one_name_on_two_platforms(tmp_path: Path, judged: RunVerdicts) -> None:
    header = judged.journals[1].header
    assert header is not None
    for device, platform in (("pixel", "android"), ("pixel-2", "android"), ("iphone", "ios")):
        of_device = replace(header, device=DeviceSpec(device, platform=platform))
        record(tmp_path / device / "both", replace(of_device, scenario="both"))
    record(tmp_path / "pixel" / "alone", replace(header, scenario="alone", device=DeviceSpec("pixel")))
    (tmp_path / "iphone" / "alone").mkdir()
    (tmp_path / "iphone" / "alone" / "journal.jsonl").write_text("damaged\n")

    assert [found.name for found in judge_run(tmp_path).pairs] == ["pixel+iphone/both", "pixel-2+iphone/both"]


def test_a_pair_without_headers_has_a_story_all_the_same(judged: RunVerdicts) -> None:
    lost = JudgedJournal("virtual-pixel7/x", History(None, ()))

    assert "token refresh" not in summary(with_pairs(judged, JudgedPair(lost, lost, (failed(),))))
