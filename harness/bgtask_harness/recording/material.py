"""A recorded session, found in a zip or a folder: its journal, its log, and what was typed, from a tape or without."""

from __future__ import annotations

import re
import shlex
import zipfile
import zlib
import zoneinfo
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pathlib import PurePosixPath

from bgtask_harness.devices.android.clocks import UnreadableClocks
from bgtask_harness.devices.android.clocks import parse_clocks
from bgtask_harness.errors import BadInput
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.journal import parse
from bgtask_harness.recording.tape import ASK_ZONE
from bgtask_harness.recording.tape import SHELL
from bgtask_harness.recording.tape import TAPE_NAME
from bgtask_harness.recording.tape import Exchange
from bgtask_harness.recording.tape import read_tape
from bgtask_harness.recording.times import Moment
from bgtask_harness.recording.times import Times
from bgtask_harness.session.following import RAW_NAME
from bgtask_reference.events import CaptureClosed
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import Entry
from bgtask_reference.events import Header
from bgtask_reference.events import JobsListed
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent

MOST_BYTES = 1 << 30
"""Of one recording, unpacked. An eight-hour log has some hundred MB."""
_ADVANCE = "bgtask-virtual:advance:"
_LAST_DUMP = "dumpsys-jobscheduler"
_TYPED = re.compile(r"adb -s \S+ shell (?P<line>.+)", re.DOTALL)
_REBOOT = re.compile(r"adb -s \S+ reboot")
FOLLOWS = f"{SHELL}logcat -b main,system,crash -v threadtime -v epoch -v usec -T 1"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded session.

    Attributes:
        header: The journal's.
        exchanges: What was typed and answered, in order.
        log: Its raw log.
        moments: Readings of the phone's clocks, in order; at least one.
        taped: False for what was put together from a journal and its dumps: what they do not tell is not typed.

    """

    header: Header
    exchanges: tuple[Exchange, ...]
    log: str
    moments: tuple[Moment, ...]
    taped: bool

    @property
    def times(self) -> Times:
        """The phone's time since the first thing was typed."""
        return Times(self.moments, self.exchanges[0].at_ns if self.exchanges else self.moments[0].host_ns)

    @property
    def timezone(self) -> str | None:
        """The phone's zone; None when it was not asked, or this machine does not know it."""
        said = next((each.stdout.strip() for each in self.exchanges if each.command == ASK_ZONE), "")
        try:
            return zoneinfo.ZoneInfo(said).key if said else None
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return None


def recorded(path: Path) -> Recorded:
    """Read a recording: the zip that `bgtask record` wrote, what it unpacks to, or any session's folder.

    Raises:
        BadInput: It is none, is damaged, or was written by a newer version.

    """
    files = files_of(path)
    header, entries = journal_of(files, path)
    log = files.get(RAW_NAME, b"").decode(errors="replace")
    tape = files.get(TAPE_NAME)
    exchanges = read_tape(tape, f"{path}, {TAPE_NAME}") if tape is not None else tuple(_without_tape(files, entries))
    found = sorted([*_sampled(entries), *_read_aloud(exchanges)], key=lambda moment: moment.host_ns)
    if not found:
        raise BadInput(f"{path}: the phone's clocks were never read in it, so nothing can be told at its times")
    return Recorded(header, exchanges, log, tuple(found), taped=tape is not None)


def files_of(path: Path) -> dict[str, bytes]:
    """Give the files of one session, by their names in its folder.

    Raises:
        BadInput: There is no session, or there are several.

    """
    return _from_zip(path) if path.is_file() else _from_folder(path)


# --- files ----------------------------------------------------------------------------------------------------------


def _from_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [each for each in archive.infolist() if not each.is_dir()]
            if sum(each.file_size for each in infos) > MOST_BYTES:
                raise BadInput(f"{path}: unpacks to more than {MOST_BYTES >> 30} GiB; no recording is that long")
            root = _root(path, [each.filename for each in infos])
            return {
                str(PurePosixPath(each.filename).relative_to(root)): archive.read(each)
                for each in infos
                if PurePosixPath(each.filename).is_relative_to(root)
            }
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadInput(f"{path}: is no zip that can be unpacked ({error}); give what `bgtask record` wrote") from error


def _from_folder(path: Path) -> dict[str, bytes]:
    if not path.is_dir():
        raise BadInput(f"{path}: there is no such file or folder; give what `bgtask record` wrote")
    names = [each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()]
    root = _root(path, names)
    kept = [name for name in names if PurePosixPath(name).is_relative_to(root) and not name.endswith(".zip")]
    try:
        return {str(PurePosixPath(name).relative_to(root)): (path / name).read_bytes() for name in kept}
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error})") from error


def _root(path: Path, names: list[str]) -> PurePosixPath:
    found = sorted(PurePosixPath(name).parent for name in names if PurePosixPath(name).name == JOURNAL_NAME)
    if len(found) != 1:
        many = f"{len(found)} journals ({', '.join(map(str, found[:3]))} ...): give one session's folder"
        raise BadInput(f"{path}: holds {many if found else f'no {JOURNAL_NAME}: give what `bgtask record` wrote'}")
    return found[0]


def journal_of(files: dict[str, bytes], path: Path) -> tuple[Header, tuple[Entry, ...]]:
    """Give the journal among them: its header and its entries. Raises `BadInput` when it has no header."""
    history = parse(files[JOURNAL_NAME]).history
    if history.header is None:
        raise BadInput(f"{path}: its journal has lost its first record, or is of a newer version")
    return history.header, history.entries


# --- clocks ---------------------------------------------------------------------------------------------------------


def _sampled(entries: Iterable[Entry]) -> Iterator[Moment]:
    for entry in entries:
        event = entry.event
        if isinstance(event, ClockSampled):
            yield Moment(event.host_ns, event.boot_ns, event.wall_ns, event.boot_id)


def _read_aloud(exchanges: Iterable[Exchange]) -> Iterator[Moment]:
    """Readings that are on the tape alone, and where a virtual phone's clock was moved to."""
    last: Moment | None = None
    for each in exchanges:
        if each.service.startswith(_ADVANCE) and last is not None and each.stdout.strip().isdigit():
            boot_ns = int(each.stdout)
            last = Moment(each.until_ns, boot_ns, last.wall_ns + boot_ns - last.boot_ns, last.boot_id)
            yield last
        elif each.service.startswith(f"{SHELL}cat /proc/sys/kernel/random/boot_id /proc/uptime"):
            try:
                read = parse_clocks(each.stdout, 0, each.at_ns, each.until_ns)
            except UnreadableClocks:
                continue
            last = Moment(read.host_ns, read.boot_ns, read.wall_ns, read.boot_id)
            yield last


# --- without a tape -------------------------------------------------------------------------------------------------


def _without_tape(files: dict[str, bytes], entries: tuple[Entry, ...]) -> Iterator[Exchange]:
    """What a journal and its dumps tell of what was typed: dumps were taken in blocks, each ends with the jobs'."""
    blocks = iter(_blocks(files))
    sent: dict[int, int] = {}
    for entry in entries:
        event, at_ns = entry.event, entry.host_ns
        if isinstance(event, StimulusSent):
            sent[event.number] = at_ns
        elif isinstance(event, StimulusAnswered) and event.raw:
            service = _service(event.raw)
            if service is not None:
                yield Exchange(sent.get(event.number, at_ns), at_ns, service, event.output, "", event.exit_status)
        elif isinstance(event, CaptureOpened):
            yield Exchange(at_ns, at_ns, FOLLOWS, follows=True)
        elif isinstance(event, CaptureClosed):
            yield Exchange(at_ns, at_ns, FOLLOWS, hung_up=True)
        elif isinstance(event, JobsListed):
            yield from (Exchange(at_ns, at_ns, service, text, "", 0) for service, text in next(blocks, ()))


def _blocks(files: dict[str, bytes]) -> Iterator[tuple[tuple[str, str], ...]]:
    block: list[tuple[str, str]] = []
    for name in sorted(name for name in files if name.startswith("dumps/")):
        head, _, text = files[name].decode(errors="replace").partition("\n")
        service = _service(head.removeprefix("$ "))
        if service is not None:
            block.append((service, text))
        if _LAST_DUMP in name:
            yield tuple(block)
            block = []


def _service(spoken: str) -> str | None:
    """Give the service of a command as a person would repeat it; None for what is none."""
    if _REBOOT.fullmatch(spoken):
        return "reboot:"
    match = _TYPED.fullmatch(spoken)
    if match is None:
        return None
    line = match["line"]
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    quoted = line.startswith("'") and len(words) == 1
    return f"{SHELL}{words[0] if quoted else line}"
