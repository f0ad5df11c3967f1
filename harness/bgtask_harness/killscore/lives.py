"""One life: a subject, the plan of its seed, what came of it, and what the oracle says. Everything here is a value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from bgtask_harness.errors import BadInput
from bgtask_harness.killscore.mutants import Mutant
from bgtask_harness.killscore.plans import Lines
from bgtask_harness.killscore.running import runs_in
from bgtask_harness.killscore.stages import ANDROID
from bgtask_harness.killscore.stages import stage
from bgtask_harness.killscore.trouble import HarnessFault
from bgtask_harness.killscore.trouble import Nuisance
from bgtask_harness.virtual.layers import BadReference
from bgtask_harness.virtual.layers import load
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import Verdict
from bgtask_reference.oracle import judge

_PUT_BACK = "as it was"
"""What the nemesis says of a lever that it puts back."""
_WAITED_FOR_NS = 200_000_000
"""What was taken away here does not come back, so nobody waits for it long."""


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict, as short as a campaign needs it."""

    rule: str
    task: str
    judgement: Judgement
    level: str
    reason: str

    @classmethod
    def of(cls, verdict: Verdict) -> Said:
        """Shorten a verdict."""
        level = verdict.level.value if verdict.level else ""
        return cls(verdict.rule, verdict.task, verdict.judgement, level, verdict.reason)


@dataclass(frozen=True, slots=True)
class Life:
    """What became of one seed.

    Attributes:
        app: Which app.
        seed: Which seed.
        theme: Which theme; empty for one that the seed chose.
        runs: How many runs were seen.
        stimuli: How much was done to the phone, what was put back at the end not counted.
        trouble: Why the session did not come to its end; empty when it did.
        said: The verdicts that say something.

    """

    app: str
    seed: int
    theme: str
    runs: int
    stimuli: int
    trouble: str
    said: tuple[Said, ...]

    @property
    def failed(self) -> tuple[Said, ...]:
        """The accusations."""
        return tuple(each for each in self.said if each.judgement is Judgement.FAIL)

    @property
    def passed(self) -> tuple[Said, ...]:
        """The acquittals."""
        return tuple(each for each in self.said if each.judgement is Judgement.PASS)


def live(app: str, seed: int, theme: str = "", mutant: Mutant | None = None, platform: str = ANDROID) -> Life:
    """Run one life and judge it.

    Raises:
        BadInput: The mutant's fault cannot be imported.

    """
    subject = stage(platform).healthy(app, seed)
    if mutant is not None:
        subject = dataclasses.replace(subject, faults=(_fault(mutant),))
    return judged(app, seed, theme, lived(subject, seed, theme))


def live_with(nuisance: Nuisance, app: str, seed: int, theme: str, platform: str = ANDROID) -> Life:
    """Run one life with something legal in its way, and judge it."""
    return judged(app, seed, theme, lived(nuisance.on(stage(platform).healthy(app, seed), seed), seed, theme))


def live_with_fault(fault: HarnessFault, app: str, seed: int, theme: str, platform: str = ANDROID) -> Life:
    """Run one healthy life while the harness' own side is broken, and judge what is left of it."""
    subject = stage(platform).healthy(app, seed)
    if fault.wrap is not None:
        brief = dataclasses.replace(subject.profile, boots_within_ns=_WAITED_FOR_NS)
        subject = dataclasses.replace(subject, wrap=fault.wrap(seed), profile=brief)
    history = lived(subject, seed, theme, fault.extra)
    return judged(app, seed, theme, fault.damage(history, seed) if fault.damage else history)


def lived(subject: Any, seed: int, theme: str = "", extra: Lines = ()) -> History:
    """Give the history of a seed's life on a subject of either platform, with something extra in its middle."""
    there = stage(subject.profile.find.platform)
    plan = there.generate(subject.app, seed, theme)
    half = len(plan) // 2
    return there.carry_out(subject, (*plan[:half], *extra, *plan[half:]))


def judged(app: str, seed: int, theme: str, history: History) -> Life:
    """Give what the oracle says of a history."""
    events = [entry.event for entry in history.entries]
    ends = [event for event in events if isinstance(event, ScenarioEnded)]
    told = [each for each in judge(history).verdicts if each.judgement is not Judgement.NOT_EXERCISED]
    return Life(
        app=app,
        seed=seed,
        theme=theme,
        runs=runs_in(events),
        stimuli=sum(isinstance(event, StimulusSent) and not _is_put_back(event) for event in events),
        trouble=ends[-1].reason if ends and ends[-1].outcome != "done" else "",
        said=tuple(Said.of(each) for each in told),
    )


def _is_put_back(event: StimulusSent) -> bool:
    return event.arguments.get("value") == _PUT_BACK


def _fault(mutant: Mutant) -> str:
    try:
        load(mutant.fault, "virtual fault")
    except BadReference as error:
        raise BadInput(f"mutant {mutant.name}: {error}") from error
    return mutant.fault
