"""What the two platforms cannot give alike, by name. A difference that is none of these is a failure."""

from __future__ import annotations

from bgtask_reference.oracle.parity.values import Difference

OWN_TIME = Difference(
    "own-time",
    "What was asked for and waits may run at any later time: neither WorkManager nor BackgroundTasks promises when. "
    "A first run of periodic work is due at once on Android, and at its request's begin date on iOS.",
    "WorkManager's documentation on inexact timing; BGTaskRequest.h earliestBeginDate",
)
IN_PROCESS = Difference(
    "in-process",
    "What is to run at once runs in the app's own process on iOS, whatever it waits for otherwise: BackgroundTasks "
    "starts nothing at once.",
    "bgtask_reference.contract schedule_and_execute; BGTaskScheduler.h has no such call",
)
STOPPED = Difference(
    "stopped",
    "Each platform stops a run for reasons of its own: time limits, a condition that is lost, a cancellation.",
    "JobScheduler's stop reasons; BGTask.h expirationHandler; cancelTaskRequestWithIdentifier: takes a request alone",
)
BACKOFF = Difference(
    "backoff",
    "After a retry Android waits for the task's backoff and counts its tries; iOS knows neither, a next request has a "
    "date and nothing else.",
    "WorkRequest.setBackoffCriteria; BGTaskRequest.h",
)
RESUBMISSION = Difference(
    "re-submission",
    "Periodic work repeats by itself on Android; on iOS the app submits each next request, and a process that ends "
    "before it has done so leaves none.",
    "WorkManager PeriodicWorkRequest; BGTaskScheduler.h: tasks do not repeat",
)
FORCE = Difference(
    "force-level",
    "What forces a run overrides other conditions on each platform: `cmd jobscheduler run` those of its options, a "
    "simulated launch every one.",
    "docs/iphones.md; the mask of each force in its journal",
)
NO_CONDITIONS = Difference(
    "refresh-conditions",
    "An app refresh has no conditions, so it may be launched without a network or a charger.",
    "BGAppRefreshTaskRequest.h",
)
UNMETERED = Difference(
    "unmetered",
    "iOS knows no unmetered network and none that is not roaming: any network will do.",
    "BGProcessingTaskRequest.h requiresNetworkConnectivity is all there is",
)
OTHER_CONDITIONS = Difference(
    "other-conditions",
    "iOS has no condition for a battery or storage that is not low, or for a phone that nobody uses.",
    "BGProcessingTaskRequest.h: a network and external power are all there is",
)

DIFFERENCES = (OWN_TIME, IN_PROCESS, STOPPED, BACKOFF, RESUBMISSION, FORCE, NO_CONDITIONS, UNMETERED, OTHER_CONDITIONS)
"""All of them, as the documentation lists them."""
SAME_PLATFORM = frozenset({OWN_TIME, STOPPED, FORCE})
"""Those that two phones of one platform may have too. Between them any other is a failure."""
