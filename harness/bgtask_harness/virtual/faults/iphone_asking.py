"""Faults of what an iPhone's app asks for: forgotten, too soon, too late, pushed away, of another kind."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from bgtask_harness.virtual.faults.iphone_ports import Application
from bgtask_harness.virtual.faults.iphone_ports import Handler
from bgtask_harness.virtual.faults.iphone_ports import Task
from bgtask_harness.virtual.faults.iphone_ports import Tasks
from bgtask_harness.virtual.faults.iphone_ports import with_tasks
from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import NSError
from bgtask_reference.ports.background_tasks import RequestKind

_MINUTE_MS = 60_000


def rearm_dropped(layers: IosLayers) -> IosLayers:
    """No launch leads to a next request (MU01)."""

    class Once(Tasks):
        def submit(self, request: BGTaskRequest) -> NSError | None:
            return None if self.handling else super().submit(request)

    return with_tasks(layers, Once)


def rearm_dropped_after_failure(layers: IosLayers) -> IosLayers:
    """The next request is submitted when the work has ended well, and only then (MU01)."""

    class Kept(Task):
        def __init__(self, inner: BGTask, tasks: Deferred) -> None:
            super().__init__(inner)
            self._tasks = tasks

        def set_task_completed(self, success: bool) -> None:
            request = self._tasks.kept.pop(self.identifier, None)
            self._tasks.under_way.discard(self.identifier)
            if success and request is not None:
                self._tasks.inner.submit(request)
            super().set_task_completed(success)

    class Deferred(Tasks):
        def __init__(self, app: object, inner: object) -> None:
            super().__init__(app, inner)  # type: ignore[arg-type]  # whatever it is given
            self.kept: dict[str, BGTaskRequest] = {}
            self.under_way: set[str] = set()

        def handed(self, task: BGTask) -> BGTask:
            self.under_way.add(task.identifier)
            return Kept(task, self)

        def submit(self, request: BGTaskRequest) -> NSError | None:
            if request.identifier not in self.under_way:
                return super().submit(request)
            self.kept[request.identifier] = request
            return None

    return with_tasks(layers, Deferred)


def rearm_dropped_after_cold_start(layers: IosLayers) -> IosLayers:
    """A process that the system started asks for nothing: what was asked for was kept in memory (MU02)."""

    class Forgetful(Tasks):
        def submit(self, request: BGTaskRequest) -> NSError | None:
            return None if self.cold else super().submit(request)

    return with_tasks(layers, Forgetful)


def due_at_once(layers: IosLayers) -> IosLayers:
    """After a launch the next request has no begin date (MU03)."""
    return _after_a_launch(layers, lambda _delay_ms: None)


def interval_halved(layers: IosLayers) -> IosLayers:
    """After a launch the next request begins after half the interval: a cap that nobody asked for (MU03)."""
    return _after_a_launch(layers, lambda delay_ms: delay_ms // 2)


def interval_sixty_times(layers: IosLayers) -> IosLayers:
    """Minutes are taken for hours (MU04)."""
    return _after_a_launch(layers, lambda delay_ms: delay_ms * 60)


def interval_thousand_times(layers: IosLayers) -> IosLayers:
    """Milliseconds are taken for seconds (MU04)."""
    return _after_a_launch(layers, lambda delay_ms: delay_ms * 1000)


def interval_a_sixtieth(layers: IosLayers) -> IosLayers:
    """Hours are taken for minutes (MU04)."""
    return _after_a_launch(layers, lambda delay_ms: delay_ms // 60)


def pushed_when_left(layers: IosLayers) -> IosLayers:
    """Each time that a person leaves the app, everything is asked for anew from then on (MU36)."""

    class Leaving(Application):
        def did_enter_background(self) -> None:
            super().did_enter_background()
            self.tasks.ask_anew()

    return with_tasks(layers, _Remembering, Leaving)


def pushed_when_started(layers: IosLayers) -> IosLayers:
    """Each process start asks anew for what waits: KEEP acts as REPLACE (MU09)."""

    class Starting(Application):
        def did_finish_launching(self) -> None:
            self.tasks.ask_anew()
            super().did_finish_launching()

    return with_tasks(layers, _Remembering, Starting)


def network_dropped(layers: IosLayers) -> IosLayers:
    """No request requires a network (MU16)."""
    return _changed(layers, lambda request: dataclasses.replace(request, requires_network_connectivity=False))


def power_dropped(layers: IosLayers) -> IosLayers:
    """No request requires external power (MU15)."""
    return _changed(layers, lambda request: dataclasses.replace(request, requires_external_power=False))


def conditions_swapped(layers: IosLayers) -> IosLayers:
    """A network is asked for as power, and power as a network (MU16)."""

    def swapped(request: BGTaskRequest) -> BGTaskRequest:
        return dataclasses.replace(
            request,
            requires_external_power=request.requires_network_connectivity,
            requires_network_connectivity=request.requires_external_power,
        )

    return _changed(layers, lambda request: swapped(request) if request.kind is RequestKind.PROCESSING else request)


def all_as_refresh(layers: IosLayers) -> IosLayers:
    """Every task asks for an app refresh, of which the system takes one (MU34)."""

    def as_refresh(request: BGTaskRequest) -> BGTaskRequest:
        return BGTaskRequest(request.identifier, RequestKind.APP_REFRESH, request.earliest_begin_ms)

    return _changed(layers, as_refresh)


def errors_swallowed(layers: IosLayers) -> IosLayers:
    """The app does not hear that a request was refused (MU37)."""

    class Deaf(Tasks):
        def submit(self, request: BGTaskRequest) -> NSError | None:
            super().submit(request)
            return None

    return with_tasks(layers, Deaf)


def _changed(layers: IosLayers, change: Callable[[BGTaskRequest], BGTaskRequest]) -> IosLayers:
    class Changing(Tasks):
        def submit(self, request: BGTaskRequest) -> NSError | None:
            return super().submit(change(request))

    return with_tasks(layers, Changing)


def _after_a_launch(layers: IosLayers, change: Callable[[int], int | None]) -> IosLayers:
    class Later(Tasks):
        def submit(self, request: BGTaskRequest) -> NSError | None:
            if not self.handling or request.earliest_begin_ms is None:
                return super().submit(request)
            now = self.app.now_ms()
            delay = change(request.earliest_begin_ms - now)
            return super().submit(
                dataclasses.replace(request, earliest_begin_ms=None if delay is None else now + delay)
            )

    return with_tasks(layers, Later)


class _Remembering(Tasks):
    """Keeps in the app's settings what is wanted, and asks for it anew with the delay of the first time."""

    def register(self, identifier: str, launch_handler: Handler) -> bool:
        self._names = (*getattr(self, "_names", ()), identifier)
        return super().register(identifier, launch_handler)

    def submit(self, request: BGTaskRequest) -> NSError | None:
        delay = max(_MINUTE_MS, (request.earliest_begin_ms or 0) - self.app.now_ms())
        told = f"{request.kind.value} {delay} {request.requires_network_connectivity:d}"
        self.app.store(self._key(request.identifier), f"{told} {request.requires_external_power:d}")
        return super().submit(request)

    def cancel(self, identifier: str) -> None:
        self.app.store(self._key(identifier), "")
        super().cancel(identifier)

    def ask_anew(self) -> None:
        """Submit everything that is wanted once more."""
        for name in getattr(self, "_names", ()):
            if told := self.app.state(self._key(name)):
                kind, delay, network, power = told.split()
                begin = self.app.now_ms() + int(delay)
                self.inner.submit(BGTaskRequest(name, RequestKind(kind), begin, network == "1", power == "1"))

    @staticmethod
    def _key(identifier: str) -> str:
        return f"remembered.{identifier}"
