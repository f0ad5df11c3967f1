"""A task runs while what it asks of the phone holds: a charger, a battery, storage, nobody at the phone."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.scenarios.withheld import loses
from bgtask_harness.scenarios.withheld import waits_for
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

NEEDS = (Capability.APP_INSTALLED, Capability.APP_HOOK)
POWER = (*NEEDS, Capability.SWITCH_POWER)


@pytest.mark.scenario(needs=POWER, disruption=Disruption.NUDGE, tasks="charging")
def test_waits_for_charger(device: Session, task: TaskSpec) -> None:
    """Asked for without a charger a task that needs one does not run; once it charges it does."""
    waits_for(device, task, lambda: device.pull("power", "unplugged"), lambda: device.pull("power", "charging"))


@pytest.mark.scenario(needs=POWER, disruption=Disruption.NUDGE, tasks="charging")
def test_loses_charger_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When its charger goes while it runs a task is stopped, and runs again when it charges again."""
    loses(device, task, lambda: device.pull("power", "unplugged"), lambda: device.pull("power", "charging"))


@pytest.mark.scenario(needs=POWER, disruption=Disruption.NUDGE, tasks="battery")
def test_waits_for_battery(device: Session, task: TaskSpec) -> None:
    """Asked for with a low battery a task that minds does not run; once it is not low it does."""
    waits_for(device, task, lambda: device.pull("power", "low"), lambda: device.pull("power", "charging"))


@pytest.mark.scenario(needs=POWER, disruption=Disruption.NUDGE, tasks="battery")
def test_battery_gets_low_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When the battery gets low while it runs a task that minds is stopped, and runs again when it is charged."""
    loses(device, task, lambda: device.pull("power", "low"), lambda: device.pull("power", "charging"))


@pytest.mark.scenario(needs=NEEDS, disruption=Disruption.NUDGE, tasks="storage")
def test_waits_for_storage(device: Session, task: TaskSpec) -> None:
    """Asked for with low storage a task that minds does not run; once there is enough it does."""
    waits_for(device, task, lambda: device.pull("storage", "low"), lambda: device.pull("storage", "enough"))


@pytest.mark.scenario(needs=NEEDS, disruption=Disruption.NUDGE, tasks="storage")
def test_storage_gets_low_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When storage gets low while it runs a task that minds is stopped, and runs again when there is enough."""
    loses(device, task, lambda: device.pull("storage", "low"), lambda: device.pull("storage", "enough"))


@pytest.mark.scenario(needs=NEEDS, disruption=Disruption.NUDGE, tasks="idle")
def test_waits_until_nobody_uses_the_phone(device: Session, task: TaskSpec) -> None:
    """Asked for while somebody uses the phone a task for an idle one does not run; once it is idle it does."""
    waits_for(device, task, lambda: device.pull("device-idle", "off"), lambda: device.pull("device-idle", "on"))


@pytest.mark.scenario(needs=NEEDS, disruption=Disruption.NUDGE, tasks="idle")
def test_somebody_uses_the_phone_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When somebody uses the phone while it runs a task for an idle one is stopped, and runs again when it is idle."""
    loses(device, task, lambda: device.pull("device-idle", "off"), lambda: device.pull("device-idle", "on"))
