"""What an app file may say, key by key, as written. `docs/app-contract.md` explains each."""

from __future__ import annotations

from typing import Literal

import msgspec

from bgtask_harness.profiles.durations import Duration
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Network
from bgtask_reference.events import Norm
from bgtask_reference.events import RequestKind
from bgtask_reference.events import Result

SCHEMA = 1

Mode = Literal["release", "debug", "beacon", "hook"]
"""Builds of an app; each prints what the one before prints, and more."""


class Evidence(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What this build prints. A source that shows no line counts as absent all the same."""

    app_log: bool = False
    work_manager_log: Literal["DEBUG", "INFO", "ERROR"] = "INFO"
    beacon: bool = False
    hook: bool = False


class Name(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A unique work name of a task. `existing` is the policy of its requests; absent when nobody knows it."""

    name: str
    periodic: bool
    existing: ExistingWork | None = None


class Conditions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a task's runs need besides the network."""

    charging: bool = False
    battery_not_low: bool = False
    storage_not_low: bool = False
    device_idle: bool = False


class Retrying(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A task's backoff; WorkManager's default when absent."""

    initial: Duration = Duration(30_000_000_000)
    exponential: bool = True


class Task(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One task as it should be."""

    id: str
    title: str = ""
    interval: Duration | None = None
    network: Network = Network.NOT_REQUIRED
    executes_at_once: bool = False
    worker_class: str | None = None
    starts_within: Duration | None = None
    ends_within: Duration | None = None
    initial_delay: Duration = Duration(0)
    backoff: Retrying = Retrying()
    unique_names: tuple[Name, ...] = ()
    constraints: Conditions = Conditions()
    flex: Duration | None = None
    expedited: bool = False
    ios_identifier: str | None = None


class LogLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A line of the app's own log. `{task}` in `text` is the task id, `{any}` anything; the rest stands for itself.

    `task` is the id of the task that a line is about whose text does not say it.
    """

    tag: str
    text: str
    event: Literal[
        "request.made", "request.cancelled", "run.started", "run.finished", "run.stopped", "run.refused", "nothing"
    ]
    request: RequestKind | None = None
    result: Result | None = None
    everything: bool = False
    reason: str | None = None
    task: str | None = None


class LogIgnore(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Tags of the app whose other lines say nothing about runs."""

    tags: tuple[str, ...] = ()


class State(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A state that a scenario can switch: the app's setting and its two values."""

    name: str
    on: str
    off: str


class Control(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What can be controlled from outside, through the debug hook.

    Attributes:
        hook_receiver: Class of the hook's receiver; None when the app has no hook.
        states: Settings by the name that a scenario uses.
        endpoints: The server endpoint that a task's worker calls, by task id.
        when_scheduled: The states, by task id, that make the app ask for the task: all of them on.
        retries: Task ids whose worker asks for a retry when its endpoint cannot be reached.
        fails: Task ids whose worker fails when its endpoint answers an error.
        foreign: Task ids that are not the unified scheduler's: cancelling everything leaves them alone.
        throws: The state, by task id, in which a task's worker throws.

    """

    hook_receiver: str | None = None
    states: dict[str, State] = {}
    endpoints: dict[str, str] = {}
    when_scheduled: dict[str, tuple[str, ...]] = {}
    retries: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    throws: dict[str, str] = {}


class VirtualIosApp(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The same app on a virtual iPhone.

    Attributes:
        program: The program that stands for it.
        bundle_id: Its bundle identifier; the package name when absent.
        permitted_identifiers: `BGTaskSchedulerPermittedIdentifiers` of its Info.plist; those of all tasks when absent.
        background_modes: `UIBackgroundModes` of its Info.plist.

    """

    program: str | None = None
    bundle_id: str | None = None
    permitted_identifiers: tuple[str, ...] | None = None
    background_modes: tuple[str, ...] = ("fetch", "processing")


class VirtualApp(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The same app on a virtual phone.

    Attributes:
        program: The program that stands for it.
        mode: Which build of it runs.
        states: States of `[control.states]` as a person left them before the first launch, and leaves them again after
            the data was cleared: on or off. For builds that nobody can switch from outside.
        arguments: What its manifest says beyond.
        ios: What stands for it on an iPhone.

    """

    program: str | None = None
    mode: Mode = "hook"
    states: dict[str, bool] = {}
    arguments: dict[str, str] = {}
    ios: VirtualIosApp = VirtualIosApp()


class Update(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An older build of the app, for scenarios that update it.

    Attributes:
        apk: Its file, seen from the app file's folder.
        program: The program that stands for it on a virtual phone.

    """

    apk: str | None = None
    program: str | None = None


class AppToml(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An app file, whole."""

    schema: int
    package: str
    tasks: tuple[Task, ...]
    name: str = ""
    activity: str | None = None
    work_manager: str | None = None
    judge: tuple[Norm, ...] = (Norm.PLATFORM, Norm.CONTRACT, Norm.EXPECTATION)
    evidence: Evidence = Evidence()
    log: tuple[LogLine, ...] = ()
    log_ignore: LogIgnore = LogIgnore()
    control: Control = Control()
    virtual: VirtualApp = VirtualApp()
    update: Update = Update()
