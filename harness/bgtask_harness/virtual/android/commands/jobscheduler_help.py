"""The help text of `cmd jobscheduler`: its verbs. Shortened; scripts read it to learn which verbs there are."""

from __future__ import annotations

from bgtask_harness.virtual.android.level import Level

_USER = "[-u | --user USER_ID]"
_NAMESPACE = " [-n | --namespace NAMESPACE]"


def help_text(level: Level) -> str:
    """Give the help with the verbs and options of a level."""
    space = _NAMESPACE if level.has("namespaces") else ""
    satisfied = " [-s | --satisfied]" if level.has("run_satisfied") else ""
    job = f"{_USER}{space} PACKAGE JOB_ID"
    arguments = {
        "run": f"[-f | --force]{satisfied} {job}",
        "stop": f"{_USER}{space} [-s | --stop-reason STOP_REASON] [-i | --internal-stop-reason STOP_REASON]"
        " [PACKAGE] [JOB_ID]",
        "timeout": f"{_USER}{space} [PACKAGE] [JOB_ID]",
        "cancel": f"{_USER}{space} PACKAGE [JOB_ID]",
        "heartbeat": "[num]",
        "cache-config-changes": "[on|off]",
        "monitor-battery": "[on|off]",
        "enable-flex-policy": "--option <option>",
        "get-aconfig-flag-state": "FULL_FLAG_NAME",
        "get-config-value": "KEY",
        "reset-execution-quota": f"{_USER} PACKAGE",
        "trigger-dock-state": "[idle|active]",
        **dict.fromkeys(_ABOUT_A_JOB, job),
    }
    lines = ["Job scheduler (jobscheduler) commands:", "  help", "    Print this help text."]
    lines += [f"  {verb} {arguments.get(verb, '')}".rstrip() for verb in _ORDER if verb in level.verbs]
    return "".join(f"{line}\n" for line in lines)


_ABOUT_A_JOB = (
    "get-estimated-download-bytes",
    "get-estimated-upload-bytes",
    "get-transferred-download-bytes",
    "get-transferred-upload-bytes",
    "get-job-wakelock-tag",
    "get-job-state",
)

_ORDER = (
    "run",
    "stop",
    "timeout",
    "cancel",
    "heartbeat",
    "cache-config-changes",
    "monitor-battery",
    "enable-flex-policy",
    "disable-flex-policy",
    "reset-flex-policy",
    "get-aconfig-flag-state",
    "get-battery-seq",
    "get-battery-charging",
    "get-battery-not-low",
    "get-config-value",
    "get-estimated-download-bytes",
    "get-estimated-upload-bytes",
    "get-storage-seq",
    "get-storage-not-low",
    "get-transferred-download-bytes",
    "get-transferred-upload-bytes",
    "get-job-wakelock-tag",
    "get-job-state",
    "reset-execution-quota",
    "reset-schedule-quota",
    "trigger-dock-state",
)
