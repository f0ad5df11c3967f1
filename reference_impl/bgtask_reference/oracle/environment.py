"""Whether anything may legally have held a task back during a while: known reasons, and facts that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.oracle.outside import Fact
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import jobscheduler
from bgtask_reference.platform.jobscheduler import Hold

APP_WIDE = frozenset({"DEVICE_NOT_DOZING", "WITHIN_QUOTA", "BACKGROUND_NOT_RESTRICTED"})
NETWORK = frozenset({"CONNECTIVITY", "UNMETERED"})


@dataclass(frozen=True, slots=True)
class Reason:
    """A legal reason and the journal index that proves it."""

    hold: Hold
    index: int


@dataclass(frozen=True, slots=True)
class Weather:
    """The environment of a while.

    Attributes:
        reasons: What may legally have held the task back, strongest evidence first.
        unknown: Facts that are not known for the whole while.
        proof: Journal indices of the readings that show the rest.

    """

    reasons: tuple[Reason, ...]
    unknown: tuple[str, ...]
    proof: tuple[int, ...]


def weather(task: TaskSlice, outside: Outside, first: int, last: int) -> Weather:
    """Look at the environment between two journal indices.

    A fact holds there only when it was read before and after and no reading between them says otherwise.
    """
    reasons = [*_refusals(task, first, last), *_job_reasons(task, outside, first, last)]
    unknown: list[str] = []
    proof: list[int] = []
    wanted = jobscheduler.facts_that_matter(task.task, outside.device.api_level)
    for name in (*wanted, "stopped"):
        readings = _during(outside.facts.get(name, ()), first, last)
        reasons += _holds(name, readings, task.task, outside)
        if name in wanted and not _surrounds(readings, first, last):
            unknown.append(name)
        proof += [reading.index for reading in readings]
    return Weather(tuple(reasons), tuple(unknown), tuple(sorted(set(proof))))


def _during(readings: tuple[Fact, ...], first: int, last: int) -> list[Fact]:
    """Give the last reading before, all readings during, and the first one after."""
    before = [each for each in readings if each.index < first][-1:]
    during = [each for each in readings if first <= each.index < last]
    after = [each for each in readings if each.index >= last][:1]
    return [*before, *during, *after]


def _surrounds(readings: list[Fact], first: int, last: int) -> bool:
    return bool(readings) and readings[0].index < first and readings[-1].index >= last


def _holds(name: str, readings: list[Fact], task: TaskSpec, outside: Outside) -> Iterator[Reason]:
    for reading in readings:
        hold = jobscheduler.hold(name, reading.value, task, outside.device.api_level)
        if hold:
            yield Reason(hold, reading.index)
            return


def _refusals(task: TaskSlice, first: int, last: int) -> Iterator[Reason]:
    for step in task.steps:
        if step.kind is StepKind.REFUSED and first < step.index <= last:
            yield Reason(Hold("W22", "WorkManager refused the run, because it was before its schedule"), step.index)
            return


def _job_reasons(task: TaskSlice, outside: Outside, first: int, last: int) -> Iterator[Reason]:
    """Read what the app's jobs waited for. A job is rarely known by task, so only what holds all of them counts."""
    shared = APP_WIDE | (NETWORK if task.task.network is not Network.NOT_REQUIRED else frozenset())
    package = outside.app.package
    for index, _, listed in outside.jobs:
        for job in listed.jobs if first < index <= last else ():
            unmet = [name for name in job.unsatisfied if name in shared]
            if unmet and package in {job.source_package, job.component.partition("/")[0]}:
                words = f"the app's job {job.job_id} was waiting for {unmet[0]}"
                yield Reason(Hold(jobscheduler.UNMET[unmet[0]], words), index)
