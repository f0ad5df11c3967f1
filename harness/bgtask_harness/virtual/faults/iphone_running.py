"""Faults of what an iPhone's app does with the tasks that it is handed: registering, expiring, completing, working."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from typing import Any

from bgtask_harness.virtual.faults.iphone_ports import Handler
from bgtask_harness.virtual.faults.iphone_ports import Task
from bgtask_harness.virtual.faults.iphone_ports import Tasks
from bgtask_harness.virtual.faults.iphone_ports import with_task
from bgtask_harness.virtual.faults.iphone_ports import with_tasks
from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_reference.ports.app import Job
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosApplication
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import NSError

_NS_PER_S = 1_000_000_000
_SOON_NS = 2 * _NS_PER_S
_STUB_NS = 5 * _NS_PER_S


def identifier_not_permitted(layers: IosLayers) -> IosLayers:
    """The last identifier is missing in the Info.plist (MU35)."""
    key = "BGTaskSchedulerPermittedIdentifiers"
    return layers.replace(info=lambda info: {**info, key: info[key][:-1]})


def background_mode_missing(layers: IosLayers) -> IosLayers:
    """The Info.plist declares no background mode `processing` (MU35)."""
    return layers.replace(info=lambda info: {**info, "UIBackgroundModes": ["fetch"]})


def never_registered(layers: IosLayers) -> IosLayers:
    """The first task that is asked for has no launch handler (MU35)."""
    return _registering(layers, _unless_first)


def not_registered_when_cold(layers: IosLayers) -> IosLayers:
    """Handlers are registered on a person's way into the app alone (MU35)."""
    return _registering(layers, lambda tasks, identifier, handler: tasks.cold or tasks.really(identifier, handler))


def registered_twice(layers: IosLayers) -> IosLayers:
    """A second part of the app registers the same identifiers (MU35)."""
    return _registering(
        layers,
        lambda tasks, identifier, handler: tasks.really(identifier, handler) and tasks.really(identifier, handler),
    )


def registered_late(layers: IosLayers) -> IosLayers:
    """Handlers are registered from a coroutine, after the app has finished launching (MU35)."""

    def late(tasks: _Registering, identifier: str, handler: Handler) -> bool:
        async def later() -> None:
            tasks.really(identifier, handler)

        tasks.app.spawn(later(), "register")
        return True

    return _registering(layers, late)


def registered_at_each_submit(layers: IosLayers) -> IosLayers:
    """Each submit registers its handler anew, as those of continued processing are (MU35)."""

    class Again(Tasks):
        def submit(self, request: BGTaskRequest) -> NSError | None:
            self.inner.register(request.identifier, lambda _task: None)
            return super().submit(request)

    return with_tasks(layers, Again)


def no_expiration_handler(layers: IosLayers) -> IosLayers:
    """The app sets none (MU25)."""

    class Without(Task):
        def set_expiration_handler(self, handler: Callable[[], None]) -> None:
            """Forget it."""

    return with_task(layers, Without)


def expiration_handler_stuck(layers: IosLayers) -> IosLayers:
    """The expiration handler waits in a queue that the work itself keeps busy (MU25)."""

    class Stuck(Task):
        def set_expiration_handler(self, handler: Callable[[], None]) -> None:
            del handler
            super().set_expiration_handler(lambda: None)

    return with_task(layers, Stuck)


def works_on_after_expiry(layers: IosLayers) -> IosLayers:
    """Cancelling reaches no work that is under way (MU24)."""
    program = layers.program

    def placebo(app: IosAppPort, tasks: BGTaskSchedulerPort) -> IosApplication:
        return program(_Uncancellable(app), tasks)

    return layers.replace(program=placebo)


def never_completed(layers: IosLayers) -> IosLayers:
    """`setTaskCompletedWithSuccess:` is never called (MU22)."""

    class Endless(Task):
        def set_task_completed(self, success: bool) -> None:
            """Forget it."""

    return with_task(layers, Endless)


def not_completed_after_failure(layers: IosLayers) -> IosLayers:
    """Whatever does not end well leaves its task uncompleted (MU22)."""

    class OnSuccess(Task):
        def set_task_completed(self, success: bool) -> None:
            if success:
                super().set_task_completed(success)

    return with_task(layers, OnSuccess)


def completed_twice(layers: IosLayers) -> IosLayers:
    """Each way out completes the task, and some meet (MU23)."""

    class Twice(Task):
        def set_task_completed(self, success: bool) -> None:
            super().set_task_completed(success)
            super().set_task_completed(success)

    return with_task(layers, Twice)


def completed_before_the_work(layers: IosLayers) -> IosLayers:
    """The task is completed as soon as it was handed over, and once more by the work (MU23)."""

    class Early(Tasks):
        def handle(self, task: BGTask, launch_handler: Handler) -> None:
            super().handle(task, launch_handler)
            task.set_task_completed(success=True)

    return with_tasks(layers, Early)


def does_no_work(layers: IosLayers) -> IosLayers:
    """The registered handler is a stub: it waits and says that all went well (MU27)."""

    class Stub(Tasks):
        def handle(self, task: BGTask, launch_handler: Handler) -> None:
            def pretend(_task: BGTask) -> None:
                self.app.spawn(self._pretend(task), "stub")

            del launch_handler
            super().handle(task, pretend)

        async def _pretend(self, task: BGTask) -> None:
            await self.app.sleep(_STUB_NS)
            task.set_task_completed(success=True)

    return with_tasks(layers, Stub)


def work_of_another_task(layers: IosLayers) -> IosLayers:
    """A launch runs the worker of the task that was registered next to it (MU27)."""

    class Renamed(Task):
        def __init__(self, inner: BGTask, name: str) -> None:
            super().__init__(inner)
            self._name = name

        @property
        def identifier(self) -> str:
            return self._name

    class Mixed(Tasks):
        def register(self, identifier: str, launch_handler: Handler) -> bool:
            self._names = (*getattr(self, "_names", ()), identifier)
            return super().register(identifier, launch_handler)

        def handed(self, task: BGTask) -> BGTask:
            at = self._names.index(task.identifier)
            return Renamed(task, self._names[at - 1])

    return with_tasks(layers, Mixed)


class _Registering(Tasks):
    """Registers the way that it is told to."""

    way: Callable[[_Registering, str, Handler], bool]

    def register(self, identifier: str, launch_handler: Handler) -> bool:
        return type(self).way(self, identifier, launch_handler)

    def really(self, identifier: str, handler: Handler) -> bool:
        """Register it."""
        return super().register(identifier, handler)


def _registering(layers: IosLayers, way: Callable[[_Registering, str, Handler], bool]) -> IosLayers:
    return with_tasks(layers, type("Registering", (_Registering,), {"way": staticmethod(way)}))


def _unless_first(tasks: _Registering, identifier: str, handler: Handler) -> bool:
    first: str = tasks.__dict__.setdefault("first", identifier)
    return identifier == first or tasks.really(identifier, handler)


class _Uncancellable:
    """An `IosAppPort` whose coroutines nobody can cancel."""

    def __init__(self, inner: IosAppPort) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Job:
        """Spawn it, and give a handle that does nothing."""
        return _Deaf(self._inner.spawn(work, name))


class _Deaf:
    def __init__(self, inner: Job) -> None:
        self._inner = inner

    def cancel(self) -> None:
        """Reach nobody."""

    @property
    def active(self) -> bool:
        return self._inner.active
