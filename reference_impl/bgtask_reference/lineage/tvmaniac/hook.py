"""The debug hook of an instrumented build (`docs/app-contract.md`): commands about tasks, in the app's own words."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Mapping
from typing import Any

from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.ports.app import AppPort

Commands = Mapping[str, Callable[[str], None]]
"""What the app can be told about a task, by the hook's word for it: `schedule`, `execute`, `cancel`."""

_DONE = "ok"


class TaskHook:
    """Answers for the tasks of one process.

    `run(task)` is the worker in this process, without WorkManager. `switched(setting, value)` is what the app's own
    switch does beside storing the setting.
    """

    def __init__(
        self,
        app: AppPort,
        tasks: tuple[str, ...],
        commands: Commands,
        run: Callable[[str], Coroutine[Any, Any, None]],
        switched: Callable[[str, str], None] = lambda _setting, _value: None,
    ) -> None:
        self._app = app
        self._tasks = tasks
        self._commands = commands
        self._run = run
        self._switched = switched

    def answer(self, command: str, arguments: Mapping[str, str]) -> str:
        """Give `ok` or `error: ...`."""
        if command == "ping":
            return _DONE
        if command == "state":
            self._switched(arguments.get("name", ""), arguments.get("value", ""))
            return _DONE
        if command == "server":
            return self._server_changed(arguments.get("endpoint"))
        task = arguments.get("task", "")
        return self._do(command, task) if task in self._tasks else f"error: unknown task {task!r}"

    def _do(self, command: str, task: str) -> str:
        if command == "run":
            self._app.spawn(self._run(task), f"hook {task}")
            return _DONE
        if command not in self._commands:
            return f"error: unknown command {command!r}"
        self._commands[command](task)
        return _DONE

    def _server_changed(self, endpoint: str | None) -> str:
        """Have the next token refresh really ask the server: a token that is still good would hide the answer."""
        if endpoint == names.TOKEN_ENDPOINT:
            self._app.store(names.TOKEN_EXPIRES_AT, "")
        return _DONE
