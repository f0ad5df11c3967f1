"""Records a device: its log, clocks and environment, and a tape of what was typed at it (said to it) and answered.

Without a script nothing is installed, started, forced or cleared.
"""

from __future__ import annotations

import dataclasses
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import msgspec

from bgtask_harness.broker import Lease
from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import acquire
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Progress
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import HarnessError
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.journal import Writer
from bgtask_harness.journal import read
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.profiles.durations import parse_duration
from bgtask_harness.recording.calls import CALLS_NAME
from bgtask_harness.recording.calls import CallWriter
from bgtask_harness.recording.calls import copy_calls
from bgtask_harness.recording.redaction import Redactor
from bgtask_harness.recording.script import Step
from bgtask_harness.recording.script import read_script
from bgtask_harness.recording.tape import ASK_ZONE
from bgtask_harness.recording.tape import TAPE_NAME
from bgtask_harness.recording.tape import TapeWriter
from bgtask_harness.recording.tape import copy_tape
from bgtask_harness.recording.taping import TapedTransport
from bgtask_harness.session import Session
from bgtask_harness.session import Settings
from bgtask_harness.session.finish import end_session
from bgtask_harness.session.lengths import nanoseconds
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import History

SCENARIO = "recorded"
_SPARE_S = 5.0
_ASKING_S = 30.0
_STAGING = ".redacted"
_TEXTS = frozenset({".txt", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Order:
    """What to record.

    Attributes:
        profile: The device's.
        app: The app file whose lines are read.
        length_s: For how long. A virtual phone's clock is moved on instead of waited for.
        run_dir: Where the session goes, unredacted.
        options: How to get the device.
        progress: Told what is waited for.
        script: What is done meanwhile; nothing without.

    """

    profile: Profile
    app: AppFile
    length_s: float
    run_dir: Path
    options: LeaseOptions
    progress: Progress
    script: tuple[Step, ...] = ()


def order(
    device: str,
    app: str | None,
    length: str,
    run_dir: Path,
    folder: Path | None = None,
    *,
    script: Path | None = None,
) -> Order:
    """Make an order of what a person typed; it tells its progress on standard error.

    Raises:
        BadInput: There is no such profile, app file or length, or the script has a mistake.

    """
    search = SearchPath.standard(folder)
    profile = load_profile(device, search)
    try:
        length_s = parse_duration(length) / NS_PER_S
    except ValueError as error:
        raise BadInput(f"--for {length}: {error}") from error
    loaded = load_app(app or profile.default_app, search)
    steps = read_script(script) if script else ()
    return Order(profile, loaded, length_s, run_dir, LeaseOptions(), _say, steps)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def record(order: Order) -> Path:
    """Record, and give the redacted file: a zip that unpacks to a run directory.

    Ctrl-C ends the recording early; what was recorded by then counts. It does too when a line of the script cannot be
    done or the device goes away for good: the file is made, and then the error is raised.

    Raises:
        BadInput: There is a recording in that run directory already.
        HarnessError: The device cannot be had, or something went wrong on the way.

    """
    folder = order.run_dir / order.profile.name / SCENARIO
    if folder.exists():
        raise BadInput(f"{folder}: holds a recording already; give another --run-dir")
    private = _Private([], [])
    try:
        _on_tape(order, folder, private)
    except HarnessError:
        if not (folder / JOURNAL_NAME).exists():
            shutil.rmtree(folder)
        elif private.serials:
            order.progress(f"what was recorded until then: {_pack(order, folder, private.redactor)}")
        raise
    return _pack(order, folder, private.redactor)


@dataclass(frozen=True, slots=True)
class _Private:
    """What names the device and its owner: known as soon as it is opened."""

    serials: list[str]
    names: list[str]

    @property
    def redactor(self) -> Redactor:
        return Redactor(self.serials, self.names)

    def learn(self, lease: Lease) -> None:
        device = lease.device
        notes = device.facts.notes
        self.serials.extend([lease.identity, *(notes[key] for key in notes if "serial" in key.lower())])
        words = getattr(device, "private_words", None)
        if words is not None:
            told = words(Deadline.after(_ASKING_S))
            self.serials.extend(told.serials)
            self.names.extend(told.names)


def _on_tape(order: Order, folder: Path, private: _Private) -> None:
    """Record what is said to the device and what it says, in the form that it has one of."""
    ios = order.profile.find.platform == "ios"
    tape: TapeWriter | CallWriter = CallWriter(folder / CALLS_NAME) if ios else TapeWriter(folder / TAPE_NAME)
    try:
        lease = acquire(_touched_as_asked(order), order.app, _recorded_on(tape, order.options))
        private.learn(lease)
        try:
            _watch(lease, order, folder)
        finally:
            lease.release()
    finally:
        tape.close()


def _recorded_on(tape: TapeWriter | CallWriter, options: LeaseOptions) -> LeaseOptions:
    if isinstance(tape, CallWriter):
        return dataclasses.replace(options, note=tape.take)
    return dataclasses.replace(options, wrap=lambda transport: TapedTransport(transport, tape))


def _touched_as_asked(order: Order) -> Profile:
    """Whoever gave a script has asked for what it does, as far as the profile allows; else nothing is done."""
    if order.script:
        return order.profile
    untouched = msgspec.structs.replace(order.profile.allow, disruption=Disruption.OBSERVE)
    return dataclasses.replace(order.profile, allow=untouched)


def _able(lease: Lease, order: Order) -> frozenset[Capability]:
    if order.script:
        return lease.device.capabilities(lease.app.spec, Deadline.after(_ASKING_S))
    return frozenset({Capability.ADVANCE_TIME}) if order.profile.virtual else frozenset()


def _patience_s(order: Order) -> float:
    """Whoever writes `wait 6h` has the patience for it."""
    waits = [nanoseconds(step.arguments[0]) / NS_PER_S for step in order.script if step.verb == "wait"]
    return max([order.length_s, *waits]) + _SPARE_S


def _watch(lease: Lease, order: Order, folder: Path) -> None:
    if lease.device.facts.platform == "android":
        lease.device.tell(ASK_ZONE, Deadline.after(_ASKING_S))
    can = _able(lease, order)
    settings = Settings(SCENARIO, folder, patience_s=_patience_s(order), progress=order.progress)
    session = Session(lease, can, settings)
    error: BaseException | None = None
    try:
        session.open_window()
        for step in order.script:
            order.progress(step.text)
            step.do(session)
        session.advance(order.length_s)
    except KeyboardInterrupt:
        order.progress("ending the recording")
    except Exception as trouble:
        error = trouble
        raise
    finally:
        end_session(session, error)


def _pack(order: Order, folder: Path, redactor: Redactor) -> Path:
    """Write the journal anew, since its checksums cover what is taken out, and copy the raw texts without it."""
    path = order.run_dir / f"recording-{order.profile.name}.zip"
    staging = order.run_dir / _STAGING
    tape = _redacted_tape(folder, redactor)
    _write(read(folder / JOURNAL_NAME), redactor, staging)
    inside = f"{order.profile.name}/{SCENARIO}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(staging, f"{inside}/{JOURNAL_NAME}")
        archive.writestr(f"{inside}/{tape[0]}", tape[1])
        for text in sorted(each for each in folder.rglob("*") if each.suffix in _TEXTS and each.is_file()):
            with archive.open(f"{inside}/{text.relative_to(folder).as_posix()}", "w") as entry:
                for line in _redacted_lines(text, redactor):
                    entry.write(line)
    staging.unlink()
    return path


def _redacted_tape(folder: Path, redactor: Redactor) -> tuple[str, bytes]:
    calls = folder / CALLS_NAME
    if calls.exists():
        return CALLS_NAME, copy_calls(calls.read_bytes(), redactor.text)
    return TAPE_NAME, copy_tape((folder / TAPE_NAME).read_bytes(), redactor.exchange)


def _write(history: History, redactor: Redactor, path: Path) -> None:
    if history.header is None:
        raise BadInput(f"{path.parent}: the recording has lost its first record; record again")
    moment = 0
    path.unlink(missing_ok=True)
    writer = Writer(path, redactor.value(history.header), clock=lambda: moment)
    for moment, entries in groupby(history.entries, key=lambda entry: entry.host_ns):  # noqa: B007 - the clock reads it
        writer.append_many([redactor.value(entry.event) for entry in entries])
    if history.closed:
        writer.close()
    else:
        writer.abandon()


def _redacted_lines(path: Path, redactor: Redactor) -> Iterator[bytes]:
    with path.open(encoding="utf-8", errors="replace", newline="\n") as text:
        for line in text:
            yield redactor.text(line).encode(errors="replace")
