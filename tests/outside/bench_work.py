"""One worker on the bench: how it is asked for, and what it did."""

from __future__ import annotations

from typing import Any

from scripted_app import Script
from virtual_bench import Bench

from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkRequest

QUARTER_MS = 900_000
SECOND_NS = 1_000_000_000


class Recorder:
    """What the scripted worker did: when each run began, and how it ended."""

    def __init__(self, bench_now: Any) -> None:
        self.now = bench_now
        self.begins: list[float] = []
        self.ends: list[str] = []
        self.attempts: list[int] = []
        self.result: Any = ListenableWorkerResult.SUCCESS
        self.seconds = 1

    async def body(self, app: Any, parameters: Any) -> Any:
        self.begins.append(round(self.now(), 1))
        self.attempts.append(parameters.run_attempt_count)
        try:
            await app.sleep(self.seconds * SECOND_NS)
        except Cancelled:
            self.ends.append("cancelled")
            raise
        self.ends.append("ended")
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def make(script: Script, **options: Any) -> Bench:
    bench = Bench(script, **({"level": "DEBUG"} | options))
    bench.open()
    return bench


def periodic(bench: Bench, script: Script, policy: str = "UPDATE", name: str = "p", **fields: Any) -> None:
    request = WorkRequest("app.W", **({"interval_ms": QUARTER_MS} | fields))
    script.now.work_manager.enqueue_unique_periodic_work(name, ExistingPeriodicWorkPolicy(policy), request)
    bench.run(0.1)


def once(bench: Bench, script: Script, policy: str = "REPLACE", name: str = "o", **fields: Any) -> None:
    request = WorkRequest("app.W", **fields)
    script.now.work_manager.enqueue_unique_work(name, ExistingWorkPolicy(policy), request)
    bench.run(0.1)
