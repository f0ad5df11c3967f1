"""DeviceIdleController: deep and light Doze, by itself or by force.

Source: y36 apex/jobscheduler/service DeviceIdleController.java (stepIdleStateLocked, stepLightIdleStateLocked,
becomeInactiveIfAppropriateLocked, exitForceIdleLocked). Left out: motion, location, quick doze, early end of a
maintenance window when no job is active.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.virtual.android.observers import Observers
from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.kernel import Timer

MS = 1_000_000


class DeviceIdle:
    """Both state machines. `charging` and `screen_on` ask the phone; call `conditions_changed` when they change."""

    def __init__(
        self,
        kernel: Kernel,
        constants: Mapping[str, int | float | bool],
        charging: Callable[[], bool],
        screen_on: Callable[[], bool],
        connected: Callable[[], bool],
    ) -> None:
        self._kernel = kernel
        self.constants = constants
        self._charging, self._screen_on, self._connected = charging, screen_on, connected
        self.deep = self.light = "ACTIVE"
        self.forced = False
        self.deep_enabled = self.light_enabled = True
        self._timers: dict[str, Timer] = {}
        self._idle_ms = self._pending_ms = self._light_idle_ms = 0
        self._observers = Observers()

    @property
    def dozing(self) -> bool:
        """Deep or light idle holds: jobs wait."""
        return self.deep == "IDLE" or self.light == "IDLE"

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change of state; gives the function that ends that."""
        return self._observers.add(collector)

    def reset(self) -> None:
        """Begin again, as after a boot."""
        self.forced = False
        self._become_active()

    # --- conditions -----------------------------------------------------------------------------------------------

    def conditions_changed(self) -> None:
        """Charger or screen changed: leave idle, or begin to count towards it."""
        if self.forced:
            return
        if self._charging() or self._screen_on():
            self._become_active()
        else:
            self._become_inactive()

    def _become_active(self) -> None:
        for name in tuple(self._timers):
            self._timers.pop(name).cancel()
        self._move(deep="ACTIVE", light="ACTIVE")

    def _become_inactive(self) -> None:
        if not self.forced and (self._charging() or self._screen_on()):
            return
        if self.deep_enabled and self.deep == "ACTIVE":
            self._idle_ms, self._pending_ms = self._constant("idle_to"), self._constant("idle_pending_to")
            self._move(deep="INACTIVE")
            self._later("deep", self._constant("inactive_to"), self.step_deep)
        if self.light_enabled and self.light == "ACTIVE":
            self._light_idle_ms = self._constant("light_idle_to")
            self._move(light="INACTIVE")
            self._later("light", self._constant("light_after_inactive_to"), self.step_light)

    # --- steps ----------------------------------------------------------------------------------------------------

    def step_deep(self) -> None:
        """Go one state on: INACTIVE, IDLE_PENDING, SENSING, IDLE, IDLE_MAINTENANCE, IDLE ..."""
        if self.deep == "INACTIVE":
            self._move(deep="IDLE_PENDING")
            self._later("deep", self._constant("idle_after_inactive_to"), self.step_deep)
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
        self._move(deep="IDLE", light="OVERRIDE" if self.light != "ACTIVE" else None)

    def _enter_deep_maintenance(self) -> None:
        self._later("deep", self._pending_ms, self.step_deep)
        longer = int(self._pending_ms * float(self.constants["idle_pending_factor"]))
        self._pending_ms = min(longer, self._constant("max_idle_pending_to"))
        self._move(deep="IDLE_MAINTENANCE")

    def step_light(self) -> None:
        """Go one state on: INACTIVE, IDLE, IDLE_MAINTENANCE, IDLE ..."""
        if self.light in {"INACTIVE", "IDLE_MAINTENANCE"}:
            self._later("light", self._light_idle_ms, self.step_light)
            self._light_idle_ms = min(self._longer_light_idle_ms(), self._constant("light_max_idle_to"))
            self._move(light="IDLE")
        elif self.light == "IDLE" and not self._connected():
            self._later("light", self._light_idle_ms, self.step_light)
            self._move(light="WAITING_FOR_NETWORK")
        elif self.light in {"IDLE", "WAITING_FOR_NETWORK"}:
            self._later("light", self._constant("light_idle_maintenance_min_budget"), self.step_light)
            self._move(light="IDLE_MAINTENANCE")

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
            self._become_active()

    def force_active(self) -> None:
        """`force-active`, and what `disable` leads to."""
        self.forced = False
        self._become_active()

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
