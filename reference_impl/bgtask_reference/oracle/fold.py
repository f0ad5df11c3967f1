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
from bgtask_reference.oracle.findings import Facts
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.findings import Unsure
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

MOST_WORLDS = 16


@dataclass(frozen=True, slots=True)
class Breach:
    """A step that no possible state allowed."""

    rule: str
    position: int
    facts: Facts
    words: str
    also: tuple[str, ...]


@dataclass(slots=True)
class Trace:
    """What a fold found."""

    before: list[tuple[State, ...]] = field(default_factory=list)
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
        self.steps: Sequence[Step] = place.slice.steps
        self._plan: dict[StepKind, tuple[tuple[str, StepCheck], ...]] = {}
        for kind in StepKind:
            self._plan[kind] = tuple((rule.id, rule.check) for rule in rules if rule.check and kind in rule.on)

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
            trace.before += [tuple(worlds)] * len(group)
            if len(group) == 1:
                worlds = self._step(worlds, group[0], optional, trace)
            else:
                worlds = self._any_order(worlds, group, optional, trace)
        trace.before.append(tuple(worlds))
        return trace

    def _step(self, worlds: list[State], position: int, optional: frozenset[int], trace: Trace) -> list[State]:
        if position in optional:
            return self._cap([*worlds, *self._advance(worlds, position)], trace)
        after = self._advance(worlds, position)
        self._note(worlds, position, trace)
        if not after:
            trace.breaches.append(self._blame(worlds, position))
            after = self._moved(worlds, position)  # it did happen
        return self._cap(after, trace)

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

    def _advance(self, worlds: list[State], position: int) -> list[State]:
        step = self.steps[position]
        checks = self._plan[step.kind]
        allowed = [state for state in worlds if not any(_breaks(check, state, step, self.place) for _, check in checks)]
        return self._moved(allowed, position)

    def _moved(self, worlds: list[State], position: int) -> list[State]:
        step, periodic = self.steps[position], self.place.slice.periodic
        return distinct([after for state in worlds for after in moves(state, step, periodic=periodic)])

    def _note(self, worlds: list[State], position: int, trace: Trace) -> None:
        step = self.steps[position]
        for rule, check in self._plan[step.kind]:
            said = [check(state, step, self.place) for state in worlds]
            doubts = [each for each in said if isinstance(each, Unsure)]
            if all(each is True for each in said):
                trace.held.append((rule, position))
            elif doubts:
                trace.unsure.append((rule, position, doubts[0]))

    def _blame(self, worlds: list[State], position: int) -> Breach:
        step = self.steps[position]
        broken: list[dict[str, Broken]] = []
        for state in worlds:
            said = {rule: check(state, step, self.place) for rule, check in self._plan[step.kind]}
            broken.append({rule: answer for rule, answer in said.items() if isinstance(answer, Broken)})
        common = [rule for rule in broken[0] if all(rule in each for each in broken)]
        name = (common or list(broken[0]))[0]
        killers = dict.fromkeys(rule for each in broken for rule in each)
        first = broken[0][name]
        also = tuple(rule for rule in killers if rule != name)
        return Breach(name, position, _in_order(first.facts), first.words, also)

    @staticmethod
    def _cap(worlds: list[State], trace: Trace) -> list[State]:
        worlds = distinct(worlds)
        if len(worlds) <= MOST_WORLDS:
            return worlds
        trace.given_up += 1
        return [ANYTHING]


def _breaks(check: StepCheck, state: State, step: Step, place: Place) -> bool:
    return isinstance(check(state, step, place), Broken)


def _in_order(facts: Facts) -> Facts:
    return tuple(dict.fromkeys(sorted(facts)))
