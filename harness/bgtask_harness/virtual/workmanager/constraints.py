"""Constraint tracking: what of a request does not hold now, as the stop reason that it would give."""

from __future__ import annotations

from bgtask_harness.virtual.android.port import AndroidPort
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import NetworkType


def is_constrained(work: Work) -> bool:
    """Tell whether it has any constraint (`hasConstraints`)."""
    return work.request.constraints != Constraints()


def unmet(constraints: Constraints, phone: AndroidPort, package: str) -> int | None:
    """Give the stop reason of the first constraint that does not hold, in the order of the controllers; None for none.

    Whether the device is idle only JobScheduler knows.
    """
    reasons = CONSTANTS.stop_reason
    if constraints.requires_charging and not phone.power.charging:
        return reasons.charging
    if constraints.requires_battery_not_low and not phone.power.battery_not_low:
        return reasons.battery_not_low
    if constraints.requires_storage_not_low and not phone.storage.not_low:
        return reasons.storage_not_low
    if not _network_holds(constraints.required_network_type, phone, package):
        return reasons.connectivity
    return None


def _network_holds(wanted: NetworkType, phone: AndroidPort, package: str) -> bool:
    if wanted is NetworkType.NOT_REQUIRED:
        return True
    kinds = {NetworkType.UNMETERED: phone.network.metered, NetworkType.NOT_ROAMING: phone.network.roaming}
    return phone.reaches_network(package) and not kinds.get(wanted, False)
