"""Write docs/corpus.md: what the parsers read of each line of recorded output, and what they pass over, and why.

`python docs/corpus/generate.py FOLDER`, FOLDER being the corpus (`android/*.txt` below it). A line is read when it is
in the raw text of an event; reported when it comes back as unknown; else a group of `GROUPS` says what it is. A line
that none of these explains is listed as such, and a test fails.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from bgtask_harness.observe import LogObserver
from bgtask_harness.observe import observe_text
from bgtask_reference.events import Clock
from bgtask_reference.events import Event
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Stamp

PAGE = Path(__file__).parent.parent / "corpus.md"
NOW = Stamp(Clock.BOOT, 0)

PARSERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("js_", ("dumpsys-jobscheduler",)),
    ("battery_", ("dumpsys-battery",)),
    ("deviceidle_", ("dumpsys-deviceidle",)),
    ("allowlist_", ("appops", "am-bucket")),
    ("wm_diagnostics", ("log",)),
    ("wm_logcat", ("log", "dumpsys-jobscheduler")),
    ("jobscheduler_debug", ("log",)),
    ("jobservicecontext", ("log",)),
)
"""Beginning of a file's name to the parsers that its kind of output is for; a file of no kind has none."""

NO_PARSER = {
    "alarm_": "`dumpsys alarm`: WorkManager's work does not run on alarms, and nothing is judged by them",
    "power_": "`dumpsys power`: battery, screen and Doze are read where they are at home",
    "jobs_xml": "the file in which JobScheduler keeps persisted jobs: not readable for the shell user",
}
"""Files that no parser is for, and why."""

GROUPS: tuple[tuple[str, str], ...] = (
    (r"JOB .*|Run time: .*|Source: .*|Service: .*|\w+ tag=.*|Slot #\d+\(ID.*", "a job's, in a file of another command"),
    (r"-\S+ (?:START|STOP)(?:-P)?: .*", "history"),
    (r"[\w.]+\s*=.*|.*\w+=\+?\S+,.*|qc_.*", "a number of the settings: kept in the dump, judged by none"),
    (r"(?:[\w]+Controller|Settings|CountQuotaTracker|Job history|Pending queue|Active jobs|Concurrency):", "a title"),
    (r"Registered \d+ jobs:|Current Battery Service state:|Idling history:|Flags:", "a title"),
    (r"Whitelist .*:|Temp whitelist .*:", "a title"),
    (
        r"(?:Is |Current elapsed|Elapsed clock|Next \w+ alarm|Started users|In thermal|Screen state|PersistStats).*",
        "state",
    ),
    (r"mReadyToRock=.*|mReportedActive=.*|m[A-Z]\w*=.*", "state"),
    (
        r"#{1,2}\w+/-?\d+ from .*|\w+, (?:within|not within).*|Timer.*|Saved sessions:|Cached execution stats:",
        "a controller's",
    ),
    (r"\d+ -> \d+ .*|<0>\S+.*|ACTIVE: expirationTime=.*|In quota alarms:|NOT WAITING|TopAppTimer.*", "a controller's"),
    (r"UID: \d+; Network: .*|UidStats\{.*|PackageStats\{.*", "a controller's: why a network is blocked is not judged"),
    (r"Slot #\d+: inactive.*", "a slot in which nothing runs"),
    (r"Current stats at .*|\w+ / \S+:|\d+x .*|Max concurrency: .*", "statistics since boot"),
    (r"(?:light|deep)-\w+: .*|normal: .*", "Doze's history: what was between two samples is not read"),
    (r"(?:AC|USB|Wireless|Dock) powered: .*", "read by the same parser as the facts beside it"),
    (
        r"(?:Max charging|Charge counter|status|health|present|voltage|temperature|technology|Charging|Capacity).*",
        "of the battery besides power and level",
    ),
    (r"\([A-Z ]+ -- use .*", "read by the same parser as the facts beside it"),
    (r"\d{4,5}|\w+(?:\.\w+)+", "a package or app id of a list"),
    (r"user,.*|\d{1,2}|No operations\.|Default mode: .*|[A-Z_]+: \w+", "another command's answer in the same file"),
    (r"<\?xml.*|</?[a-z].*", "XML"),
    (r"(?:Unsatisfied constraints|Time since first force batch attempt): .*|RARE, .*", "a line torn out of its job"),
    (r"\d+/\S+: \{.*|JobStatus\{.*|\w+ \S+\.\S+|\d+:\S+=\w+|\d+-ComponentInfo.*|\d+:\S+:|\d+: \{.*", "a controller's"),
    (r"\d+ stationary listeners .*|Location prefetching .*|com\.android\S+=.*", "state"),
    (
        r"D JobStore: .*|D/JobServiceContext: .*|\.\.\. in \d+ s|\S+ +\S+ +\S+ +\S+ V JobSchedulerService: .*",
        "verbose log",
    ),
    (r"\S+ +\S+ +I/lmkd: .*", "the low-memory killer's log: ActivityManager says who died"),
    (r"\$ adb .*|Running job.*", "what somebody typed, and its answer"),
    (r"\d+\.\d+ \d+ \d+ [DI] (?:BackgroundTask|TaskService).*", "an app's own line: its templates are in its app file"),
    (
        r"\d+-\d+ .* WM-NetworkStateTracker: .*|\d+\.\d+ .*Setting status to enqueued.*",
        "a library line without an event",
    ),
)
"""Lines that no event holds, by the first that fits the whole line without its blanks."""
_COMPILED = tuple((re.compile(pattern), words) for pattern, words in GROUPS)


@dataclass(slots=True)
class FileReport:
    """What became of the lines of one file."""

    name: str
    parsers: tuple[str, ...]
    lines: int = 0
    read: int = 0
    reported: list[str] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    """Of no group: somebody has to look at them."""


def report(path: Path) -> FileReport:
    """Give what becomes of the lines of one file."""
    text = path.read_text(encoding="utf-8", errors="replace")
    parsers = next((parsers for prefix, parsers in PARSERS if path.name.startswith(prefix)), ())
    found = FileReport(path.name, parsers)
    read, unknown = Counter[str](), Counter[str]()
    for event in (event for parser in parsers for event in _observe(parser, text)):
        target = unknown if isinstance(event, LineUnknown) else read
        target.update(line.strip() for line in (event.raw or "").splitlines())
    reason = next((why for prefix, why in NO_PARSER.items() if path.name.startswith(prefix)), None)
    for line in filter(None, map(str.strip, text.splitlines())):
        found.lines += 1
        if line in read:
            found.read += 1
        else:
            found.reported += [line] if line in unknown else []
            _explain(found, line, reason)
    return found


def _explain(found: FileReport, line: str, reason: str | None) -> None:
    words = reason or _group(line)
    if words is None:
        found.unexplained.append(line)
    else:
        found.passed[words] += 1


def _group(line: str) -> str | None:
    return next((words for pattern, words in _COMPILED if pattern.fullmatch(line)), None)


def _observe(parser: str, text: str) -> Iterable[Event]:
    if parser != "log":
        return observe_text(parser, text, NOW, "")
    observer = LogObserver("", year=2026)
    events = [event for line in text.splitlines() for event in observer.feed(line)]
    return [*events, *observer.flush()]


def reports(folder: Path) -> list[FileReport]:
    """Give a report of each file of a corpus, by name."""
    return [report(path) for path in sorted((folder / "android").glob("*.txt"))]


def page(found: list[FileReport]) -> str:
    """Give the page."""
    lines = [
        "# What the parsers read of recorded output",
        "",
        "Generated by `python docs/corpus/generate.py FOLDER` from recorded output of real devices, which is not",
        "part of this repository. A line is **read** when a fact, a job, a history row or a run came of it; **passed",
        "over** when it is known to say nothing that a verdict needs, and why. Of these, a parser **reports** one that",
        "it meets among the lines that it knows, or a text that tells it nothing at all: the journal keeps it as",
        "`line.unknown`. No line of this corpus is without an explanation.",
        "",
        "| file | parsers | lines | read | passed over | reported |",
        "|---|---|---|---|---|---|",
    ]
    for one in found:
        passed = "; ".join(f"{count} {words}" for words, count in sorted(one.passed.items()))
        row = (one.name, ", ".join(one.parsers) or "none", one.lines, one.read, passed, len(one.reported))
        lines.append("| " + " | ".join(map(str, row)) + " |")
    total = (sum(one.lines for one in found), sum(one.read for one in found), sum(len(one.reported) for one in found))
    left = sum(len(one.unexplained) for one in found)
    lines += ["", f"{total[0]} lines: {total[1]} read, {total[2]} reported, {left} without an explanation."]
    lines += [
        "",
        "## Reported",
        "",
        "The first of each kind; numbers are N, what stands after the first colon is left out.",
        "",
    ]
    lines += [f"* `{one.name}`: {text}" for one in found for text in _kinds(one)]
    return "\n".join(lines) + "\n"


def _kinds(one: FileReport) -> list[str]:
    """Reported lines by their group: how many, what they are, the first of them."""
    groups: dict[str, list[str]] = {}
    for line in one.reported:
        groups.setdefault(_group(line) or "without an explanation", []).append(line)
    return [f"{len(lines)} of {words} (`{shape(lines[0])}`)" for words, lines in groups.items()]


def shape(line: str) -> str:
    """Give a line without what is its phone's alone: numbers and the words after a colon."""
    return re.sub(r"\d+", "N", line.split(": ", maxsplit=1)[0])[:80].replace("`", "'")


if __name__ == "__main__":
    PAGE.write_text(page(reports(Path(sys.argv[1]))), encoding="utf-8")
