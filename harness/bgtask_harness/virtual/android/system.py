"""The operating system of the phone: its services, put together. What runs on it sees it as `AndroidPort`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bgtask_harness.virtual.android.activitymanager import ActivityManager
from bgtask_harness.virtual.android.activitymanager import Broadcast
from bgtask_harness.virtual.android.battery import Battery
from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.android.crash import fatal_exception
from bgtask_harness.virtual.android.jobs import InstalledPackage
from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.android.logbuffer import LogBuffers
from bgtask_harness.virtual.android.network import Network
from bgtask_harness.virtual.android.observers import Observers
from bgtask_harness.virtual.android.packages import SYSTEM_UID
from bgtask_harness.virtual.android.packages import PackageTable
from bgtask_harness.virtual.android.processes import Processes
from bgtask_harness.virtual.android.profile import PhoneProfile
from bgtask_harness.virtual.android.properties import Properties
from bgtask_harness.virtual.android.properties import Settings
from bgtask_harness.virtual.kernel import Kernel

SECOND = 1_000_000_000

SYSTEM_SERVER_PID, SYSTEM_SERVER_TID = 1_412, 1_633
"""system_server and the thread of it that logs; both are this phone's own, a real one has others after each boot."""

BOOT_COMPLETED = "android.intent.action.BOOT_COMPLETED"


class System:
    """A phone that is up. `kernel` is its time; every service is an attribute."""

    def __init__(self, profile: PhoneProfile, job_scheduler: Callable[[System], JobScheduler]) -> None:
        self.profile = profile
        self._kernel = Kernel()
        self.clocks = _clocks(profile, self._kernel)
        self.logs = LogBuffers(profile.log_capacity)
        self.properties = Properties(profile.properties)
        self.settings = Settings(profile.settings)
        self.power = Battery(profile.battery)
        self.network = Network()
        self.packages = PackageTable(profile.first_app_id)
        self.processes = Processes(self._kernel, self.clocks.boot_ns, self.system_log)
        self.processes.on_crash = self.crash
        self.activities = ActivityManager(self._kernel, self.packages, self.processes, self.system_log)
        self.job_scheduler = job_scheduler(self)
        self._power_off = Observers()
        self._online = True

    @property
    def kernel(self) -> Kernel:
        """Virtual time."""
        return self._kernel

    @property
    def api_level(self) -> int:
        """`Build.VERSION.SDK_INT`."""
        return self.profile.api_level

    # --- apps -----------------------------------------------------------------------------------------------------

    def install(self, package: InstalledPackage) -> None:
        """Install an app: a new one has the next free uid and is in the stopped state until something starts it."""
        self.packages.install(package, self.clocks.wall_ns())

    def uid_of(self, package: str) -> int:
        """Give the app's uid; raises `KeyError` when it is not installed."""
        uid = self.packages.uid_of(package)
        if uid is None:
            raise KeyError(package)
        return uid

    def was_force_stopped(self, package: str) -> bool:
        """Say, once after a force-stop, that there was one."""
        record = self.packages.find(package)
        if record is None or not record.force_stopped:
            return False
        record.force_stopped = False
        return True

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
        ids = {"uid": SYSTEM_UID, "pid": SYSTEM_SERVER_PID, "tid": SYSTEM_SERVER_TID}
        self.log_to("system", priority, tag, message, **ids)

    # --- time -----------------------------------------------------------------------------------------------------

    def set_wall_clock(self, wall_ns: int) -> None:
        """Set the wall clock and tell the apps (`ACTION_TIME_CHANGED`)."""
        self.clocks.set_wall(wall_ns)
        self.send("android.intent.action.TIME_SET")

    @property
    def online(self) -> bool:
        """False from the moment it goes down until adbd is up again."""
        return self._online

    def on_reboot(self, collector: Callable[[], None]) -> None:
        """Call the collector when the phone goes down."""
        self._power_off.add(collector)

    def send(self, action: str) -> None:
        """Send a broadcast of the system's own to whoever declares it and is not stopped."""
        self.activities.broadcast(Broadcast(action, permissions=frozenset({"*"})), lambda _data: None)


def _clocks(profile: PhoneProfile, kernel: Kernel) -> Clocks:
    wall = dt.datetime.fromisoformat(profile.wall_clock)
    return Clocks(
        kernel,
        uptime_ns=profile.uptime_s * SECOND,
        wall_ns=int(wall.timestamp()) * SECOND,
        timezone=profile.timezone,
        seed=profile.serial,
    )
