"""Tells a virtual phone what a recorded phone was told, at the same times, and compares what both said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.broker.in_this_process import PhoneInThisProcess
from bgtask_harness.broker.in_this_process import model_like
from bgtask_harness.broker.iphone_in_this_process import iphone_like
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.reboot import BOOT_STATE
from bgtask_harness.devices.port import Completed
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import HarnessError
from bgtask_harness.observe import LogObserver
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.recording.differences import Compared
from bgtask_harness.recording.differences import compare_logs
from bgtask_harness.recording.differences import compare_texts
from bgtask_harness.recording.iphone_material import RecordedIPhone
from bgtask_harness.recording.iphone_material import is_iphone
from bgtask_harness.recording.iphone_material import recorded_iphone
from bgtask_harness.recording.iphone_replay import replay_iphone
from bgtask_harness.recording.material import Recorded
from bgtask_harness.recording.material import recorded
from bgtask_harness.recording.normalising import Normaliser
from bgtask_harness.recording.redaction import Redactor
from bgtask_harness.recording.tape import Exchange
from bgtask_harness.recording.telling import UNTAPED
from bgtask_harness.recording.telling import tell
from bgtask_harness.transport.port import Stream
from bgtask_harness.transport.shell import follow
from bgtask_harness.transport.shell import run
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import SentinelSeen

_CALL_S = 60.0
"""Virtual: what a command waits for passes at once."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it: every text compared in order, the log last."""

    model: str
    texts: tuple[Compared, ...]
    normalised: dict[str, int]

    @property
    def differing(self) -> int:
        """How many lines differ."""
        return sum(each.count for each in self.texts)


def diff_virtual(
    path: Path,
    search: SearchPath,
    out: Callable[[str], object],
    *,
    against: str | None = None,
    app: str | None = None,
) -> int:
    """Compare a recording with a virtual phone, by default of the same API level. 0: no line differs, 1: some do.

    Raises:
        BadInput: The recording, the app file or the virtual phone cannot be used.

    """
    if is_iphone(path):
        return _diff_iphone(recorded_iphone(path), search, out, against, app)
    session = recorded(path)
    model = against or model_like(session.header.device.api_level, session.header.device.notes.get("model", ""))
    replayed = replay(session, load_app(app or session.header.app.name, search), model)
    told = f"{session.header.device.name} (API {session.header.device.api_level})"
    untaped = () if session.taped else (UNTAPED,)
    for line in tell(told, replayed.model, replayed.texts, replayed.normalised, untaped):
        out(line)
    return 1 if replayed.differing else 0


def _diff_iphone(
    session: RecordedIPhone, search: SearchPath, out: Callable[[str], object], against: str | None, app: str | None
) -> int:
    device = session.header.device
    version = device.notes.get("os", "")
    model = against or iphone_like(device.notes.get("model", ""), version)
    normaliser = Normaliser()
    shown = load_app(app or session.header.app.name, search)
    texts = tuple(replay_iphone(session, shown, model, normaliser, Redactor()))
    for line in tell(f"{device.name} (iOS {version})", model, texts, normaliser.counts):
        out(line)
    return 1 if any(text.differing for text in texts) else 0


def replay(session: Recorded, app: AppFile, model: str) -> Replayed:
    """Tell a virtual phone all of it. Raises `BadInput` when there is no such phone."""
    uptime_s, rest_ns = divmod(session.times.uptime_ns, NS_PER_S)
    began = dt.datetime.fromtimestamp((session.times.wall_ns - rest_ns) / NS_PER_S, dt.UTC)
    phone = PhoneInThisProcess(model, app, wall_clock=began.isoformat(), uptime_s=uptime_s, timezone=session.timezone)
    normaliser, retelling = Normaliser(), _Retelling(phone, session, rest_ns)
    texts = []
    for number, exchange in enumerate(session.exchanges, start=1):
        said = retelling.tell(exchange)
        if said is not None and exchange.exit_status is not None and exchange.command != BOOT_STATE:
            title = f"{number}: {exchange.command}"
            asked = retelling.redacted(_whole(exchange))
            texts.append(compare_texts(title, asked, retelling.redacted(said), normaliser))
    ours, theirs = (
        _matter("\n".join(normaliser.settled(retelling.redacted(log).split("\n"))), app)
        for log in (session.log, retelling.log)
    )
    texts.append(compare_logs("the log's lines that matter", ours, theirs, normaliser))
    return Replayed(model, tuple(texts), dict(normaliser.counts))


class _Retelling:
    """One virtual phone that is told what a recorded one was told."""

    def __init__(self, phone: PhoneInThisProcess, session: Recorded, ahead_ns: int) -> None:
        """`ahead_ns`: how far the recorded phone was past the second that this one was made in."""
        self._phone, self._session, self._ahead_ns = phone, session, ahead_ns
        notes = session.header.device.notes
        self._redactor = Redactor((phone.serial, *(notes[key] for key in notes if "serial" in key.lower())))
        self._streams: list[Stream] = []
        self._log = bytearray()

    @property
    def log(self) -> str:
        """What its log has shown while it was followed."""
        self._read()
        return self._log.decode(errors="replace")

    def redacted(self, text: str) -> str:
        """Give a text as a recording has it. A session's own folder is not redacted, and says the same."""
        return self._redactor.text(text)

    def tell(self, exchange: Exchange) -> str | None:
        """Do what was done, when it was done. Gives what a command printed; None for what is no command."""
        self._phone.pass_until(self._ahead_ns + self._session.times.elapsed_ns(exchange.at_ns))
        self._read()
        command = exchange.command
        if exchange.follows or exchange.hung_up:
            self._hang_up()
            if exchange.follows and command is not None:
                self._streams = [follow(self._phone.transport, command, Deadline.after(_CALL_S))]
            return None
        if exchange.service == "reboot:":
            self._reboot()
            return None
        if command is None:
            return None  # services that only virtual phones have
        try:
            return _printed(run(self._phone.transport, command, Deadline.after(_CALL_S)))
        except HarnessError as error:
            return f"(the virtual phone: {error})"

    def _reboot(self) -> None:
        try:
            with self._phone.transport.open("reboot:", Deadline.after(_CALL_S)) as stream:
                while stream.recv(_CHUNK, Deadline.after(_CALL_S)):
                    pass
        except HarnessError:
            return  # it went down before it could say so

    def _hang_up(self) -> None:
        while self._streams:
            self._streams.pop().close()

    def _read(self) -> None:
        for stream in self._streams:
            try:
                while data := stream.recv(_CHUNK, Deadline.after(_CALL_S)):
                    self._log += data
            except DeadlineExceeded:
                continue  # nothing more for now
            except HarnessError:
                self._streams = []


def _printed(done: Completed) -> str:
    return done.stdout + done.stderr + _status(done.exit_status)


def _whole(exchange: Exchange) -> str:
    return exchange.stdout + exchange.stderr + _status(exchange.exit_status)


def _status(status: int | None) -> str:
    return f"(exit status {status})" if status else ""


def _matter(log: str, app: AppFile) -> list[str]:
    """Give the lines of a log from which something is read, but for the harness' own marks."""
    observer = LogObserver(app.spec.package, app.templates, ignore_tags=app.ignore_tags)
    return list(_lines_with_events(log.split("\n"), observer))


def _lines_with_events(lines: Iterable[str], observer: LogObserver) -> Iterable[str]:
    for line in lines:
        events = observer.feed(line)
        if any(not isinstance(event, SentinelSeen) for event in events):
            yield line
