"""Faults of BackgroundTasks and dasd, and what both may do and nobody may be accused of."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.ios.activity import Activity
from bgtask_harness.virtual.ios.activity import ActivityRun
from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_harness.virtual.ios.policies import CAN_PROCEED
from bgtask_harness.virtual.ios.policies import MUST_NOT_PROCEED
from bgtask_harness.virtual.ios.policies import Decision
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest

_SECOND_NS = 1_000_000_000
_MINUTE_NS = 60 * _SECOND_NS


def begin_date_ignored(layers: IosLayers) -> IosLayers:
    """Each window opens at once (MU06)."""

    class Eager(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def begin_ns(self, request: BGTaskRequest) -> int:
            del request
            return int(self._phone.clocks.wall_ns())

    return layers.replace(dasd=Eager)


def vetoes_overruled(layers: IosLayers) -> IosLayers:
    """What its policies hold back is launched all the same (MU15)."""

    class Deaf(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def decision(self, activity: Activity) -> Decision:
            return Decision(CAN_PROCEED, super().decision(activity).line)

    return layers.replace(dasd=Deaf)


def launched_twice(layers: IosLayers) -> IosLayers:
    """An activity is handed over once more, a minute later (MU20)."""

    class Twice(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def launch(self, activity: Activity) -> None:
            super().launch(activity)
            springboard = self._phone.springboard
            again = lambda: springboard.run_activity(activity, lambda: None)  # noqa: E731 - what a timer calls
            self._phone.kernel.after(_MINUTE_NS, again)

    return layers.replace(dasd=Twice)


def handed_over_twice(layers: IosLayers) -> IosLayers:
    """The framework calls the launch handler twice with one task (MU21)."""

    class Twice(layers.background_tasks):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def register(self, identifier: str, launch_handler: Callable[[BGTask], None]) -> bool:
            def both(task: BGTask) -> None:
                launch_handler(task)
                launch_handler(task)

            return bool(super().register(identifier, both))

    return layers.replace(background_tasks=Twice)


def never_expires(layers: IosLayers) -> IosLayers:
    """A task may go on for as long as it likes (MU26)."""

    class Patient(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def expire(self, run: ActivityRun) -> None:
            """Let it."""

    return layers.replace(dasd=Patient)


def expiration_not_told(layers: IosLayers) -> IosLayers:
    """The framework says that it calls the expiration handler, and does not (MU25)."""

    class Silent(layers.background_tasks):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def _call_expiration(self, task: Any) -> None:
            """Do not."""

    return layers.replace(background_tasks=Silent)


def pending_lost_with_the_process(layers: IosLayers) -> IosLayers:
    """What an app asked for is forgotten when its process dies (MU29)."""

    class Forgetful(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def process_died(self, bundle_id: str) -> None:
            super().process_died(bundle_id)
            for activity in self.pending(bundle_id):
                if activity.timer is not None:
                    activity.timer.cancel()
                del self._pending[bundle_id, activity.identifier]

    return layers.replace(dasd=Forgetful)


def cancel_ignored(layers: IosLayers) -> IosLayers:
    """What the app has cancelled is kept (MU33)."""

    class Deaf(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def cancel(self, bundle_id: str, identifier: str) -> None:
            """Keep it."""

    return layers.replace(dasd=Deaf)


def keeps_both_requests(layers: IosLayers) -> IosLayers:
    """A request does not replace the one that is pending under its identifier (MU10)."""

    class Hoarding(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def submit(self, bundle_id: str, request: BGTaskRequest) -> Activity:
            old: Activity | None = self._pending.pop((bundle_id, request.identifier), None)
            made: Activity = super().submit(bundle_id, request)
            if old is not None:
                self._hoard = {**getattr(self, "_hoard", {}), request.identifier: old}
            return made

        def pending(self, bundle_id: str) -> tuple[Activity, ...]:
            found = super().pending(bundle_id)
            hoard: dict[str, Activity] = getattr(self, "_hoard", {})
            names = {each.identifier for each in found}
            return (*found, *(each for name, each in hoard.items() if name in names))

    return layers.replace(dasd=Hoarding)


def simulation_ignored(layers: IosLayers) -> IosLayers:
    """A simulated launch is accepted, and nothing comes of it (MU42)."""

    class Lazy(layers.background_tasks):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def _simulate(self, identifier: str, found: tuple[Activity, ...]) -> None:
            if all(each.identifier != identifier for each in found):
                super()._simulate(identifier, found)

    return layers.replace(background_tasks=Lazy)


# --- legal ------------------------------------------------------------------------------------------------------------


def jitter(layers: IosLayers) -> IosLayers:
    """Windows are looked at up to some minutes late."""
    return _late_by(layers, 4 * _MINUTE_NS)


def hours_late(layers: IosLayers) -> IosLayers:
    """A begin date is only a floor: launches come up to seven hours after it."""
    return _late_by(layers, 7 * 60 * _MINUTE_NS)


def vetoes(layers: IosLayers) -> IosLayers:
    """The system says no to most of what it looks at, and names a policy."""

    class Strict(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def decision(self, activity: Activity) -> Decision:
            asked = zlib.crc32(f"{activity.digits} {self._phone.clocks.wall_ns()}".encode())
            if asked % 4 == 0:
                return super().decision(activity)  # type: ignore[no-any-return]  # the base's own
            why = "{name: CPUUsagePolicy, policyWeight: 5.000, response: {Decision: Must Not Proceed, Score: 0.00, "
            line = f"{activity.name}:[\n\t{why}Rationale: [{{[Max allowed CPU Usage level]: Required:85.00}}]}}}}\n ], "
            return Decision(MUST_NOT_PROCEED, f"{line}FinalDecision: {MUST_NOT_PROCEED}}}")

    return layers.replace(dasd=Strict)


def jettisoned(layers: IosLayers) -> IosLayers:
    """The process is ended for memory soon after a task is complete: each next launch is a cold one."""

    class Hungry(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def completed(self, bundle_id: str, identifier: str) -> None:
            super().completed(bundle_id, identifier)
            self._phone.kernel.after(5 * _SECOND_NS, lambda: self._jettison(bundle_id))

        def _jettison(self, bundle_id: str) -> None:
            process = self._phone.springboard.find(bundle_id)
            if process is not None and process.state == "suspended":
                self._phone.springboard.kill(bundle_id, "per-process memory limit")

    return layers.replace(dasd=Hungry)


def little_time(layers: IosLayers) -> IosLayers:
    """Processing gets a minute: nobody states how long it may take."""

    class Hurried(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def time_ns(self, request: BGTaskRequest) -> int:
            return min(_MINUTE_NS, int(super().time_ns(request)))

    return layers.replace(dasd=Hurried)


def _late_by(layers: IosLayers, most_ns: int) -> IosLayers:
    class Late(layers.dasd):  # type: ignore[name-defined,misc]  # mypy takes no value for a base
        def begin_ns(self, request: BGTaskRequest) -> int:
            begin = int(super().begin_ns(request))
            return begin + zlib.crc32(f"{request.identifier} {begin}".encode()) % most_ns

    return layers.replace(dasd=Late)
