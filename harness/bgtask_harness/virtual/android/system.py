"""The operating system of the phone: its services, put together. What runs on it sees it as `AndroidPort`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bgtask_harness.virtual.android.activitymanager import ActivityManager
from bgtask_harness.virtual.android.activitymanager import Broadcast
from bgtask_harness.virtual.android.allowlist import AllowList
from bgtask_harness.virtual.android.battery import Battery
from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.android.crash import fatal_exception
from bgtask_harness.virtual.android.deviceidle import DeviceIdle
from bgtask_harness.virtual.android.idleness import Idleness
from bgtask_harness.virtual.android.jobs import InstalledPackage
from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.logbuffer import LogBuffers
from bgtask_harness.virtual.android.network import Network
from bgtask_harness.virtual.android.observers import Observers
from bgtask_harness.virtual.android.packages import SYSTEM_UID
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.packages import PackageTable
from bgtask_harness.virtual.android.processes import Processes
from bgtask_harness.virtual.android.profile import PhoneProfile
from bgtask_harness.virtual.android.properties import DeviceConfig
from bgtask_harness.virtual.android.properties import Properties
from bgtask_harness.virtual.android.properties import Settings
from bgtask_harness.virtual.android.standby import BEFORE_RESTRICTED
from bgtask_harness.virtual.android.standby import BUCKETS
from bgtask_harness.virtual.android.standby import AppOps
from bgtask_harness.virtual.android.standby import Standby
from bgtask_harness.virtual.android.stopreasons import InternalReason
from bgtask_harness.virtual.android.stopreasons import StopReason
from bgtask_harness.virtual.android.storage import Storage
from bgtask_harness.virtual.android.thermal import Thermal
from bgtask_harness.virtual.kernel import Kernel

SECOND = 1_000_000_000
REJECT_METERED, ALLOW_METERED = 1, 4
"""NetworkPolicyManager.POLICY_REJECT_METERED_BACKGROUND, POLICY_ALLOW_METERED_BACKGROUND."""

SYSTEM_SERVER_PID, SYSTEM_SERVER_TID = 1_412, 1_633
"""system_server and the thread of it that logs; both are this phone's own, a real one has others after each boot."""

BOOT_COMPLETED = "android.intent.action.BOOT_COMPLETED"
TIME_SET = "android.intent.action.TIME_SET"
TIMEZONE_CHANGED = "android.intent.action.TIMEZONE_CHANGED"
MY_PACKAGE_REPLACED = "android.intent.action.MY_PACKAGE_REPLACED"
TRIGGER_IDLE = "com.android.server.ACTION_TRIGGER_IDLE"


class System:
    """A phone that is up. `kernel` is its time; every service is an attribute."""

    def __init__(self, profile: PhoneProfile, job_scheduler: Callable[[System], JobScheduler]) -> None:
        self.profile = profile
        self._kernel = Kernel()
        self.clocks = _clocks(profile, self._kernel)
        self.properties = Properties(profile.properties)
        self.settings = Settings(profile.settings)
        self.power = Battery(profile.battery)
        self.network = Network()
        self.storage = Storage(self._kernel)
        self.thermal = Thermal()
        self.screen_on = self._online = self.unlocked = True
        self.lock_code = ""
        """The code of the lock screen, a PIN; empty for none."""
        self.restrict_background = self.monitor_battery = False
        self.uid_policies: dict[int, int] = {}
        self.app_idle_exempt: frozenset[int] = frozenset()
        self.device_config = DeviceConfig()
        self.read_apk: Callable[[bytes], InstalledPackage | None] = lambda _content: None
        """Gives what an APK installs; None for what is none, or is not for this phone."""
        self._power_off = Observers()
        self._start_services(job_scheduler)
        self._watch()

    def _start_services(self, job_scheduler: Callable[[System], JobScheduler]) -> None:
        kernel, profile = self._kernel, self.profile
        self.packages = PackageTable(profile.first_app_id)
        self.logs = LogBuffers(profile.log_capacity, self.packages.name_of if self.level.has("chatty") else None)
        self.processes = Processes(kernel, self.clocks, self.system_log, self.level)
        self.activities = ActivityManager(kernel, self.packages, self.processes, self.system_log)
        known = BUCKETS if self.level.has("restricted_bucket") else BEFORE_RESTRICTED
        self.standby, self.app_ops, self.idleness = Standby(known), AppOps(), Idleness(kernel)
        self.allow_list = AllowList(profile.allow_listed_except_idle, profile.allow_listed)
        self.device_idle = DeviceIdle(
            kernel,
            profile.level.device_idle,
            charging=lambda: self.power.charging,
            screen_on=lambda: self.screen_on,
            connected=lambda: self.network.connected,
            boot_ns=self.clocks.boot_ns,
        )
        self.device_idle.jobs_active = lambda: self.job_scheduler.reports_active
        self.job_scheduler = job_scheduler(self)

    def _watch(self) -> None:
        changed = self.job_scheduler.changed
        sources = (self.power, self.network, self.storage, self.standby, self.app_ops, self.allow_list, self.idleness)
        for source in (*sources, self.thermal):
            source.observe(changed)
        self.power.observe(self.device_idle.conditions_changed)
        self.device_idle.observe(self._doze_changed)
        self.settings.observe(lambda _namespace, _key: changed())
        self.processes.on_crash = self.crash
        self.activities.on_process_state.append(changed)
        self.activities.on_process_state.append(self._data_saver_follows)
        self.activities.on_use.append(lambda record: self.standby.used(record.name))
        self.activities.on_force_stop.append(self.job_scheduler.force_stopped)

    def _data_saver_follows(self) -> None:
        """An app that comes to the front may use metered networks again, one that leaves it may not."""
        if self.restrict_background:
            self.network.policies_changed()

    def _doze_changed(self) -> None:
        if self.device_idle.dozing:
            self.job_scheduler.stop_dozing()
        self.job_scheduler.changed()

    @property
    def kernel(self) -> Kernel:
        """Virtual time."""
        return self._kernel

    @property
    def api_level(self) -> int:
        """`Build.VERSION.SDK_INT`."""
        return self.profile.api_level

    @property
    def level(self) -> Level:
        """What this API level prints and does."""
        return self.profile.level

    def has_program(self, name: str) -> bool:
        """Say whether the level has a service's shell command, or the program that is short for it."""
        if name == "thermalservice":
            return self.level.has("thermal_service")
        return name != "device_config" or self.level.has("device_config")

    # --- apps -----------------------------------------------------------------------------------------------------

    def install(self, package: InstalledPackage) -> None:
        """Install an app: a new one has the next free uid and is in the stopped state until something starts it."""
        self.packages.install(package, self.clocks.wall_ns())

    def update(self, package: InstalledPackage) -> None:
        """Replace an app by another build of it: its process ends, its data and jobs stay, and it is told.

        Which jobs an update drops is UNCONFIRMED; JobSchedulerService drops those of a package that is removed and not
        replaced. Where ApplicationExitInfo has no word for updates, WorkManager takes it for a force-stop.
        """
        record = self.packages.find(package.name)
        if record is not None and self.processes.find(package.name) is not None:
            seen = self.level.has("exit_info") and not self.level.has("package_updated_exit")
            record.force_stopped = record.force_stopped or seen
            self.activities.recent.pop(package.name, None)
            self.activities.end(record, "installPackageLI")
        self.install(package)
        self.activities.broadcast(Broadcast(MY_PACKAGE_REPLACED, package.name), lambda _data: None)

    def uid_of(self, package: str) -> int:
        """Give the app's uid; raises `KeyError` when it is not installed."""
        uid = self.packages.uid_of(package)
        if uid is None:
            raise KeyError(package)
        return uid

    def was_force_stopped(self, package: str) -> bool:
        """Say, once after a force-stop, that there was one.

        Without ApplicationExitInfo the app looks for an alarm of its own instead: that is gone after a force-stop, but
        also after a boot, when its data was cleared, and before it ever ran (androidx.work's ForceStopRunnable).
        """
        record = self.packages.find(package)
        if record is None:
            return False
        stopped = record.force_stopped or not (self.level.has("exit_info") or record.alarm_set)
        record.force_stopped, record.alarm_set = False, True
        record.alarm_set_ns = self.clocks.boot_ns()
        return stopped

    def is_active(self, package: str) -> bool:
        """Say whether the app is in use: an activity of it is in front."""
        process = self.processes.find(package)
        return process is not None and process.top

    def tasks(self) -> list[tuple[PackageRecord, int]]:
        """Give the apps among the recent ones with their tasks, the newest first."""
        found = ((self.packages.find(name), task) for name, task in reversed(self.activities.recent.items()))
        return [(record, task) for record, task in found if record is not None]

    def remove_task(self, number: int) -> None:
        """Swipe the app of a task away; nothing happens when there is no such task.

        The process ends as one that its user stopped, and WorkManager takes that for a force-stop where there is
        ApplicationExitInfo (`ForceStopRunnable.isForceStopped`).
        """
        for record, task in self.tasks():
            if task == number:
                ended = self.processes.find(record.name) is not None
                record.force_stopped = record.force_stopped or (ended and self.level.has("exit_info"))
                self.activities.remove_task(record)

    def clear_data(self, record: PackageRecord) -> None:
        """`pm clear`: end the app, remove its jobs and its data."""
        self.activities.end(record, "clear data")
        self.job_scheduler.cancel_all(record.uid, StopReason.USER, InternalReason.DATA_CLEARED)
        record.alarm_set = False
        record.package.clear_data()

    def crash(self, pid: int, error: Exception) -> None:
        """Log FATAL EXCEPTION for that process and end it."""
        record = self.processes.by_pid(pid)
        if record is None:
            return
        uid = record.package.uid
        text = fatal_exception(record.name, pid, error)
        self.log_to("crash", "E", "AndroidRuntime", text, uid=uid, pid=pid, tid=pid)
        # frameworks/base RuntimeInit.KillApplicationHandler: Process.killProcess, which logs this
        self.log("I", "Process", f"Sending signal. PID: {pid} SIG: 9", uid=uid, pid=pid, tid=pid)
        self.activities.died(record)

    # --- log ------------------------------------------------------------------------------------------------------

    def log(self, priority: str, tag: str, message: str, *, uid: int, pid: int, tid: int) -> None:
        """Write to the main buffer: one entry, whatever line breaks it has."""
        self.log_to("main", priority, tag, message, uid=uid, pid=pid, tid=tid)

    def log_to(self, buffer: str, priority: str, tag: str, message: str, *, uid: int, pid: int, tid: int) -> None:
        """Write to a buffer."""
        stamp = (self.clocks.wall_ns(), self.clocks.boot_ns())
        self.logs.append(buffer, priority, tag, message, ids=(uid, pid, tid), stamp=stamp)

    def system_log(self, priority: str, tag: str, message: str) -> None:
        """Write to the system buffer as system_server (`Slog`)."""
        pid, tid = SYSTEM_SERVER_PID, SYSTEM_SERVER_TID
        self.log_to("system", priority, tag, message, uid=SYSTEM_UID, pid=pid, tid=tid)

    # --- state ----------------------------------------------------------------------------------------------------

    @property
    def battery_saver(self) -> bool:
        """Battery saver is on: asked for, and nothing is plugged in."""
        return self.settings.get("global", "low_power") == "1" and not self.power.state.powered

    def reaches_network(self, package: str) -> bool:
        """Say whether an app gets a network: there is one, and it is not out of bounds for the app."""
        blocked = self.network.metered and self.background_data_blocked(self.uid_of(package), package)
        return self.network.connected and not blocked

    def background_data_blocked(self, uid: int, package: str) -> bool:
        """Say whether a metered network is out of bounds for an app: by data saver or by its own policy, unseen."""
        policy = self.uid_policies.get(uid, 0)
        held = policy == REJECT_METERED or (self.restrict_background and policy != ALLOW_METERED)
        return held and not self.is_active(package)

    def set_uid_policy(self, uid: int, policy: int) -> None:
        """Give a uid a network policy: `ALLOW_METERED` in spite of data saver, `REJECT_METERED`, or 0 for neither."""
        self.uid_policies[uid] = policy
        if not policy:
            del self.uid_policies[uid]
        self.network.policies_changed()

    def set_screen(self, *, on: bool) -> None:
        """Turn the screen on or off, as the power key does."""
        if on != self.screen_on:
            self.screen_on = on
            self.idleness.screen(on=on)
            self.device_idle.conditions_changed()

    # --- time -----------------------------------------------------------------------------------------------------

    def set_wall_clock(self, wall_ns: int) -> None:
        """Set the wall clock and tell the apps (`ACTION_TIME_CHANGED`)."""
        self.clocks.set_wall(wall_ns)
        self.send(TIME_SET)

    def set_timezone(self, name: str) -> None:
        """Set the time zone and tell the apps; raises `zoneinfo.ZoneInfoNotFoundError`, `ValueError`."""
        self.clocks.set_timezone(name)
        self.properties.set("persist.sys.timezone", name)
        self.send(TIMEZONE_CHANGED)

    def send(self, action: str) -> None:
        """Send a broadcast of the system's own to whoever declares it and is not stopped."""
        self.activities.broadcast(Broadcast(action), lambda _data: None)

    # --- power ----------------------------------------------------------------------------------------------------

    @property
    def online(self) -> bool:
        """False from the moment it goes down until adbd is up again."""
        return self._online

    def on_reboot(self, collector: Callable[[], None]) -> None:
        """Call the collector when the phone goes down."""
        self._power_off.add(collector)

    def reboot(self) -> None:
        """Go down: what is in memory is lost; adbd is back after `boot_seconds`, BOOT_COMPLETED comes later."""
        if not self._online:
            return
        self._online = False
        self.job_scheduler.reboot()
        for record in self.packages.all():
            record.alarm_set = False
        self.activities.forget_broadcasts()
        self.processes.forget_all()
        self._power_off.tell()
        self.power.reset()
        self.storage.restart()
        self.allow_list.forget_temporary()
        self.clocks.restart()
        self.logs.clear()
        self._booting()
        self._kernel.after(self.profile.boot_seconds * SECOND, self._up)

    def _booting(self) -> None:
        self.screen_on = True
        self.unlocked = not self.lock_code
        self.idleness.screen(on=True)
        self.device_idle.reset()
        for name in ("sys.boot_completed", "dev.bootcomplete"):
            self.properties.unset(name)
        self.properties.set("init.svc.bootanim", "running")

    def _up(self) -> None:
        self._online = True
        self.system_log("I", "SystemServiceManager", "Starting phase 600")  # PHASE_THIRD_PARTY_APPS_CAN_START
        self.job_scheduler.restore()
        self._kernel.after(self.profile.boot_completed_seconds * SECOND, self._booted)

    def _booted(self) -> None:
        if not self._online:
            return
        self.system_log("I", "SystemServiceManager", "Starting phase 1000")  # PHASE_BOOT_COMPLETED
        self.properties.set("init.svc.bootanim", "stopped")
        for name in ("sys.boot_completed", "dev.bootcomplete"):
            self.properties.set(name, "1")
        if self.unlocked:
            self.send(BOOT_COMPLETED)

    def unlock(self) -> None:
        """Have somebody type the code: only now the apps are told that it has booted."""
        if not self.unlocked:
            self.unlocked = True
            if self.properties.get("sys.boot_completed") == "1":
                self.send(BOOT_COMPLETED)


def _clocks(profile: PhoneProfile, kernel: Kernel) -> Clocks:
    wall = dt.datetime.fromisoformat(profile.wall_clock)
    return Clocks(
        kernel,
        uptime_ns=profile.uptime_s * SECOND,
        wall_ns=int(wall.timestamp()) * SECOND,
        timezone=profile.timezone,
        seed=profile.serial,
    )
