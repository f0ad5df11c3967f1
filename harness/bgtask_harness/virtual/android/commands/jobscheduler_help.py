"""The help text of `cmd jobscheduler`: its verbs. Shortened; scripts read it to learn which verbs there are."""

from __future__ import annotations

HELP = """\
Job scheduler (jobscheduler) commands:
  help
    Print this help text.
  run [-f | --force] [-s | --satisfied] [-u | --user USER_ID] [-n | --namespace NAMESPACE] PACKAGE JOB_ID
  stop [-u | --user USER_ID] [-n | --namespace NAMESPACE] [-s | --stop-reason STOP_REASON] \
[-i | --internal-stop-reason STOP_REASON] [PACKAGE] [JOB_ID]
  timeout [-u | --user USER_ID] [-n | --namespace NAMESPACE] [PACKAGE] [JOB_ID]
  cancel [-u | --user USER_ID] [-n | --namespace NAMESPACE] PACKAGE [JOB_ID]
  heartbeat [num]
  cache-config-changes [on|off]
  monitor-battery [on|off]
  enable-flex-policy --option <option>
  disable-flex-policy
  reset-flex-policy
  get-battery-seq
  get-battery-charging
  get-battery-not-low
  get-config-value KEY
  get-estimated-download-bytes [-u | --user USER_ID] [-n | --namespace NAMESPACE] PACKAGE JOB_ID
  get-estimated-upload-bytes [-u | --user USER_ID] [-n | --namespace NAMESPACE] PACKAGE JOB_ID
  get-storage-seq
  get-storage-not-low
  get-transferred-download-bytes [-u | --user USER_ID] [-n | --namespace NAMESPACE] PACKAGE JOB_ID
  get-transferred-upload-bytes [-u | --user USER_ID] [-n | --namespace NAMESPACE] PACKAGE JOB_ID
  get-job-wakelock-tag [-u | --user USER_ID] [-n | --namespace NAMESPACE] PACKAGE JOB_ID
  get-job-state [-u | --user USER_ID] [-n | --namespace NAMESPACE] PACKAGE JOB_ID
  reset-execution-quota [-u | --user USER_ID] PACKAGE
  reset-schedule-quota
  trigger-dock-state [idle|active]
"""
