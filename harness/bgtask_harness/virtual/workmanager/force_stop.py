"""`ForceStopRunnable`: what WorkManager does first in each process, to find out what it lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.database import NOT_SCHEDULED

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.library import WorkManager

_TAG = "ForceStopRunnable"


def run(manager: WorkManager) -> None:
    """Clean up, then schedule again what was lost: everything after a force-stop."""
    log = manager.log
    log.d(_TAG, "The default process name was not specified.")
    log.d(_TAG, "Performing cleanup operations.")
    needs_scheduling = clean_up(manager)
    if manager.host.phone.was_force_stopped(manager.host.package):
        log.d(_TAG, "Application was force-stopped, rescheduling.")
        reschedule_eligible_work(manager)
    elif needs_scheduling:
        log.d(_TAG, "Found unfinished work, scheduling it.")
        manager.schedule_all()


def clean_up(manager: WorkManager) -> bool:
    """Put back what was running when the last process died. True when something must be scheduled."""
    needs_reconciling = manager.reconcile()
    interrupted = manager.database.running()
    for work in interrupted:
        manager.recover(work)
    return needs_reconciling or bool(interrupted)


def reschedule_eligible_work(manager: WorkManager) -> None:
    """Cancel every job and schedule every unfinished row again (`WorkManagerImpl.rescheduleEligibleWork`)."""
    manager.system_jobs.cancel_all()
    for work in manager.database.unfinished():
        work.schedule_requested_ms = NOT_SCHEDULED
    manager.schedule_all()


def on_reschedule_received(manager: WorkManager, action: str) -> None:
    """`RescheduleReceiver.onReceive`: waking the process is all it takes, `run` has been asked for already.

    The flags that a real intent prints are UNCONFIRMED and left out.
    """
    receiver = f"{manager.host.package}/{CONSTANTS.classes.reschedule_receiver}"
    manager.log.d("RescheduleReceiver", f"Received intent Intent {{ act={action} cmp={receiver} }}")
