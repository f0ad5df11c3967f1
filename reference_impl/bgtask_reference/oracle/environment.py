"""Whether anything may legally have held a task back during a while: known reasons, and facts that nobody knows."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator

from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.ordered import InOrder
from bgtask_reference.oracle.outside import Fact
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value
from bgtask_reference.platform import jobscheduler
from bgtask_reference.platform.jobscheduler import Hold

APP_WIDE = frozenset({"DEVICE_NOT_DOZING", "WITHIN_QUOTA", "BACKGROUND_NOT_RESTRICTED"})
NETWORK = frozenset({"CONNECTIVITY", "UNMETERED"})
OVERRIDDEN_AS = {"metered": "network", "roaming": "network", "data-saver": "network", "device-idle": "idle"}
"""A fact's name in a force's mask, where the mask calls it otherwise."""
NOT_ASKED_ALWAYS = ("stopped", "data-saver")
"""Facts that hold a task back when they are read so, and that older journals may lack."""
REFUSED = frozenset({StepKind.REFUSED})
NEVER_READ: InOrder[Fact] = InOrder(())


@value
class Reason:
    """A legal reason and the journal index that proves it."""

    hold: Hold
    index: int


@value
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


@value
class While:
    """From a journal index until a boot time had surely passed, which the record shows at another journal index."""

    first: int
    last: int
    boot: int
    until_ns: int

    def is_over(self, when: When) -> bool:
        """True for what surely happened after it."""
        return when.boot is not None and (when.boot, when.lo) >= (self.boot, self.until_ns) and when.index > self.first


def weather(task: TaskSlice, outside: Outside, span: While, mask: Collection[str] = ()) -> Weather:
    """Look at the environment of a while, but for the conditions that a force overrides.

    A fact holds there only when it was read before and after and no reading between them says otherwise.
    """
    reasons = [*_refusals(task, span), *_job_reasons(task, outside, span, mask)]
    unknown: list[str] = []
    proof: list[int] = []
    wanted = jobscheduler.facts_that_matter(task.task, outside.device.api_level)
    for name in (*wanted, *NOT_ASKED_ALWAYS):
        if OVERRIDDEN_AS.get(name, name) in mask:
            continue
        looked_at, known = _readings(outside.facts.get(name, NEVER_READ), span)
        reasons += _holds(name, looked_at, task.task, outside)
        if name in wanted and not known:
            unknown.append(name)
        proof += [reading.index for reading in looked_at]
    return Weather(tuple(reasons), tuple(unknown), tuple(sorted(set(proof))))


def _readings(readings: InOrder[Fact], span: While) -> tuple[list[Fact], bool]:
    """Give the readings from the last before a while to the first after it, and whether both are there."""
    before = readings.last_before(span.first)
    found = [before] if before else []
    for each in readings.since(span.first):
        found.append(each)
        if span.is_over(each.when):
            return found, before is not None
    return found, False


def _holds(name: str, readings: list[Fact], task: TaskSpec, outside: Outside) -> Iterator[Reason]:
    for reading in readings:
        hold = jobscheduler.hold(name, reading.value, task, outside.device.api_level)
        if hold:
            yield Reason(hold, reading.index)
            return


def _refusals(task: TaskSlice, span: While) -> Iterator[Reason]:
    for step in task.steps.of(REFUSED).between(span.first, span.last + 1)[:1]:
        yield Reason(Hold("W22", "WorkManager refused the run, because it was before its schedule"), step.index)


def _job_reasons(task: TaskSlice, outside: Outside, span: While, mask: Collection[str]) -> Iterator[Reason]:
    """Read what the app's jobs waited for. A job is rarely known by task, so only what holds all of them counts."""
    needs_network = task.task.network is not Network.NOT_REQUIRED and "network" not in mask
    shared = APP_WIDE | (NETWORK if needs_network else frozenset())
    package = outside.app.package
    for dump in outside.dumps.between(span.first, span.last + 1):
        for job in dump.listed.jobs:
            unmet = [name for name in job.unsatisfied if name in shared]
            if unmet and package in {job.source_package, job.component.partition("/")[0]}:
                words = f"the app's job {job.job_id} was waiting for {unmet[0]}"
                yield Reason(Hold(jobscheduler.UNMET[unmet[0]], words), dump.index)
