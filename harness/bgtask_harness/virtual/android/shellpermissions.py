"""What the shell user may do: permissions of `com.android.shell` that matter here.

Source: a30 packages/Shell/AndroidManifest.xml:51-159.
"""

from __future__ import annotations

SHELL_PERMISSIONS = frozenset(
    f"android.permission.{name}"
    for name in (
        "CHANGE_APP_IDLE_STATE",
        "CLEAR_APP_USER_DATA",
        "DEVICE_POWER",
        "DUMP",
        "FORCE_STOP_PACKAGES",
        "KILL_BACKGROUND_PROCESSES",
        "MANAGE_APP_OPS_MODES",
        "MANAGE_NETWORK_POLICY",
        "NETWORK_SETTINGS",
        "PACKAGE_USAGE_STATS",
        "READ_LOGS",
        "REBOOT",
        "SET_TIME",
        "SET_TIME_ZONE",
        "WRITE_DEVICE_CONFIG",
        "WRITE_SECURE_SETTINGS",
    )
)
"""Full names."""
