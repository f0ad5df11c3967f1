"""Lines of WorkManager that say nothing of runs: known, so that what is left is really unknown.

Texts after androidx.work 2.6 to 2.11. A warning or an error of a tag that is listed whole is still unknown.
"""

from __future__ import annotations

import re

from bgtask_harness.observe.logcat import LogLine

_QUIET_TAGS = frozenset(
    f"WM-{name}"[:23]  # `Logger.tagWithPrefix` cuts to 23 characters
    for name in (
        "Alarms",
        "BatteryChrgTracker",
        "BatteryNotLowTracker",
        "BrdcstRcvrCnstrntTrckr",
        "CommandHandler",
        "ConstraintProxy",
        "ConstraintTracker",
        "ConstraintTrkngWrkr",
        "ConstraintsCmdHandler",
        "DelayMetCommandHandler",
        "DelayedWorkTracker",
        "DiagnosticsRcvr",
        "EnqueueRunnable",
        "ForceStopRunnable",
        "GreedyScheduler",
        "NetworkMeteredCtrlr",
        "NetworkNotRoamingCtrlr",
        "NetworkStateTracker",
        "PackageManagerHelper",
        "PreferenceUtils",
        "Processor",
        "RescheduleReceiver",
        "Schedulers",
        "StopWorkRunnable",
        "StorageNotLowTracker",
        "SystemAlarmDispatcher",
        "SystemAlarmScheduler",
        "SystemAlarmService",
        "SystemFgDispatcher",
        "SystemFgService",
        "SystemJobInfoConverter",
        "SystemJobScheduler",
        "SystemJobService",
        "UnfinishedWorkListener",
        "WakeLocks",
        "WorkConstraintsTracker",
        "WorkContinuationImpl",
        "WorkDatabasePathHelper",
        "WorkForegroundRunnable",
        "WorkManagerImpl",
        "WorkProgressUpdater",
        "WorkTimer",
        "WrkDbPathHelper",
        "WrkMgrInitializer",
        "WrkTimerRunnable",
    )
)

_ID = r"[0-9a-fA-F-]{36}"
_QUIET_LINES = {
    "WM-WorkerWrapper": (
        rf"Setting status to enqueued for {_ID}",
        r"\S+ is not in ENQUEUED state\. Nothing more to do\.?",
        rf"WorkSpec .*{_ID}.* is already done\. Not interrupting\.",
    ),
    "WM-Processor": (
        rf"Moving WorkSpec \(.*{_ID}.*\) to the foreground",
        rf"Didn't find WorkSpec for id .*{_ID}.*",  # it was replaced before it began
    ),
    "WM-WorkSpec": (
        r"Interval duration lesser than minimum allowed value; Changed to \d+",
        r"Flex duration (?:lesser|greater) than .*; Changed to \d+",
        r"Backoff delay duration (?:exceeds maximum|less than minimum) value",
    ),
    "WM-SystemJobScheduler": (
        rf"Skipping scheduling {_ID} because (?:it's no longer in the DB|it is no longer enqueued)",
    ),
}
_PATTERNS = {tag: tuple(re.compile(text) for text in texts) for tag, texts in _QUIET_LINES.items()}


def is_quiet(line: LogLine) -> bool:
    """Tell whether the line is known to say nothing of runs."""
    if line.tag in _QUIET_TAGS and line.priority in "VDI":
        return True
    return any(pattern.fullmatch(line.message) for pattern in _PATTERNS.get(line.tag, ()))
