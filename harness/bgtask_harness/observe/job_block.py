"""One job of `dumpsys jobscheduler`: from its `JOB` line to its `Ready:` line. Lines after AOSP `JobStatus.dump`."""

from __future__ import annotations

import re
from functools import lru_cache

from bgtask_harness.observe.durations import parse_duration
from bgtask_reference.events import JobRow

_HEADER = re.compile(
    r"(?P<indent>\s*)JOB (?:#|(?P<namespace>\S+):)(?P<uid>\w{1,20})/(?P<job>-?\d{1,10}): [0-9a-f]{1,16} (?P<tag>\S.*)",
    re.ASCII,
)
_SOURCE = re.compile(r"Source: uid=\S+ user=-?\d+ pkg=(?P<package>\S+)")
_RUN_TIME = re.compile(r"Run time: earliest=(?P<earliest>[^,]+), latest=.*")
_READY = re.compile(r"Ready: (?P<ready>true|false) \((?P<words>[^)]*)\)")
_BEGINNINGS = frozenset({"So", "Ru", "Re"})
"""Of the three before."""
_WORD = re.compile(r"(?P<name>!?[a-z]+)=(?P<value>true|false)")
_CAPABILITIES = re.compile(r"\bCapabilities: (?P<words>[A-Z_&0-9]+)", re.ASCII)
_BACKOFF = re.compile(r"policy=(?P<policy>[01]) initial=(?P<initial>\S+)", re.ASCII)
_PERIOD = re.compile(r"interval=(?P<interval>\S+) flex=\S+", re.ASCII)
_FLAGS = re.compile(r"[0-9a-f]{1,8}", re.ASCII)
_UID_TAG = re.compile(r"\w{1,20} tag=.*", re.ASCII)
_SILENT_TEXTS = (
    r"JobInfo:",
    r"Bias: .*|Priority: .*|Internal flags: .*|Requires: .*",
    r"Trigger (?:content URIs|update delay|max delay):.*|[0-9a-f]+ content://.*",
    r"Extras: .*|Transient extras: .*|Clip data: .*|Granted URI permissions:.*",
    r"(?:Estimated )?[Nn]etwork (?:download|upload) bytes: .*|Network bytes: .*",
    r"Minimum network chunk bytes: .*|Max execution delay: .*|Has (?:early|late) constraint.*",
    r"(?:Preferred|Dynamic) constraints:.*|Num (?:Required|Dropped) Flexible constraints:.*",
    r"Constraint history:|(?:[-+]\S+|0) =.*|Doze whitelisted: .*|Uid: active|Is exempted from app standby|Tracking:.*",
    r"In parole\?: .*|In background: .*|Stopped reason: .*|Exempted from .*|Affordable at .*|Trace tag: .*",
    r"Implicit constraints:|ready\w+: (?:true|false)|\w*(?:[Ee]xpedited|[Uu]ser-?[Ii]nitiated)\w*.*",
    r"Changed (?:authorities|URIs):|Network: .*|Pending work:|Executing work:|Debug tags: .*|#\d+: .*",
    r"Deferred since: .*|Time since first force batch attempt: .*|Base heartbeat: .*|Last run heartbeat: .*",
    r"Cumulative execution time=.*|Num failures: .*|Num system stops: .*|Last (?:successful|failed) run: .*",
    r"Restricted due to: .*|Earliest run time: .*|Latest run time: .*|Started as user initiated: .*",
    r"Num uncompleted work chains: .*|Estimated .*|Proxy .*|Standby heartbeat: .*|Is user visible: .*",
    r"Has media backup exemption=.*|Started with foreground flag: .*|Started as user initiated.*|Evaluated bias: .*",
)
_SILENT = re.compile("|".join(_SILENT_TEXTS))


class JobBlock:
    """The lines of one job, as far as they have come."""

    def __init__(self, header: re.Match[str]) -> None:
        self.lines = [header.string]
        self.unknown: list[str] = []
        self._header = header
        self._indent = len(header["indent"])
        self._row: dict[str, object] = {}

    @classmethod
    def begun_by(cls, line: str) -> JobBlock | None:
        """Give the block that this line begins; None for any other line."""
        header = _HEADER.fullmatch(line) if "JOB " in line else None
        return None if header is None else cls(header)

    def holds(self, line: str) -> bool:
        """Tell whether the line belongs to this job: indented deeper than its header, before its last line."""
        return "ready" not in self._row and len(line) - len(line.lstrip()) > self._indent

    def take(self, line: str) -> None:
        """Read one line of the job."""
        self.lines.append(line)
        text = line.strip()
        if not (self._labelled(text) or self._matched(text)) and not _is_silent(text):
            self.unknown.append(line)

    def row(self) -> JobRow:
        """Give what was read."""
        header = self._header
        return JobRow(
            uid=header["uid"],
            job_id=int(header["job"]),
            namespace=header["namespace"],
            component=self._text("component") or _component(header["tag"]),
            source_package=self._text("source_package"),
            required=self._words("required"),
            satisfied=self._words("satisfied"),
            unsatisfied=self._words("unsatisfied"),
            minimum_latency_ns=self._number("minimum_latency_ns"),
            earliest_ns=self._number("earliest_ns"),
            enqueued_ns=self._number("enqueued_ns"),
            standby_bucket=self._text("standby_bucket"),
            ready=self._row["ready"] is True if "ready" in self._row else None,
            not_ready_because=self._words("not_ready_because"),
            network=self._words("network") if "network" in self._row else None,
            backoff_ns=self._number("backoff_ns"),
            backoff_exponential=self._row.get("backoff_exponential") is True if "backoff_ns" in self._row else None,
            flags=self._number("flags"),
            period_ns=self._number("period_ns"),
            persisted="persisted" in self._row,
        )

    def _labelled(self, text: str) -> bool:
        label, colon, value = text.partition(":")
        value = value.strip()
        match label if colon else "":
            case "Service":
                self._row["component"] = value
            case "Required constraints" | "Satisfied constraints" | "Unsatisfied constraints":
                self._row[label.partition(" ")[0].lower()] = _constraints(value)
            case "Minimum latency":
                self._row["minimum_latency_ns"] = parse_duration(value)
            case "Enqueue time":
                self._row["enqueued_ns"] = _never_later(parse_duration(value))
            case "Standby bucket":
                self._row["standby_bucket"] = value
            case _:
                return self._wish(label if colon else text, value)
        return True

    def _wish(self, label: str, value: str) -> bool:
        """Read a line of `JobInfo:` that tells what the job was asked to be."""
        match label:
            case "Network type":
                found = _CAPABILITIES.search(value)
                self._row["network"] = tuple(found["words"].split("&")) if found else (value,)
            case "Backoff":
                self._backoff(_BACKOFF.fullmatch(value))
            case "PERIODIC":
                period = _PERIOD.fullmatch(value)
                self._row["period_ns"] = parse_duration(period["interval"]) if period else None
            case "Flags":
                self._row["flags"] = int(value, 16) if _FLAGS.fullmatch(value) else None
            case "PERSISTED":
                self._row["persisted"] = True
            case _:
                return False
        return True

    def _backoff(self, told: re.Match[str] | None) -> None:
        if told:
            self._row["backoff_ns"] = parse_duration(told["initial"])
            self._row["backoff_exponential"] = told["policy"] == "1"

    def _matched(self, text: str) -> bool:
        if text[:2] not in _BEGINNINGS:
            return False
        source = _SOURCE.fullmatch(text)
        if source:
            self._row["source_package"] = source["package"]
            return True
        run_time = _RUN_TIME.fullmatch(text)
        if run_time:
            self._row["earliest_ns"] = parse_duration(run_time["earliest"])
            return True
        ready = _READY.fullmatch(text)
        if ready is None:
            return False
        self._row["ready"] = ready["ready"] == "true"
        self._row["not_ready_because"] = tuple(
            word["name"] for word in _WORD.finditer(ready["words"]) if word["value"] == "false"
        )
        return True

    def _text(self, name: str) -> str | None:
        value = self._row.get(name)
        return value if isinstance(value, str) else None

    def _number(self, name: str) -> int | None:
        value = self._row.get(name)
        return value if isinstance(value, int) else None

    def _words(self, name: str) -> tuple[str, ...]:
        value = self._row.get(name)
        return value if isinstance(value, tuple) else ()


def _constraints(value: str) -> tuple[str, ...]:
    """The hex mask in brackets (API 28 and later) repeats the words."""
    return tuple(word for word in value.split() if not word.startswith("["))


def _never_later(ns: int | None) -> int | None:
    return ns if ns is None or ns <= 0 else None


def _component(tag: str) -> str:
    return tag.rsplit("@", 1)[-1]


@lru_cache(maxsize=4096)
def _is_silent(text: str) -> bool:
    return _UID_TAG.fullmatch(text) is not None or _SILENT.fullmatch(text) is not None
