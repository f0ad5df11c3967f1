"""What holds an activity back: dasd's policies, as far as they are known, each with what it prints.

Names, weights and rationales of DeviceActivityPolicy (corpus 05, 06), BatteryLevelPolicy, NetworkQualityPolicy and
ThermalPolicy (corpus 23, macOS) were seen; those marked UNCONFIRMED were not: only that the condition holds tasks back
is documented (WWDC20 session 10063). Scores, budgets and rate limits are not modelled: what may proceed proceeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bgtask_harness.virtual.ios.behaviour import behaviour
from bgtask_harness.virtual.ios.environment import Conditions
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import RequestKind

CAN_PROCEED = "Can Proceed"
MUST_NOT_PROCEED = "Must Not Proceed"
ABSOLUTELY_MUST_NOT_PROCEED = "Absolutely Must Not Proceed"


@dataclass(frozen=True, slots=True)
class Policy:
    """`against` gives the rationale for which it says no, None when it has nothing against."""

    name: str
    weight: float
    against: Callable[[BGTaskRequest, Conditions], str | None]
    decision: str = MUST_NOT_PROCEED


@dataclass(frozen=True, slots=True)
class Decision:
    """What all policies say of an activity: the final word, and the line that dasd prints."""

    final: str
    line: str

    @property
    def may_proceed(self) -> bool:
        """Nothing is against it."""
        return self.final == CAN_PROCEED


def _device_activity(request: BGTaskRequest, now: Conditions) -> str | None:
    in_use = request.kind is RequestKind.PROCESSING and now.device_active
    return "launchType == PROCESSING AND deviceActive == 1" if in_use else None


def _network(request: BGTaskRequest, now: Conditions) -> str | None:
    missing = request.requires_network_connectivity and not now.network
    return "[networkPathAvailability]: Required:1.00, Observed:0.00" if missing else None


def _charger(request: BGTaskRequest, now: Conditions) -> str | None:
    return (
        "requiresPlugin == 1 AND isPluggedIn == 0" if request.requires_external_power and not now.plugged_in else None
    )


def _battery(_request: BGTaskRequest, now: Conditions) -> str | None:
    low = now.battery_percent < behaviour().critical_battery_percent and not now.plugged_in
    return f"batteryLevel == {now.battery_percent}" if low else None


def _thermal(_request: BGTaskRequest, now: Conditions) -> str | None:
    return "thermalLevel >= 2" if now.thermal_level >= 2 else None  # noqa: PLR2004 - the number is in the rationale


def _low_power(_request: BGTaskRequest, now: Conditions) -> str | None:
    return "lowPowerMode == 1" if now.low_power_mode else None


def _refresh_switch(_request: BGTaskRequest, now: Conditions) -> str | None:
    return "backgroundAppRefresh == 0" if not now.background_refresh else None


def _first_unlock(_request: BGTaskRequest, now: Conditions) -> str | None:
    return "deviceUnlockedSinceBoot == 0" if not now.unlocked_since_boot else None


POLICIES = (
    Policy("DeviceActivityPolicy", 5.0, _device_activity),
    Policy("NetworkQualityPolicy", 8.4, _network),
    Policy("ChargerPluggedInPolicy", 10.0, _charger),  # UNCONFIRMED name, weight and rationale
    Policy("BatteryLevelPolicy", 1.0, _battery),
    Policy("ThermalPolicy", 5.0, _thermal, ABSOLUTELY_MUST_NOT_PROCEED),
    Policy("EnergyBudgetPolicy", 5.0, _low_power),  # UNCONFIRMED name and rationale
    Policy("ApplicationPolicy", 5.0, _refresh_switch),  # UNCONFIRMED name and rationale
    Policy("MemoryPressurePolicy", 5.0, _first_unlock),  # UNCONFIRMED which policy says it, and its rationale
)


def decide(name: str, request: BGTaskRequest, now: Conditions) -> Decision:
    """Ask every policy; `name` is the activity's."""
    final, entries = CAN_PROCEED, []
    for policy in POLICIES:
        rationale = policy.against(request, now)
        if rationale is None:
            entries.append(_entry(policy, f"Decision: {CAN_PROCEED}, Score: 1.00"))
            continue
        final = policy.decision if final != ABSOLUTELY_MUST_NOT_PROCEED else final
        entries.append(_entry(policy, f"Decision: {policy.decision}, Score: 0.00, Rationale: [{{{rationale}}}]"))
    listed = "\n".join(entries)
    if final != CAN_PROCEED:
        return Decision(final, f"{name}:[\n{listed}\n ], FinalDecision: {final}}}")
    total = sum(policy.weight for policy in POLICIES)
    sums = f"sumScores:{total:.6f}, denominator:{total:.6f}"
    return Decision(final, f"{name}:[\n{listed}\n ] {sums}, FinalDecision: {final} FinalScore: 1.000000}}")


def _entry(policy: Policy, response: str) -> str:
    return f"\t{{name: {policy.name}, policyWeight: {policy.weight:.3f}, response: {{{response}}}}}"
