"""The fold: the set of states that a unique name may be in, step by step.

Hidden steps widen the set, observations narrow it. Empty: every rule that removed a member is named, first what all
worlds broke. Acquit fast (recorded order), convict slowly (every order that the clocks permit).
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from bgtask_reference.oracle.findings import Broken
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.findings import Said
from bgtask_reference.oracle.findings import Unsure
from bgtask_reference.oracle.moves import MOVES
from bgtask_reference.oracle.moves import moves
from bgtask_reference.oracle.orders import Group
from bgtask_reference.oracle.orders import any_order
from bgtask_reference.oracle.orders import groups
from bgtask_reference.oracle.orders import one_by_one
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import StepCheck
from bgtask_reference.oracle.state import ANYTHING
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.state import distinct
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value

MOST_WORLDS = 16
Answers = list[Said]
"""What each check says of one world, in the order of the plan."""


@value
class Breach:
    """A step that no possible state allowed."""

    rule: str
    position: int
    words: str
    also: tuple[str, ...]


@dataclass(slots=True)
class Trace:
    """What a fold found."""

    before: list[list[State]] = field(default_factory=list)
    """The possible states before each step, and after the last."""
    breaches: list[Breach] = field(default_factory=list)
    held: list[tuple[str, int]] = field(default_factory=list)
    """Rule and position for each place where it had something to check and held in every world."""
    unsure: list[tuple[str, int, Unsure]] = field(default_factory=list)
    given_up: int = 0
    """How often there were too many worlds or orders to follow, and knowledge was given up instead of time."""


class Fold:
    """Folds one slice under some rules."""

    def __init__(self, place: Place, rules: Iterable[Rule]) -> None:
        self.place = place
        self.steps = place.slice.steps
        self._plan: dict[StepKind, list[tuple[str, StepCheck]]] = {kind: [] for kind in StepKind}
        for rule in rules:
            if rule.check:
                for kind in rule.on:
                    self._plan[kind].append((rule.id, rule.check))
        self._begins_anew = place.slice.begins_anew

    def judge(self) -> Trace:
        """Acquit fast, convict slowly."""
        trace = self.run(one_by_one(self.steps), self.place.slice.optional)
        if trace.breaches:
            slow = self.run(groups(self.steps), self.place.slice.optional)
            trace.breaches, trace.given_up = slow.breaches, trace.given_up + slow.given_up
        return trace

    def run(self, order: Iterable[Group], optional: frozenset[int]) -> Trace:
        """Fold some steps in some order, beginning with anything. Optional steps may or may not have happened."""
        trace = Trace()
        worlds = [ANYTHING]
        for group in order:
            trace.before += [worlds] * len(group)
            if len(group) == 1:
                worlds = self._step(worlds, group[0], optional, trace)
            else:
                worlds = self._any_order(worlds, group, optional, trace)
        trace.before.append(worlds)
        return trace

    def _step(self, worlds: list[State], position: int, optional: frozenset[int], trace: Trace) -> list[State]:
        kind = self.steps[position].kind
        if kind in MOVES or self._plan[kind]:
            if position in optional:
                return self._cap([*worlds, *self._advance(worlds, position)], trace)
            after = self._alone(worlds[0], position, trace) if len(worlds) == 1 else None
            return after or self._together(worlds, position, trace)
        return worlds  # nothing to check, and nothing follows from it

    def _alone(self, state: State, position: int, trace: Trace) -> list[State] | None:
        """Step on from the one possible state; None when it does not allow the step."""
        step, place = self.steps[position], self.place
        held = []
        for rule, check in self._plan[step.kind]:
            said = check(state, step, place)
            if said is None:
                continue
            if said is True:
                held.append((rule, position))
            elif isinstance(said, Unsure):
                trace.unsure.append((rule, position, said))
            else:
                return None
        trace.held += held
        return moves(state, step, periodic=self._keeps_period(step))

    def _together(self, worlds: list[State], position: int, trace: Trace) -> list[State]:
        """Step on from every possible state that allows the step; where none does, a rule is broken."""
        answers = self._ask(worlds, position)
        allowed = [state for state, said in zip(worlds, answers, strict=True) if not _is_broken(said)]
        self._note(answers, position, trace)
        if not allowed:
            trace.breaches.append(self._blame(answers, position))
            allowed = worlds  # it did happen
        return self._cap(self._moved(allowed, position), trace)

    def _any_order(self, worlds: list[State], group: Group, optional: frozenset[int], trace: Trace) -> list[State]:
        def advance(here: list[State], position: int) -> list[State]:
            moved = self._advance(here, position)
            return [*here, *moved] if position in optional else moved

        after = any_order(worlds, group, self.steps, advance)
        if after is None:
            trace.given_up += 1
            return [ANYTHING]
        if after:
            return self._cap(after, trace)
        for position in group:  # no order is legal, so the recorded one is not either: it says where
            worlds = self._step(worlds, position, optional, trace)
        return worlds

    def _ask(self, worlds: list[State], position: int) -> list[Answers]:
        step, place = self.steps[position], self.place
        checks = self._plan[step.kind]
        return [[check(state, step, place) for _, check in checks] for state in worlds]

    def _advance(self, worlds: list[State], position: int) -> list[State]:
        answers = self._ask(worlds, position)
        allowed = [state for state, said in zip(worlds, answers, strict=True) if not _is_broken(said)]
        return self._moved(allowed, position)

    def _moved(self, worlds: list[State], position: int) -> list[State]:
        step = self.steps[position]
        periodic = self._keeps_period(step)
        return distinct([after for state in worlds for after in moves(state, step, periodic=periodic)])

    def _keeps_period(self, step: Step) -> bool:
        """Say whether a step is one of periodic work; asked for by a policy that begins anew it is as if asked once."""
        return self.place.slice.periodic and not (self._begins_anew and step.kind is StepKind.REQUEST)

    def _note(self, answers: list[Answers], position: int, trace: Trace) -> None:
        for number, (rule, _) in enumerate(self._plan[self.steps[position].kind]):
            said = _in_all([each[number] for each in answers])
            if said is True:
                trace.held.append((rule, position))
            elif isinstance(said, Unsure):
                trace.unsure.append((rule, position, said))

    def _blame(self, answers: list[Answers], position: int) -> Breach:
        rules = [rule for rule, _ in self._plan[self.steps[position].kind]]
        broken = [
            {rule: said for rule, said in zip(rules, each, strict=True) if isinstance(said, Broken)} for each in answers
        ]
        common = [rule for rule in broken[0] if all(rule in each for each in broken)]
        name = (common or list(broken[0]))[0]
        killers = dict.fromkeys(rule for each in broken for rule in each)
        also = tuple(rule for rule in killers if rule != name)
        return Breach(name, position, broken[0][name].words, also)

    @staticmethod
    def _cap(worlds: list[State], trace: Trace) -> list[State]:
        worlds = distinct(worlds)
        if len(worlds) <= MOST_WORLDS:
            return worlds
        trace.given_up += 1
        return [ANYTHING]


def _is_broken(answers: Sequence[Said]) -> bool:
    return any(isinstance(said, Broken) for said in answers)


def _in_all(said: Sequence[Said]) -> Said:
    """Say for all worlds together: it holds when it holds in each, and is unsure when it is in one."""
    if all(each is True for each in said):
        return True
    return next((each for each in said if isinstance(each, Unsure)), None)
