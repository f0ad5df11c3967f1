"""What faults of an iPhone's app are made of: an app, its scheduler and its tasks with something between."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosApplication
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import NSError

Handler = Callable[[BGTask], None]


class Tasks:
    """A `BGTaskSchedulerPort` that passes everything on. `handling`: a launch handler is being called."""

    def __init__(self, app: IosAppPort, inner: BGTaskSchedulerPort) -> None:
        self.app, self.inner = app, inner
        self.handling = False

    @property
    def cold(self) -> bool:
        """The system started the process, not a person."""
        return self.app.process_reason != "activity"

    def register(self, identifier: str, launch_handler: Handler) -> bool:
        """Register a handler that is called by `handle`."""
        return self.inner.register(identifier, lambda task: self.handle(task, launch_handler))

    def handle(self, task: BGTask, launch_handler: Handler) -> None:
        """Call the app's handler."""
        self.handling = True
        try:
            launch_handler(self.handed(task))
        finally:
            self.handling = False

    def handed(self, task: BGTask) -> BGTask:
        """Give the task that the app gets."""
        return task

    def submit(self, request: BGTaskRequest) -> NSError | None:
        return self.inner.submit(request)

    def cancel(self, identifier: str) -> None:
        self.inner.cancel(identifier)

    def cancel_all(self) -> None:
        self.inner.cancel_all()

    def get_pending(self, answer: Callable[[tuple[BGTaskRequest, ...]], None]) -> None:
        self.inner.get_pending(answer)


class Task:
    """A `BGTask` that passes everything on."""

    def __init__(self, inner: BGTask) -> None:
        self.inner = inner

    @property
    def identifier(self) -> str:
        return self.inner.identifier

    def set_expiration_handler(self, handler: Callable[[], None]) -> None:
        self.inner.set_expiration_handler(handler)

    def set_task_completed(self, success: bool) -> None:
        self.inner.set_task_completed(success)


class Application:
    """An `IosApplication` that passes everything on. `tasks` is the scheduler that it was given."""

    def __init__(self, inner: IosApplication, app: IosAppPort, tasks: Any) -> None:
        self.inner, self.app, self.tasks = inner, app, tasks

    def did_finish_launching(self) -> None:
        self.inner.did_finish_launching()

    def did_enter_background(self) -> None:
        self.inner.did_enter_background()

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self.inner.on_hook(command, arguments)


def with_tasks(
    layers: IosLayers,
    tasks: Callable[[IosAppPort, BGTaskSchedulerPort], Tasks],
    application: type[Application] = Application,
) -> IosLayers:
    """Put a scheduler of that kind between the app and BackgroundTasks."""
    program = layers.program

    def faulty(app: IosAppPort, inner: BGTaskSchedulerPort) -> IosApplication:
        between = tasks(app, inner)
        return application(program(app, between), app, between)

    return layers.replace(program=faulty)


def with_task(layers: IosLayers, task: Callable[[BGTask], BGTask]) -> IosLayers:
    """Have the app get tasks of that kind."""

    class Handing(Tasks):
        def handed(self, one: BGTask) -> BGTask:
            return task(one)

    return with_tasks(layers, Handing)
