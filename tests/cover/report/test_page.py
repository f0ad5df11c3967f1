from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bgtask_harness.report import JudgedJournal
from bgtask_harness.report import RunVerdicts
from bgtask_harness.report import page
from bgtask_harness.report.markup import el
from bgtask_harness.report.markup import text
from bgtask_harness.report.proof import MOST_LINES
from bgtask_harness.report.proof import statement
from bgtask_harness.report.proof import steps_of
from bgtask_harness.report.tables import MOST_EVENTS
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Clock
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Norm
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject
from bgtask_reference.events import Verdict
from bgtask_reference.oracle import CATALOGUE

HOSTILE = "</style></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x1b[0m\x00\u202e"


class Reader(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def parsed(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def hostile_run() -> RunVerdicts:
    header = Header(1, HOSTILE, HOSTILE, HOSTILE, AppSpec(HOSTILE, HOSTILE, ()), DeviceSpec(HOSTILE), HOSTILE)
    events = (
        RunStarted(stamp=Stamp(Clock.LOG, 5), subject=Subject(task=HOSTILE), raw=HOSTILE),
        EnvironmentSampled(facts={HOSTILE: HOSTILE, "network": HOSTILE}),
        LineUnknown(raw=HOSTILE, parser=HOSTILE),
    )
    entries = tuple(Entry(n, n, event) for n, event in enumerate(events, start=1))
    failed = Verdict("R1.x", Norm.PLATFORM, HOSTILE, Judgement.FAIL, reason=HOSTILE, story=(HOSTILE,), witness=(1,))
    open_end = Verdict(HOSTILE, Norm.PLATFORM, HOSTILE, Judgement.INCONCLUSIVE, missing=(HOSTILE,), also=(HOSTILE,))
    journal = JudgedJournal(HOSTILE, History(header, entries), (failed, open_end), (1,), (HOSTILE,), (HOSTILE,))
    return RunVerdicts(Path("run"), HOSTILE, (journal,))


def test_nothing_of_a_device_adds_an_element_to_the_page() -> None:
    html = page(hostile_run())
    reader = parsed(html)

    assert "script" not in reader.tags
    assert "img" not in reader.tags
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert not [control for control in "\x1b\x00\u202e" if control in html]


@pytest.mark.parametrize("run", ["judged", "hostile"])
def test_the_page_stands_alone(run: str, request: pytest.FixtureRequest) -> None:
    reader = parsed(page(hostile_run() if run == "hostile" else request.getfixturevalue("judged")))
    addresses = [value for name, value in reader.attributes if name in {"src", "href", "action", "data"}]

    assert not {"script", "link", "iframe", "object", "base"} & set(reader.tags)
    assert all(address.startswith("#") for address in addresses)
    assert [value for name, value in reader.attributes if name == "content" and "default-src 'none'" in value]


def test_no_id_is_given_twice_and_every_inner_link_leads_somewhere(judged: RunVerdicts) -> None:
    reader = parsed(page(judged))

    assert len(reader.ids) == len(set(reader.ids))
    assert {value[1:] for name, value in reader.attributes if name == "href"} <= set(reader.ids)


def test_a_failure_is_told_first_with_its_raw_lines(judged: RunVerdicts) -> None:
    html = page(judged)

    assert "<h1>1 of 4 scenarios broke a rule</h1>" in html
    headings = re.findall(r"<h2>(.*?)</h2>", html)
    assert headings == ["retry-backoff", "cancel-pending", "reboot", "library-sync"]
    assert "attempt 3 began 22.0 s later, 38.0 s too early<pre>1790090167.100000" in html


def test_raw_lines_stand_apart_from_the_oracle_s_sentences(judged: RunVerdicts) -> None:
    failed = judged.journals[3]
    entry = failed.history.entries[3]
    dump = "\n".join(f"row {n}" for n in range(MOST_LINES + 3))
    entries = (replace(entry, event=replace(entry.event, raw=dump)),)
    verdict = replace(failed.verdicts[0], witness=(entry.index,), story=(f"[4] boot 1 s: it began (beacon: {dump})",))
    journal = replace(failed, history=replace(failed.history, entries=entries), verdicts=(verdict,))

    (step,) = steps_of(journal, verdict)

    assert step.sentence == "[4] boot 1 s: it began (beacon)"
    assert step.raw.splitlines() == [*dump.splitlines()[:MOST_LINES], "(3 more lines, in the journal)"]


def test_a_rule_is_told_with_what_it_demands() -> None:
    for rule in CATALOGUE:
        assert statement(rule.id) == rule.statement
    assert statement("R99.gone") == ""


def test_what_was_not_exercised_and_what_nobody_could_read_is_on_the_page(judged: RunVerdicts) -> None:
    html = page(judged)

    assert "Not exercised (1)" in html
    assert "Lines that no parser knows (1)" in html
    assert "&lt;script&gt;alert(&#x27;pwned&#x27;)&lt;/script&gt; \u241b[31m" in html
    assert "line 10: damaged" in html
    assert "--allow reboot allows it" in html


def test_a_long_journal_is_cut_with_a_note_where_the_rest_is(judged: RunVerdicts) -> None:
    one = judged.journals[1]
    many = tuple(Entry(n, n, LineUnknown(raw=f"line {n}")) for n in range(1, MOST_EVENTS + 8))
    long = replace(one, history=replace(one.history, entries=many))

    html = page(replace(judged, journals=(long,)))

    assert "7 more events are not shown here; all of them are in virtual-pixel7/library-sync/journal.jsonl." in html
    assert f"line {MOST_EVENTS + 7}" not in html


def test_links_to_the_files_of_a_run_survive_strange_names(judged: RunVerdicts, tmp_path: Path) -> None:
    folder = "pixel #7/50%"
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "journal.jsonl").touch()

    html = page(RunVerdicts(tmp_path, "c", (replace(judged.journals[1], folder=folder),)))

    assert 'href="pixel%20%237/50%25/journal.jsonl"' in html


def test_a_run_whose_journals_are_broken_has_a_page_too() -> None:
    broken = JudgedJournal("d/s", History(None, ()), error="d/s/journal.jsonl: is no journal")

    html = page(RunVerdicts(Path(), "c", (broken,)))

    assert "<h1>1 of 1 scenario could not be judged</h1>" in html
    assert "is no journal" in html


def test_a_run_that_exercised_nothing_does_not_look_like_a_pass(judged: RunVerdicts) -> None:
    idle = tuple(replace(v, judgement=Judgement.NOT_EXERCISED) for v in judged.journals[1].verdicts)

    assert "No rule had anything to check" in page(
        replace(judged, journals=(replace(judged.journals[1], verdicts=idle),))
    )


def test_a_passing_run_says_how_much_it_checked(judged: RunVerdicts) -> None:
    assert "Nothing broke a rule: 2 checks held in 1 scenario" in page(replace(judged, journals=(judged.journals[1],)))


def test_the_page_is_the_same_every_time(judged: RunVerdicts) -> None:
    assert page(judged) == page(judged)


def test_text_is_escaped_once_and_markup_is_left_alone() -> None:
    inner = el("b", "<&>")

    assert inner == "<b>&lt;&amp;&gt;</b>"
    assert el("p", inner, None, ["a", 1]) == "<p><b>&lt;&amp;&gt;</b>a1</p>"
    assert el("p", class_="x y", data_n=1.25, hidden=True, title=None) == '<p class="x y" data-n="1.2" hidden=""></p>'
    assert text("\x07\t\n\x85\ud800") == "\u2407\t\n\\x85\ufffd"
