"""Whatever happens to a phone, a program of the lineage neither crashes nor leaves its tables in disorder."""

from __future__ import annotations

import collections
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from virtual_bench import PACKAGE
from virtual_bench import Bench

from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.virtual.layers import load
from bgtask_reference.lineage.meeseeks.database import TaskState

GENERATIONS = ["G0", "G1a", "G1b", "G1b-late", "U1", "U2", "U3", "U4", "U5", "U6", "fixed"]
APPS = [*(f"tvmaniac@{name}" for name in GENERATIONS), "meeseeks"]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([1, 20, 90, 1000, 20_000, 90_000])),
        st.tuples(st.just("state"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("server"), st.integers(0, 2), st.sampled_from(["ok", "error", "network_error"])),
        st.tuples(st.just("slow"), st.integers(0, 2)),
        st.tuples(st.just("hook"), st.integers(0, 2), st.sampled_from(["schedule", "execute", "cancel", "run"])),
        st.tuples(st.just("unreadable")),
        st.tuples(st.just("kill")),
        st.tuples(st.just("force_stop")),
        st.tuples(st.just("open")),
        st.tuples(st.just("reboot")),
        st.tuples(st.just("network"), st.booleans()),
    ),
    max_size=12,
)


class Life:
    def __init__(self, name: str) -> None:
        self.app = load_app(name, SearchPath.standard())
        assert self.app.virtual.program is not None
        self.bench = Bench(load(self.app.virtual.program, "program"))
        self._tasks = [task.id for task in self.app.spec.tasks]

    def do(self, what: str, *how: Any) -> None:
        bench, control = self.bench, self.app.control
        if what == "wait":
            bench.run(*how)
        elif what == "state":
            states = list(control.states.values()) or [None]
            state = states[how[0] % len(states)]
            if state is not None:
                bench.state(state.name, state.on if how[1] else state.off)
        elif what in {"server", "slow"}:
            endpoint = control.endpoints[self._task(how[0])]
            extras = {"duration_ms": "60000"} if what == "slow" else {}
            bench.server(endpoint, how[1] if what == "server" else "ok", **extras)
        elif what == "hook":
            bench.hook(how[1], task=self._task(how[0]))
        elif what == "unreadable":
            bench.state("token_expires_at_ms", "soon")
        elif what == "network":
            bench.network(on=how[0])
        else:
            getattr(bench, what)()

    def _task(self, number: int) -> str:
        return self._tasks[number % len(self._tasks)]


@pytest.mark.parametrize("name", APPS)
@settings(max_examples=30, deadline=None)
@given(script=steps)
def test_any_life_is_told_in_order(name: str, script: list[tuple[Any, ...]]) -> None:
    life = Life(name)
    for what, *how in script:
        life.do(what, *how)
    bench = life.bench

    assert not any("FATAL" in line.message for line in bench.lines if line.priority == "E")
    names = collections.Counter(
        name for work in bench.app.storage.database.unfinished() for name in work.names if work.names
    )
    assert all(count == 1 for count in names.values())
    known = {unique.name for task in life.app.spec.tasks for unique in task.unique_names}
    assert set(names) <= known
    tasks = {task.id for task in life.app.spec.tasks}
    assert {run.task for run in bench.runs()} <= tasks
    ended = [beacon["attempt_id"] for _, beacon in bench.beacons() if beacon["event"] in {"end", "stop"}]
    assert len(ended) == len(set(ended))


@settings(max_examples=25, deadline=None)
@given(script=steps)
def test_meeseeks_never_forgets_a_task_that_waits(script: list[tuple[Any, ...]]) -> None:
    life = Life("meeseeks")
    for what, *how in script:
        life.do(what, *how)
    bench = life.bench
    bench.network(on=True)
    bench.open()
    bench.run(600)

    process: Any = bench.phone.processes.find(PACKAGE)
    if process is None:
        return
    rows = process.app.application._database.rows()
    waiting = {f"meeseeks_work_{row.id}" for row in rows if row.state in {TaskState.ENQUEUED, TaskState.RUNNING}}
    unfinished = {name for work in bench.app.storage.database.unfinished() for name in work.names}
    assert waiting <= unfinished
