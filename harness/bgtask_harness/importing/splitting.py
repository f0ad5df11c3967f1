"""Takes a text apart as it streams by: a bug report's sections, a saved log, dumps, in any mixture.

Texts after AOSP dumpstate.cpp (`------ TITLE (command) ------`, `------ 0.123s was the duration of 'TITLE' ------`,
`== dumpstate: done`) and dumpsys.cpp (`DUMP OF SERVICE [CRITICAL|HIGH|NORMAL] NAME:`,
`--------- 0.021s was the duration of dumpsys NAME, ending at: DATE`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from bgtask_harness.importing import clock_texts
from bgtask_harness.importing.dump_kinds import PROPERTIES
from bgtask_harness.importing.dump_kinds import SERVICES
from bgtask_harness.importing.dump_kinds import kinds_in
from bgtask_harness.importing.keeping import Keeper
from bgtask_harness.importing.keeping import keeper
from bgtask_harness.importing.material import Dump
from bgtask_harness.importing.material import Log
from bgtask_harness.importing.material import Material

_SYSTEM_LOG = "SYSTEM LOG"
_PROPERTIES_TITLE = "SYSTEM PROPERTIES"
_TITLE = re.compile(r"------ (?P<title>\S[^()]*?)(?: \((?P<command>.*)\))? ------")
_TITLE_END = re.compile(r"------ [\d.]+s was the duration of '(?P<title>.*)' ------")
_SERVICE = re.compile(r"DUMP OF SERVICE (?:(?:CRITICAL|HIGH|NORMAL|DEFAULT) )?(?P<name>\S.*?):")
_SERVICE_END = re.compile(
    r"--------- (?P<seconds>\d{1,6}\.\d{1,6})s was the duration of dumpsys (?P<name>[^,]+?)(?:, ending at: (?P<at>.+))?"
)
_DONE = re.compile(r"== dumpstate: done\b.*")
_DASHES = re.compile(r"-{60,}|={40,}")
_LOG_LINE = re.compile(
    r"\s*(?:\d{1,12}\.\d{3}|(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\d*\s.*|[VDIWEFAS]/[^(]{1,64}\(\s*\d+\): .*|"
    r"-{5,} (?:beginning of|switch to) \S+",
    re.ASCII | re.DOTALL,
)
_STUDIO_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s+\d+-\d+/.*", re.ASCII | re.DOTALL)
_HEAD_FACTS = {"Android SDK version": "ro.build.version.sdk", "Build fingerprint": "ro.build.fingerprint"}


class Splitter:
    """Reads one text into a `Material`. The log goes to `path`, which is made when the first line of it is found.

    The first dump of a service counts: what an app prints of itself further down may look like another one, and is
    counted as not read.
    """

    def __init__(self, material: Material, path: Path, package: str) -> None:
        self._found, self._path, self._package = material, path, package
        self._log: BinaryIO | None = None
        self._section = ""
        self._service: Keeper | None = None
        self._service_name = ""
        self._rest = keeper("", package)
        self._indents = False

    def read(self, lines: Iterable[bytes], *, sealed: bool) -> None:
        """Read the text to its end."""
        try:
            for raw in lines:
                self._take(raw)
        finally:
            if self._log is not None:
                self._log.close()
        self._end_service(None)
        self._end_rest()
        log = self._found.log
        if log is not None:
            log.whole = log.whole and sealed and self._found.finished

    def _take(self, raw: bytes) -> None:
        marker = raw[:1] in b"-=D"
        if marker and self._structure(raw):
            return
        if self._service is not None:
            self._service.take(raw)
        elif self._section == _SYSTEM_LOG:
            self._take_log(raw)
        elif self._section == _PROPERTIES_TITLE:
            self._take_property(raw.decode(errors="replace"))
        elif not self._section:
            self._outside(raw)

    # --- what gives the text its shape ----------------------------------------------------------------------------

    def _structure(self, raw: bytes) -> bool:
        """Read a line that begins or ends a part; False for any other line."""
        line = raw.decode(errors="replace").strip()
        service = _SERVICE.fullmatch(line)
        if service:
            self._begin_service(service["name"])
            return True
        if self._service is not None and (ended := _SERVICE_END.fullmatch(line)):
            self._end_service(ended)
            return True
        if line.startswith("== dumpstate: "):
            return self._dumpstate(line)
        if line.startswith("------ ") and line.endswith(" ------"):
            return self._title(line)
        return self._service is None and self._section != _SYSTEM_LOG and _DASHES.fullmatch(line) is not None

    def _dumpstate(self, line: str) -> bool:
        if _DONE.fullmatch(line):
            self._end_service(None)
            self._found.finished, self._section = True, "done"
            return True
        date = clock_texts.began(line)
        if date is not None and not self._found.report:
            self._found.report, self._found.date = True, date
        return date is not None

    def _title(self, line: str) -> bool:
        ended = _TITLE_END.fullmatch(line)
        if ended:
            self._end_section(ended["title"])
            return True
        title = _TITLE.fullmatch(line)
        if title is None:
            return False
        self._end_service(None)
        name = title["title"].strip()
        again = name == _SYSTEM_LOG and self._found.log is not None
        self._section = f"{name}, once more" if again else name
        if again or not (name in {_SYSTEM_LOG, _PROPERTIES_TITLE} or name.startswith("DUMPSYS")):
            self._found.not_read[self._section] += 1
        return True

    def _end_section(self, title: str) -> None:
        if title == self._section == _SYSTEM_LOG and self._found.log is not None:
            self._found.log.whole = True
        self._end_service(None)
        self._section = "between sections"

    # --- dumps ----------------------------------------------------------------------------------------------------

    def _begin_service(self, name: str) -> None:
        self._end_service(None)
        known = name in SERVICES and all(dump.service != name for dump in self._found.dumps)
        if not known:
            self._found.not_read[f"dumpsys {name}"] += 1
        self._service, self._service_name = keeper(name if known else None, self._package), name

    def _end_service(self, ended: re.Match[str] | None) -> None:
        """Keep what a service printed. Without its own last line it was cut off: then the last line break goes too."""
        service, self._service = self._service, None
        if service is None or not service.keeps:
            return
        at = clock_texts.parse_date((ended["at"] or "")[:19]) if ended else None
        text = service.text() if ended else service.text().rstrip("\n")
        self._add(Dump(self._service_name, text, self._found.file, at, float(ended["seconds"]) if ended else 0.0))

    def _add(self, dump: Dump) -> None:
        for line in dump.text.splitlines() if dump.service == "alarm" else ():
            self._read_alarm(line)
        self._found.dumps.append(dump)

    def _read_alarm(self, line: str) -> None:
        reading, offset = clock_texts.alarm_reading(line), clock_texts.alarm_offset(line)
        if reading is None or self._found.offset_s is not None:
            return
        self._found.readings.append((len(self._found.dumps), reading))
        self._found.date = self._found.date or clock_texts.alarm_date(line)
        self._found.offset_s = None if offset is None else int(offset.total_seconds())

    # --- what stands in no section --------------------------------------------------------------------------------

    def _outside(self, raw: bytes) -> None:
        text = raw.decode(errors="replace")
        if self._found.report:
            self._head(text)
            return
        continued = self._indents and text[:1].isspace() and bool(text.strip())
        if continued or _LOG_LINE.fullmatch(text.rstrip("\r\n")):
            self._indents = continued or _STUDIO_LINE.match(text) is not None
            self._take_log(raw)
        elif text.strip():
            self._indents = False
            self._rest.take(raw)

    def _head(self, line: str) -> None:
        key, _, value = line.strip().partition(": ")
        if key in _HEAD_FACTS:
            self._found.properties.setdefault(_HEAD_FACTS[key], value.strip("'"))
        reading = clock_texts.head_reading(self._found.date, line) if self._found.date and key == "Uptime" else None
        if reading is not None and not self._found.readings:
            self._found.readings.append((0, reading))

    def _end_rest(self) -> None:
        text = self._rest.text()
        kinds = kinds_in(text)
        for line in text.splitlines() if PROPERTIES in kinds else ():
            self._take_property(line)
        for service in kinds - {PROPERTIES}:
            self._add(Dump(service, text, self._found.file))
        if not kinds:
            self._found.not_understood += self._rest.lines

    def _take_property(self, line: str) -> None:
        found = clock_texts.phone_property(line)
        if found is not None:
            self._found.properties[found[0]] = found[1]

    def _take_log(self, raw: bytes) -> None:
        if self._log is None:
            self._log = self._path.open("wb")
            self._found.log = Log(self._found.file, self._path)
        assert self._found.log is not None
        self._found.log.lines += 1
        self._log.write(raw)
