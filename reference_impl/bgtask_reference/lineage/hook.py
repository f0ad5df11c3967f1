"""The debug hook of an instrumented build (`docs/app-contract.md`): commands about tasks, in the app's own words."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Mapping
from typing import Any

from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled

Commands = Mapping[str, Callable[[str], None]]
"""What the app can be told about a task, by the hook's word for it: `schedule`, `execute`, `cancel`."""

_DONE = "ok"


class TaskHook:
    """Answers for the tasks of one process.

    `run(task)` is the worker in this process, without WorkManager. The build itself stores settings and sets up the
    server; `switched(setting, value)` and `server_changed(endpoint)` are what the app does beside. `cancel_all` forgets
    every task; None in an app that cannot.
    """

    def __init__(
        self,
        app: AppPort,
        tasks: tuple[str, ...],
        commands: Commands,
        run: Callable[[str], Coroutine[Any, Any, None]],
        *,
        switched: Callable[[str, str], None] = lambda _setting, _value: None,
        server_changed: Callable[[str], None] = lambda _endpoint: None,
        cancel_all: Callable[[], None] | None = None,
    ) -> None:
        self._app = app
        self._tasks = tasks
        self._commands = commands
        self._run = run
        self._switched = switched
        self._server_changed = server_changed
        self._cancel_all = cancel_all

    def answer(self, command: str, arguments: Mapping[str, str]) -> str:
        """Give `ok` or `error: ...`."""
        if command == "state":
            self._switched(arguments.get("name", ""), arguments.get("value", ""))
        elif command == "server":
            self._server_changed(arguments.get("endpoint", ""))
        elif command == "cancel_all" and self._cancel_all is not None:
            self._cancel_all()
        elif command != "ping":
            return self._about(arguments.get("task", ""), command)
        return _DONE

    def _about(self, task: str, command: str) -> str:
        if task not in self._tasks:
            return f"error: unknown task {task!r}"
        if command == "run":
            self._app.spawn(self._contained(task), f"hook {task}")
            return _DONE
        if command not in self._commands:
            return f"error: unknown command {command!r}"
        self._commands[command](task)
        return _DONE

    async def _contained(self, task: str) -> None:
        """Run it; what escapes ends this run, as it would under WorkManager, and not the process."""
        try:
            await self._run(task)
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 - the beacon has told of it; there is nobody else to tell
            return
