"""What was done to a phone, app and world in one scenario, in words that mean the same on every platform.

How a phone is handled (launched, locked, left alone, looked at, forced) differs by nature and is left out; a force
shows in the levels of the runs instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import Outcome
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.outside import Stimulus
from bgtask_reference.oracle.value import value

HANDLING = frozenset(
    {"app.launch", "app.ping", "diagnostics", "env.device-idle", "env.screen", "home", "lock", "unlock"},
)
CLEARS = frozenset({"app.clear", "app.clear-data"})
LEVER = "env."
PUT_BACK = "as it was"
"""What the harness says of a change that it takes back, in a scenario or at its end."""
What = tuple[str, tuple[tuple[str, str], ...]]


def _lever(name: str, value: str) -> What:
    return f"{LEVER}{name}", (("value", value),)


NETWORKS = frozenset(f"{LEVER}{name}" for name in ("network", "wifi", "mobile-data", "airplane-mode"))
NETWORK_OFF, NETWORK_BACK = _lever("network", "off"), _lever("network", PUT_BACK)
AIRPLANE = {_lever("airplane-mode", "on"): NETWORK_OFF, _lever("airplane-mode", PUT_BACK): NETWORK_BACK}
BOTH_RADIOS: dict[frozenset[What], What] = {
    frozenset({_lever("wifi", "off"), _lever("mobile-data", "off")}): NETWORK_OFF,
    frozenset({_lever("wifi", PUT_BACK), _lever("mobile-data", PUT_BACK)}): NETWORK_BACK,
}
"""Both radios off, one after the other, are what airplane mode is: no network."""


@value
class Act:
    """One thing that was done: its verb and arguments, and where it stands in the journal."""

    verb: str
    arguments: tuple[tuple[str, str], ...]
    index: int

    @property
    def what(self) -> What:
        """What two phones are compared by."""
        return self.verb, self.arguments

    @property
    def words(self) -> str:
        """Say it."""
        return " ".join([self.verb, *(f"{name}={said}" for name, said in self.arguments)])


def acts(outside: Outside) -> tuple[Act, ...]:
    """Give what was done, in order."""
    found: list[Act] = []
    for act in _acts(outside):
        both = frozenset({each.what for each in (*found[-1:], act)})
        if both in BOTH_RADIOS:
            what = BOTH_RADIOS[both]
            found[-1] = Act(*what, act.index if what == NETWORK_OFF else found[-1].index)  # the first to be back is one
        else:
            found.append(act)
    return tuple(found)


def _acts(outside: Outside) -> Iterator[Act]:
    opened, closed = outside.record.of(WindowOpened), outside.record.of(WindowClosed)
    begun = opened[0].index if opened else outside.last_index
    over = closed[-1].index if closed else begun
    for each in sorted(outside.stimuli.values(), key=lambda stimulus: stimulus.index):
        if _counts(each, begun, over):
            act = _act(each)
            yield Act(*AIRPLANE[act.what], act.index) if act.what in AIRPLANE else act


def _act(each: Stimulus) -> Act:
    """Read a stimulus. Whose setting a lever changed is called by each platform as it likes."""
    arguments = sorted(each.sent.arguments.items())
    is_lever = each.sent.verb.startswith(LEVER)
    kept = tuple((name, said) for name, said in arguments if not (is_lever and name == "subject"))
    return Act(each.sent.verb, kept, each.index)


def _counts(each: Stimulus, begun: int, over: int) -> bool:
    sent = each.sent
    if sent.level is not None or each.outcome is Outcome.REFUSED or sent.verb in HANDLING:
        return False
    if sent.verb in CLEARS:
        return each.index > begun  # before, it is how a scenario begins
    if sent.verb == "app.state" and "value" not in sent.arguments:
        return False  # it only asks
    return sent.arguments.get("value") != PUT_BACK or begun < each.index < over  # after it, it is how a scenario ends


def difference(first: tuple[Act, ...], second: tuple[Act, ...], names: tuple[str, str]) -> str:
    """Say where what was done to two phones parts; empty where it does not."""
    for number in range(max(len(first), len(second))):
        here = first[number] if number < len(first) else None
        there = second[number] if number < len(second) else None
        if here is None or there is None or here.what != there.what:
            parted = zip((here, there), names, strict=True)
            done = (f"{act.words if act else 'nothing more'} on {name}" for act, name in parted)
            return f"not the same stimuli: number {number + 1} is {', '.join(done)}"
    return ""
