"""What the library asks of the process that it lives in. `process.Process` is one."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any
from typing import Protocol

from bgtask_harness.virtual.android.port import AndroidPort
from bgtask_harness.virtual.kernel import Timer
from bgtask_reference.ports.app import Job
from bgtask_reference.ports.work_manager import ListenableWorker
from bgtask_reference.ports.work_manager import WorkerParameters


@dataclass(frozen=True, slots=True)
class Configuration:
    """`androidx.work.Configuration`, and which release of the library it is."""

    version: tuple[int, ...] = (2, 11, 2)
    minimum_log_level: str = "INFO"
    """`DEBUG` also prints what the library does; INFO is its default."""


class Host(Protocol):
    """A process of an app. Once it is dead, nothing that it was asked for happens any more."""

    @property
    def phone(self) -> AndroidPort:
        """The operating system."""

    @property
    def package(self) -> str:
        """The app."""

    def execute(self, action: Callable[[], None]) -> None:
        """Do it on the library's serial executor: a little later, in order."""

    def post(self, action: Callable[[], None]) -> Timer:
        """Do it on the main thread, after what is already due."""

    def after(self, delay_ns: int, action: Callable[[], None]) -> Timer:
        """Do it on the library's executor that many nanoseconds from now (a Handler's delayed message)."""

    def launch(
        self, coroutine: Coroutine[Any, Any, Any], name: str, on_end: Callable[[Any, Exception | None], None]
    ) -> Job:
        """Run a worker's body on a thread of its own; `on_end` gets what it returned or what escaped it."""

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> ListenableWorker | None:
        """Ask the app's worker factory."""

    def watch(self, unsubscribe: Callable[[], None]) -> None:
        """Have a subscription end with the process."""

    def log(self, priority: str, tag: str, message: str) -> None:
        """Write to the log as the thread that is running."""
