"""Conditions that a task declares, as facts of the environment, and whether the harness itself held one down."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.oracle.outside import Fact
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.value import value

Reading = bool | int | str


@value
class Condition:
    """One declared condition.

    Attributes:
        mask: Its name in a force's mask.
        fact: The fact of the environment that tells of it.
        words: What there has to be, for a person.
        levers: Verbs that may change it.

    """

    mask: str
    fact: str
    words: str
    levers: frozenset[str]

    def is_met(self, reading: Reading) -> bool:
        """Say whether a reading of its fact meets it."""
        if self.fact == "network":
            return reading != "none"
        return reading is (self.fact not in {"metered", "roaming"})


NETWORK_LEVERS = frozenset(
    {
        "env.network",
        "env.metered",
        "env.wifi",
        "env.mobile-data",
        "env.airplane-mode",
        "env.metered-wifi",
        "env.data-saver",
    }
)
POWER_LEVERS = frozenset({"env.power", "env.charger", "env.battery", "env.doze", "env.saver", "env.battery-saver"})
STORAGE_LEVERS = frozenset({"env.storage"})
IDLE_LEVERS = frozenset({"env.screen", "env.device-idle"})
NETWORK = Condition("network", "network", "a network", NETWORK_LEVERS)
UNMETERED = Condition("network", "metered", "an unmetered network", NETWORK_LEVERS)
NOT_ROAMING = Condition("network", "roaming", "a network that is not roaming", NETWORK_LEVERS)
CHARGING = Condition("charging", "charging", "a charger", POWER_LEVERS)
BATTERY = Condition("battery-not-low", "battery-not-low", "a battery that is not low", POWER_LEVERS)
STORAGE = Condition("storage-not-low", "storage-not-low", "storage that is not low", STORAGE_LEVERS)
IDLE = Condition("idle", "device-idle", "a phone that nobody uses", IDLE_LEVERS)

ALL = (NETWORK, UNMETERED, NOT_ROAMING, CHARGING, BATTERY, STORAGE, IDLE)


def conditions(task: TaskSpec) -> tuple[Condition, ...]:
    """Give the conditions of a task of which a reading can tell."""
    return tuple(_conditions(task))


def _conditions(task: TaskSpec) -> Iterator[Condition]:
    if task.network is not Network.NOT_REQUIRED:
        yield NETWORK
    if task.network is Network.UNMETERED:
        yield UNMETERED
    if task.network is Network.NOT_ROAMING:
        yield NOT_ROAMING
    if task.constraints.charging:
        yield CHARGING
    if task.constraints.battery_not_low:
        yield BATTERY
    if task.constraints.storage_not_low:
        yield STORAGE
    if task.constraints.device_idle:
        yield IDLE


def is_held_down(condition: Condition, readings: Sequence[Fact], outside: Outside) -> bool:
    """Say whether the harness itself kept a condition unmet from the first of some readings to the last."""
    first, last = readings[0].index, readings[-1].index
    if outside.done(condition.levers, first, last):
        return False
    return _HOLDERS[condition.fact](first, last, outside)


def _no_network(first: int, _last: int, outside: Outside) -> bool:
    pulled = _pulled(first, outside)
    off = {verb for verb, said in pulled.items() if said == "off"}
    return "env.network" in off or pulled.get("env.airplane-mode") == "on" or {"env.wifi", "env.mobile-data"} <= off


def _only_metered(first: int, _last: int, outside: Outside) -> bool:
    pulled = _pulled(first, outside)
    metered = "on" in {pulled.get("env.metered"), pulled.get("env.metered-wifi")}
    return metered or pulled.get("env.wifi") == "off"


def _frozen(first: int, last: int, outside: Outside) -> bool:
    """Updates of the battery are stopped: it says what it was told to say."""
    readings = outside.facts.get("battery-frozen")
    told = readings.between(first - 1, last + 1) if readings else ()
    return bool(told) and told[0].index == first and told[-1].index == last and all(each.value is True for each in told)


def _no_charger(first: int, last: int, outside: Outside) -> bool:
    told = _pulled(first, outside, POWER_LEVERS).get("env.power")
    return told in {"unplugged", "low"} or _frozen(first, last, outside)


def _battery_low(first: int, last: int, outside: Outside) -> bool:
    return _pulled(first, outside, POWER_LEVERS).get("env.power") == "low" or _frozen(first, last, outside)


def _no_storage(first: int, _last: int, outside: Outside) -> bool:
    return _pulled(first, outside, STORAGE_LEVERS).get("env.storage") == "low"


def _nobody(_first: int, _last: int, _outside: Outside) -> bool:
    return False


_HOLDERS: Mapping[str, Callable[[int, int, Outside], bool]] = {
    "network": _no_network,
    "metered": _only_metered,
    "roaming": _nobody,
    "device-idle": _nobody,
    "charging": _no_charger,
    "battery-not-low": _battery_low,
    "storage-not-low": _no_storage,
}


def _pulled(before: int, outside: Outside, levers: frozenset[str] = NETWORK_LEVERS) -> dict[str, str]:
    """Give what each lever was last set to before a journal index; only what the phone took for sure counts."""
    told: dict[str, str] = {}
    for each in outside.done(levers, -1, before):
        taken = each.answered is not None and each.answered < before and each.outcome.value == "accepted"
        told[each.sent.verb] = each.sent.arguments.get("value", "") if taken else ""
    return told
