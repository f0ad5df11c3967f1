"""App files: a package, its tasks, its log lines, and what can be controlled from outside. `docs/app-contract.md`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Unsupported
from bgtask_harness.observe.templates import LogTemplate
from bgtask_harness.profiles.app_schema import SCHEMA
from bgtask_harness.profiles.app_schema import AppToml
from bgtask_harness.profiles.app_schema import Conditions
from bgtask_harness.profiles.app_schema import Control
from bgtask_harness.profiles.app_schema import LogLine
from bgtask_harness.profiles.app_schema import Mode
from bgtask_harness.profiles.app_schema import Task
from bgtask_harness.profiles.app_schema import Update
from bgtask_harness.profiles.app_schema import VirtualApp
from bgtask_harness.profiles.reading import check
from bgtask_harness.profiles.reading import read_layers
from bgtask_harness.profiles.search import SearchPath
from bgtask_reference.events import AppEvidence
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Backoff
from bgtask_reference.events import Constraints
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName

APPS = "apps"
Mistake = tuple[str, str]
_NOT_PERIODIC = {ExistingWork.APPEND, ExistingWork.APPEND_OR_REPLACE}
_LISTED = ("retries", "fails", "foreign")
_BY_TASK = ("endpoints", "when_scheduled", "throws")
"""Tables of `[control]` whose keys are task ids."""
_NEVER_UPDATED = Update()
_MODES: tuple[Mode, ...] = ("release", "debug", "beacon", "hook")


@dataclass(frozen=True, slots=True)
class AppFile:
    """An app file, read and checked.

    Attributes:
        file: Where it was found.
        spec: What the oracle and the journal's header need of it.
        activity: The activity to launch; None lets the driver ask for the launcher activity.
        log_lines: The app's own log lines, as written.
        ignore_tags: Log tags of the app that say nothing about runs.
        control: What can be controlled from outside.
        virtual: The program that stands for it on a virtual phone.
        update: The older build that it is updated from.

    """

    file: Path
    spec: AppSpec
    activity: str | None
    log_lines: tuple[LogLine, ...]
    ignore_tags: tuple[str, ...]
    control: Control
    virtual: VirtualApp
    update: Update = _NEVER_UPDATED

    @property
    def name(self) -> str:
        """What `--app` calls it."""
        return self.spec.name

    @property
    def templates(self) -> tuple[LogTemplate, ...]:
        """The app's own log lines, ready for the observer."""
        return tuple(LogTemplate.like(line) for line in self.log_lines)

    @property
    def stored_settings(self) -> dict[str, str]:
        """What the app of a virtual phone has stored before its first launch: setting to value."""
        chosen = ((self.control.states[name], on) for name, on in self.virtual.states.items())
        return {state.name: state.on if on else state.off for state, on in chosen}

    def older_build(self, *, virtual: bool) -> bytes:
        """Give the APK of the older build; on a virtual phone the line of JSON that names its program.

        Raises:
            Unsupported: The app file names none.
            BadInput: It names a file that cannot be read.

        """
        key, named = ("program", self.update.program) if virtual else ("apk", self.update.apk)
        if named is None:
            raise Unsupported(f"{self.file}: key `update.{key}`: there is no older build to update from; name one")
        if virtual:
            line = {"virtual_apk": 1, "package": self.spec.package, "program": named, "version_code": 0}
            return msgspec.json.encode({**line, "version_name": "0.9"})
        path = self.file.parent / Path(named).expanduser()
        try:
            return path.read_bytes()
        except OSError as error:
            raise BadInput(f"{self.file}: key `update.apk`: {path} cannot be read ({error.strerror})") from error

    def on_virtual_phone(self) -> AppFile:
        """Give the same app as its `[virtual]` build prints it: the mode, not `[evidence]`, says what it shows."""
        rank = _MODES.index(self.virtual.mode)
        stated = self.spec.evidence
        shown = AppEvidence(
            app_log=stated.app_log and rank >= _MODES.index("debug"),
            work_manager_level=stated.work_manager_level,
            beacon=stated.beacon and rank >= _MODES.index("beacon"),
            hook=stated.hook and rank >= _MODES.index("hook"),
        )
        return dataclasses.replace(self, spec=dataclasses.replace(self.spec, evidence=shown))


def load_app(name: str, search: SearchPath) -> AppFile:
    """Read an app file by name, or by path when the text ends in `.toml`.

    Raises:
        BadInput: There is none, or it has a mistake: one sentence with file, key and what was expected.

    """
    path = _locate(name, search)
    written = check(read_layers(path, lambda base: search.find(base, APPS)), AppToml)
    _check_meaning(path, written)
    return AppFile(
        file=path,
        spec=_spec(path, written),
        activity=written.activity,
        log_lines=written.log,
        ignore_tags=written.log_ignore.tags,
        control=written.control,
        virtual=written.virtual,
        update=written.update,
    )


def _locate(name: str, search: SearchPath) -> Path:
    if name.endswith(".toml"):
        path = Path(name).expanduser()
        if not path.is_file():
            raise BadInput(f"--app {name}: there is no such file")
        return path.resolve()
    found = search.find(name, APPS)
    if found is None:
        known = ", ".join(search.names(APPS)) or "none"
        raise BadInput(f"--app {name}: there is no app file of that name; known are {known}; or give a path to a .toml")
    return found


def _check_meaning(path: Path, written: AppToml) -> None:
    """Check what the schema cannot: each of these yields the key and what was expected of it."""
    checks = (_schema_mistakes, _task_mistakes, _log_mistakes, _control_mistakes)
    for key, expected in (mistake for check_one in checks for mistake in check_one(written)):
        raise BadInput(f"{path}: key `{key}`: {expected}")


def _schema_mistakes(written: AppToml) -> Iterator[Mistake]:
    if written.schema != SCHEMA:
        yield "schema", f"expected {SCHEMA}, got {written.schema}; this version reads only that"


def _task_mistakes(written: AppToml) -> Iterator[Mistake]:
    if not written.tasks:
        yield "tasks", "expected at least one [[tasks]]"
    seen: set[str] = set()
    for index, task in enumerate(written.tasks):
        if task.id in seen:
            yield f"tasks[{index}].id", f"expected each id once, {task.id!r} is there twice"
        seen.add(task.id)
        yield from ((f"tasks[{index}].{key}", expected) for key, expected in _term_mistakes(task))


def _term_mistakes(task: Task) -> Iterator[Mistake]:
    """What WorkManager's builders and policies refuse, or have no word for."""
    if task.flex is not None and task.interval is None:
        yield "flex", "expected no flex of work without an interval"
    for index, name in enumerate(task.unique_names):
        unknown = _NOT_PERIODIC if name.periodic else {ExistingWork.UPDATE}
        if name.existing in unknown:
            kind = "periodic" if name.periodic else "one-time"
            allowed = ", ".join(policy for policy in ExistingWork if policy not in unknown)
            yield f"unique_names[{index}].existing", f"expected one of {allowed} for {kind} work, got {name.existing}"
    if task.expedited and task.initial_delay.ns:
        yield "expedited", "expected no initial delay of expedited work; WorkManager refuses both together"
    wants = task.constraints
    if task.expedited and (wants.charging or wants.battery_not_low or wants.device_idle):
        yield "expedited", "expected network and storage constraints alone beside it; WorkManager refuses any other"


def _log_mistakes(written: AppToml) -> Iterator[Mistake]:
    ids = {task.id for task in written.tasks}
    for index, line in enumerate(written.log):
        if line.text.count("{task}") > 1:
            yield f"log[{index}].text", "expected {task} once at most"
        if line.task is not None and "{task}" in line.text:
            yield f"log[{index}].task", "expected no task beside the {task} of the text"
        if line.task is not None and line.task not in ids:
            yield f"log[{index}].task", f"expected the id of one of the tasks, got {line.task!r}"


def _control_mistakes(written: AppToml) -> Iterator[Mistake]:
    control, ids = written.control, {task.id for task in written.tasks}
    named = [(f"{key}.{task}", task) for key in _BY_TASK for task in getattr(control, key)]
    named += [(f"{key}[{n}]", task) for key in _LISTED for n, task in enumerate(getattr(control, key))]
    for key, task in named:
        if task not in ids:
            yield f"control.{key}", f"expected the id of one of the tasks, got {task!r}"
    known = ", ".join(control.states) or "none"
    for task, states in control.when_scheduled.items():
        for state in set(states) - set(control.states):
            yield f"control.when_scheduled.{task}", f"expected one of {known}, got {state!r}"
    for task, state in control.throws.items():
        if state not in control.states:
            yield f"control.throws.{task}", f"expected one of {known}, got {state!r}"
    for state in set(written.virtual.states) - set(control.states):
        yield f"virtual.states.{state}", f"expected one of the states of `control.states` ({known})"


def _spec(path: Path, written: AppToml) -> AppSpec:
    evidence = written.evidence
    return AppSpec(
        name=written.name or path.stem,
        package=written.package,
        tasks=tuple(_task(task) for task in written.tasks),
        norms=written.judge,
        evidence=AppEvidence(
            app_log=evidence.app_log,
            work_manager_level=evidence.work_manager_log,
            beacon=evidence.beacon,
            hook=evidence.hook,
        ),
        work_manager_version=written.work_manager,
        activity=written.activity,
        hook_receiver=written.control.hook_receiver,
    )


def _task(task: Task) -> TaskSpec:
    return TaskSpec(
        id=task.id,
        title=task.title or task.id,
        interval_ns=task.interval.ns if task.interval else None,
        unique_names=tuple(UniqueName(name.name, name.periodic, name.existing) for name in task.unique_names),
        network=task.network,
        backoff=Backoff(task.backoff.initial.ns, task.backoff.exponential),
        initial_delay_ns=task.initial_delay.ns,
        worker_class=task.worker_class,
        executes_at_once=task.executes_at_once,
        starts_within_ns=task.starts_within.ns if task.starts_within else None,
        ends_within_ns=task.ends_within.ns if task.ends_within else None,
        constraints=_constraints(task.constraints),
        flex_ns=task.flex.ns if task.flex else None,
        expedited=task.expedited,
        ios_identifier=task.ios_identifier,
    )


def _constraints(wanted: Conditions) -> Constraints:
    return Constraints(wanted.charging, wanted.battery_not_low, wanted.storage_not_low, wanted.device_idle)
