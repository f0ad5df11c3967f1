"""What JobScheduler permits: how long a job may run, and which facts of the environment may hold one back."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.platform import constants

FIRST_LEVEL_WITH_BUCKETS = 28

# DeviceIdleController's states in which jobs are held. IDLE_MAINTENANCE lets them run but ends by itself, so a bound
# that reaches over it proves nothing.
IDLE_STATES = frozenset({"IDLE", "IDLE_MAINTENANCE", "WAITING_FOR_NETWORK"})

# A constraint's name in `dumpsys jobscheduler` and the diagnosis category (field-bugs.md 4b) of a job that lacks it.
UNMET = {
    "CONNECTIVITY": "W30",
    "UNMETERED": "W30",
    "CHARGING": "W31",
    "BATTERY_NOT_LOW": "W32",
    "STORAGE_NOT_LOW": "W33",
    "IDLE": "W34",
    "CONTENT_TRIGGER": "W35",
    "TIMING_DELAY": "W20",
    "DEVICE_NOT_DOZING": "W40",
    "WITHIN_QUOTA": "W41",
    "BACKGROUND_NOT_RESTRICTED": "W42",
    "FLEXIBILITY": "W44",
}


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal reason for not running: diagnosis category and words for a person."""

    category: str
    words: str


def longest_run_ns(api_level: int | None) -> int:
    """How long the system may let a job run before it must have stopped it, its own time-outs included."""
    run = constants.row("jobscheduler", "run", api_level)["longest_ms"]
    stop = constants.row("jobscheduler", "stop", api_level)
    return (run + stop["bind_ms"] + stop["operation_ms"]) * NS_PER_MS


def facts_that_matter(task: TaskSpec, api_level: int | None) -> tuple[str, ...]:
    """Names of the environment facts that must be known before "it should have run" may be said."""
    names = ["doze-deep", "doze-light", "battery-saver"]
    if api_level is None or api_level >= FIRST_LEVEL_WITH_BUCKETS:
        names += ["bucket", "background-restricted"]
    if task.network is not Network.NOT_REQUIRED:
        names.append("network")
    if task.network is Network.UNMETERED:
        names.append("metered")
    if task.network is Network.NOT_ROAMING:
        names.append("roaming")
    return (*names, *(fact for fact, asked in _asked_for(task) if asked))


def _asked_for(task: TaskSpec) -> tuple[tuple[str, bool], ...]:
    """Facts that must be true while it runs, and whether the task declares each."""
    wants = task.constraints
    return (
        ("charging", wants.charging),
        ("battery-not-low", wants.battery_not_low),
        ("storage-not-low", wants.storage_not_low),
        ("device-idle", wants.device_idle),
    )


def hold(fact: str, value: bool | int | str, task: TaskSpec, api_level: int | None) -> Hold | None:
    """Say whether a fact of the environment may legally hold a task back, and as what."""
    if fact in _NETWORK_HOLDS:
        return _network(fact, value, task)
    if fact in _CONDITION_HOLDS:
        return _CONDITION_HOLDS[fact] if value is False and dict(_asked_for(task))[fact] else None
    if fact in {"doze-deep", "doze-light"} and value in IDLE_STATES:
        return Hold("W40", f"the phone was dozing ({fact} {value})")
    if fact == "bucket" and isinstance(value, int) and value > _friendly_bucket(api_level):
        return Hold("W41", f"the app was in standby bucket {value}")
    return _restriction(fact, value)


_NETWORK_HOLDS = frozenset({"network", "metered", "roaming", "data-saver"})
_CONDITION_HOLDS = {
    "charging": Hold("W31", "the phone was not charging"),
    "battery-not-low": Hold("W32", "the battery was low"),
    "storage-not-low": Hold("W33", "storage was low"),
    "device-idle": Hold("W34", "somebody was using the phone"),
}


def _network(fact: str, value: bool | int | str, task: TaskSpec) -> Hold | None:
    """Data saver holds back what would use a metered network; which network it would have got, no reading tells."""
    if fact == "network" and value == "none" and task.network is not Network.NOT_REQUIRED:
        return Hold("W30", "there was no network")
    if fact == "metered" and value is True and task.network is Network.UNMETERED:
        return Hold("W30", "the network was metered")
    if fact == "roaming" and value is True and task.network is Network.NOT_ROAMING:
        return Hold("W30", "the network was roaming")
    if fact == "data-saver" and value is True and task.network is not Network.NOT_REQUIRED:
        return Hold("W42", "data saver was on")
    return None


def _restriction(fact: str, value: bool | int | str) -> Hold | None:
    if value is not True:
        return None
    return {
        "background-restricted": Hold("W42", "the app was restricted in the background"),
        "battery-saver": Hold("W42", "battery saver was on"),
        "stopped": Hold("W10", "the app was in the stopped state"),
    }.get(fact)


def _friendly_bucket(api_level: int | None) -> int:
    return constants.row("jobscheduler", "standby", api_level)["friendly_bucket"]
