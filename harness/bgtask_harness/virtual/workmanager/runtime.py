"""Put an app with WorkManager on a virtual phone: manifest, storage, and a process whenever the system wants one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bgtask_harness.virtual.android.jobs import InstalledPackage
from bgtask_harness.virtual.android.port import AndroidPort
from bgtask_harness.virtual.workmanager import hook
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.host import Configuration
from bgtask_harness.virtual.workmanager.library import WorkManager
from bgtask_harness.virtual.workmanager.logger import level
from bgtask_harness.virtual.workmanager.modes import Mode
from bgtask_harness.virtual.workmanager.process import Process
from bgtask_harness.virtual.workmanager.storage import Storage
from bgtask_reference.ports.work_manager import AndroidProgram

_REBOOT_ACTIONS = (
    "android.intent.action.BOOT_COMPLETED",
    "android.intent.action.TIME_SET",
    "android.intent.action.TIMEZONE_CHANGED",
)
"""What RescheduleReceiver's intent filter names (the library's AndroidManifest.xml)."""


@dataclass(slots=True, eq=False)
class Installation:
    """An installed app: what is the same in each of its processes."""

    phone: AndroidPort
    package: str
    work_manager: type[WorkManager]
    program: AndroidProgram
    mode: Mode
    hook_receiver: str
    configuration: Configuration
    storage: Storage

    def start_process(self, pid: int, why: str) -> Process:
        """Run `Application.onCreate` in a new process."""
        return Process(self, pid, why)

    def enabled(self, receiver: str) -> bool:
        """Tell whether a receiver is enabled: the library's own only while it has unfinished work."""
        if receiver == CONSTANTS.classes.reschedule_receiver:
            return bool(self.storage.database.unfinished())
        return True


def install(
    phone: AndroidPort,
    work_manager: type[WorkManager],
    program: AndroidProgram,
    *,
    package: str,
    mode: str,
    launcher_activity: str,
    hook_receiver: str,
    work_manager_version: str = "2.11.2",
    minimum_log_level: str = "INFO",
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Installation:
    """Install an app on the phone. The result is for looking into; the phone needs nothing more.

    `settings` are stored before its first launch, and again whenever its data was cleared.

    Raises:
        ValueError: `mode`, `work_manager_version` or `minimum_log_level` is none that there is.

    """
    configuration = Configuration(_version(work_manager_version), level(minimum_log_level))
    storage = Storage(package, settings)
    build = Mode(mode)
    installation = Installation(phone, package, work_manager, program, build, hook_receiver, configuration, storage)
    phone.install(manifest(installation, launcher_activity))
    return installation


def _version(text: str) -> tuple[int, ...]:
    parts = text.split("-", maxsplit=1)[0].split(".")
    if not all(part.isdecimal() for part in parts):
        raise ValueError(f"work_manager_version {text!r}: expected numbers like 2.11.2")
    return tuple(int(part) for part in parts)


def manifest(installation: Installation, launcher_activity: str) -> InstalledPackage:
    """Give what the system knows of an installed app."""
    classes = CONSTANTS.classes
    receivers = dict.fromkeys(_REBOOT_ACTIONS, classes.reschedule_receiver)
    receivers[classes.diagnostics_action] = classes.diagnostics_receiver
    guarded = {classes.diagnostics_receiver: hook.PERMISSION}
    if installation.mode.has_hook:
        receivers[hook.ACTION] = installation.hook_receiver
        guarded[installation.hook_receiver] = hook.PERMISSION
    return InstalledPackage(
        name=installation.package,
        version_code=1,
        version_name="1.0",
        launcher_activity=launcher_activity,
        receivers=receivers,
        start_process=installation.start_process,
        enabled=installation.enabled,
        clear_data=installation.storage.clear,
        guarded=guarded,
        debuggable=installation.mode.debug_build,
    )
