"""DeviceIdleController: deep and light Doze, by itself or by force.

Source: a30 and y36 apex/jobscheduler/service DeviceIdleController.java (stepIdleStateLocked, stepLightIdleStateLocked,
becomeInactiveIfAppropriateLocked, exitMaintenanceEarlyIfNeededLocked, exitForceIdleLocked). Left out: location, quick
doze, the budget that light maintenance saves up.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.virtual.android.dozehistory import DozeHistory
from bgtask_harness.virtual.android.observers import Observers
from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.kernel import Timer

MS = 1_000_000
_PRE_IDLE = {1: ("pre_idle_factor_long", 1.67), 2: ("pre_idle_factor_short", 0.33)}
"""Modes that are not the normal one: their constant and its default."""
IGNORED, SET, NOT_SUPPORTED = 0, 1, 2
"""`SET_IDLE_FACTOR_RESULT_*`: what became of a wish for another pre-idle factor."""


class DeviceIdle:
    """Both state machines. `charging` and `screen_on` ask the phone; call `conditions_changed` when they change.

    `jobs_active` asks whether a job runs that Doze would stop; call `jobs_changed` when that may have changed.
    """

    def __init__(
        self,
        kernel: Kernel,
        constants: Mapping[str, int | float | bool],
        charging: Callable[[], bool],
        screen_on: Callable[[], bool],
        connected: Callable[[], bool],
        boot_ns: Callable[[], int],
    ) -> None:
        self._kernel = kernel
        self.constants = constants
        self._charging, self._screen_on, self._connected = charging, screen_on, connected
        self.jobs_active: Callable[[], bool] = lambda: False
        self.deep = self.light = "ACTIVE"
        self.forced = False
        self.deep_enabled = self.light_enabled = True
        self.pre_idle_mode = 0
        self.history = DozeHistory(boot_ns)
        self._timers: dict[str, Timer] = {}
        self._idle_ms = self._pending_ms = self._light_idle_ms = 0
        self._settled = False
        self._observers = Observers()

    @property
    def dozing(self) -> bool:
        """Deep or light idle holds: jobs wait."""
        return self.deep == "IDLE" or self.light == "IDLE"

    @property
    def pre_idle_factor(self) -> float:
        """What `inactive_to` and `idle_after_inactive_to` are multiplied by."""
        if self.pre_idle_mode == 0:
            return 1.0
        name, default = _PRE_IDLE[self.pre_idle_mode]
        return float(self.constants.get(name, default))

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change of state; gives the function that ends that."""
        return self._observers.add(collector)

    def reset(self) -> None:
        """Begin again, as after a boot."""
        self.forced = False
        self.pre_idle_mode = 0
        self._become_active("boot")
        self.history.clear()

    # --- conditions -----------------------------------------------------------------------------------------------

    def conditions_changed(self) -> None:
        """Charger or screen changed: leave idle, or begin to count towards it."""
        if self.forced:
            return
        if self._charging() or self._screen_on():
            self._become_active("charging" if self._charging() else "screen")
        else:
            self._become_inactive()

    def motion(self) -> None:
        """The phone is moved: deep Doze is over and has to be waited for again; light Doze goes on."""
        if self.deep != "ACTIVE":
            self._cancel("deep")
            self.history.add("normal", "motion")
            self._move(deep="ACTIVE", light="ACTIVE" if self.light == "OVERRIDE" else None)
            self._become_inactive(self._constant("motion_inactive_to"))

    def jobs_changed(self) -> None:
        """A job began or ended: a maintenance window in which nothing is left to do ends early."""
        if not self._settled or self.jobs_active():
            return
        if self.deep == "IDLE_MAINTENANCE":
            self.step_deep()
        elif self.light in {"IDLE_MAINTENANCE", "PRE_IDLE"}:
            self.step_light()

    def _become_active(self, reason: str) -> None:
        for name in tuple(self._timers):
            self._timers.pop(name).cancel()
        if (self.deep, self.light) != ("ACTIVE", "ACTIVE"):
            self.history.add("normal", reason)
        self._move(deep="ACTIVE", light="ACTIVE")

    def _become_inactive(self, timeout_ms: int | None = None) -> None:
        if not self.forced and (self._charging() or self._screen_on()):
            return
        if self.deep_enabled and self.deep == "ACTIVE":
            self._idle_ms, self._pending_ms = self._constant("idle_to"), self._constant("idle_pending_to")
            self._move(deep="INACTIVE")
            plain = self._before_idle("inactive_to")
            self._later("deep", plain if timeout_ms is None else timeout_ms, self.step_deep)
        if self.light_enabled and self.light == "ACTIVE":
            self._light_idle_ms = self._constant("light_idle_to")
            self._move(light="INACTIVE")
            self._later("light", self._constant("light_after_inactive_to"), self.step_light)

    def _before_idle(self, name: str) -> int:
        return int(self._constant(name) * self.pre_idle_factor)

    def set_pre_idle_mode(self, mode: int) -> int:
        """`pre-idle-factor 0|1|2`: normal, long, short; a mode that there is not is normal. Gives what became of it."""
        if not self.deep_enabled:
            return NOT_SUPPORTED
        wanted = mode if mode in _PRE_IDLE else 0
        if wanted == self.pre_idle_mode:
            return IGNORED
        before, self.pre_idle_mode = self.pre_idle_factor, wanted
        left = self.left_ns("deep")
        if left is not None and self.deep in {"INACTIVE", "IDLE_PENDING"}:
            self._later("deep", int(left / MS / before * self.pre_idle_factor), self.step_deep)
        return SET

    # --- steps ----------------------------------------------------------------------------------------------------

    def step_deep(self) -> None:
        """Go one state on: INACTIVE, IDLE_PENDING, SENSING, IDLE, IDLE_MAINTENANCE, IDLE ..."""
        if self.deep == "INACTIVE":
            self._move(deep="IDLE_PENDING")
            self._later("deep", self._before_idle("idle_after_inactive_to"), self.step_deep)
        elif self.deep == "IDLE_PENDING":
            self._move(deep="SENSING")
            self._later("deep", self._constant("sensing_to"), self.step_deep)
        elif self.deep in {"SENSING", "IDLE_MAINTENANCE"}:
            self._enter_deep_idle()
        elif self.deep == "IDLE":
            self._enter_deep_maintenance()

    def _enter_deep_idle(self) -> None:
        self._cancel("light")
        self._later("deep", self._idle_ms, self.step_deep)
        longer = int(self._idle_ms * float(self.constants["idle_factor"]))
        self._idle_ms = min(longer, self._constant("max_idle_to"))
        self.history.add("deep-idle")
        self._move(deep="IDLE", light="OVERRIDE" if self.light != "ACTIVE" else None)

    def _enter_deep_maintenance(self) -> None:
        self._later("deep", self._pending_ms, self.step_deep)
        longer = int(self._pending_ms * float(self.constants["idle_pending_factor"]))
        self._pending_ms = min(longer, self._constant("max_idle_pending_to"))
        self.history.add("deep-maint")
        self._settle_after(self._constant("min_deep_maintenance_time"))
        self._move(deep="IDLE_MAINTENANCE")

    def step_light(self) -> None:
        """Go one state on: INACTIVE, PRE_IDLE while jobs run (up to Android 11), IDLE, IDLE_MAINTENANCE, IDLE ..."""
        if self.light == "INACTIVE" and "light_pre_idle_to" in self.constants and self.jobs_active():
            self._later("light", self._constant("light_pre_idle_to"), self.step_light)
            self._settled = True
            self._move(light="PRE_IDLE")
        elif self.light in {"INACTIVE", "PRE_IDLE", "IDLE_MAINTENANCE"}:
            self._later("light", self._light_idle_ms, self.step_light)
            self._light_idle_ms = min(self._longer_light_idle_ms(), self._constant("light_max_idle_to"))
            self.history.add("light-idle")
            self._move(light="IDLE")
        elif self.light == "IDLE" and not self._connected():
            self._later("light", self._light_idle_ms, self.step_light)
            self._move(light="WAITING_FOR_NETWORK")
        elif self.light in {"IDLE", "WAITING_FOR_NETWORK"}:
            self._later("light", self._constant("light_idle_maintenance_min_budget"), self.step_light)
            self.history.add("light-maint")
            self._settle_after(self._constant("min_light_maintenance_time"))
            self._move(light="IDLE_MAINTENANCE")

    def _settle_after(self, milliseconds: int) -> None:
        """For so long a maintenance window stays open although no job runs (MSG_FINISH_IDLE_OP)."""
        self._settled = False
        self._later("settling", milliseconds, self._settle)

    def _settle(self) -> None:
        self._settled = True
        self.jobs_changed()

    def _longer_light_idle_ms(self) -> int:
        if self.constants.get("light_idle_increase_linearly"):
            return self._light_idle_ms + self._constant("light_idle_linear_increase_factor_ms")
        return int(self._light_idle_ms * float(self.constants["light_idle_factor"]))

    # --- force ----------------------------------------------------------------------------------------------------

    def force_inactive(self) -> None:
        """`force-inactive`: as if nobody had touched the phone."""
        self.forced = True
        self._become_inactive()

    def force_deep(self) -> bool:
        """`force-idle deep`; False when it stopped on the way."""
        self.force_inactive()
        return self._step_to_idle(lambda: self.deep, self.step_deep)

    def force_light(self) -> bool:
        """`force-idle light`; False when it stopped on the way."""
        self.force_inactive()
        return self._step_to_idle(lambda: self.light, self.step_light)

    def _step_to_idle(self, state: Callable[[], str], step: Callable[[], None]) -> bool:
        while state() != "IDLE":
            before = state()
            step()
            if state() == before:
                self.unforce()
                return False
        return True

    def unforce(self) -> None:
        """`unforce`: back to active if the phone is charging or its screen is on."""
        if not self.forced:
            return
        self.forced = False
        if self._charging() or self._screen_on():
            self._become_active("exit-force")

    def force_active(self) -> None:
        """`force-active`, and what `disable` leads to."""
        self.forced = False
        self._become_active("forced")

    # --- details --------------------------------------------------------------------------------------------------

    def left_ns(self, name: str) -> int | None:
        """Give how long it is to the next step of `deep` or `light`; None when none is to come."""
        timer = self._timers.get(name)
        return None if timer is None or timer.cancelled else timer.at - self._kernel.now

    def _constant(self, name: str) -> int:
        return int(self.constants[name])

    def _later(self, name: str, milliseconds: int, step: Callable[[], None]) -> None:
        self._cancel(name)
        self._timers[name] = self._kernel.after(milliseconds * MS, step)

    def _cancel(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _move(self, *, deep: str | None = None, light: str | None = None) -> None:
        before = (self.deep, self.light)
        self.deep, self.light = deep or self.deep, light or self.light
        if (self.deep, self.light) != before:
            self._observers.tell()
