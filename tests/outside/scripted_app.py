"""A program from outside: its workers do what a test tells them, and it asks WorkManager for what a test wants."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort

Body = Callable[[AppPort, WorkerParameters], Any]


class ScriptedWorker:
    def __init__(self, app: AppPort, parameters: WorkerParameters, body: Body) -> None:
        self._app = app
        self._parameters = parameters
        self._body = body

    async def do_work(self) -> ListenableWorkerResult:
        return await self._body(self._app, self._parameters)


class ScriptedApp:
    """One class attribute set for all processes of one test: `on_create` and the workers' bodies by class name."""

    def __init__(self, app: AppPort, work_manager: WorkManagerPort, script: Script) -> None:
        self.app = app
        self.work_manager = work_manager
        self._script = script

    def on_create(self) -> None:
        if self._script.on_create is not None:
            self._script.on_create(self)

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> ScriptedWorker | None:
        body = self._script.bodies.get(class_name)
        return None if body is None else ScriptedWorker(self.app, parameters, body)

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return f"error: {command} {dict(arguments)}"


class Script:
    """The program: callable as an `AndroidProgram`."""

    def __init__(self) -> None:
        self.bodies: dict[str, Body] = {}
        self.on_create: Callable[[ScriptedApp], None] | None = None
        self.processes: list[ScriptedApp] = []

    def __call__(self, app: AppPort, work_manager: WorkManagerPort) -> ScriptedApp:
        process = ScriptedApp(app, work_manager, self)
        self.processes.append(process)
        return process

    @property
    def now(self) -> ScriptedApp:
        """The process of the moment."""
        return self.processes[-1]
