"""The virtual iPhone: how long it takes to start and to reach, what its log carries, and what forcing a task costs.

The task takes 50 ms of its own; the time from force to completion stands over what it took on the phone's own clock.
Of the log: what the wire and our own reading cost over what pymobiledevice3 needs to parse the records alone.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bgtask_harness.broker.phone_process import IPhoneProcess
from bgtask_harness.deadline import Deadline
from bgtask_reference.events import AppSpec
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import OSLogType
from bgtask_reference.ports.background_tasks import RequestKind

BUNDLE, TASK = "com.example.bench", "com.example.bench.refresh"
APP = AppSpec(name="bench", package=BUNDLE, tasks=())
MODELS = {"iOS 16.5": "iphone13-ios16", "iOS 26.1": "iphone15-ios26"}
NEVER_MS = 4_000_000_000_000
FORCES = 5
OWN_NS = 50_000_000
STARTED, COMPLETED = "Starting simulated task", "Marking simulated task complete"
RECORDS = 20_000


class App:
    """Asks for its task, and again whenever it runs."""

    def __init__(self, app: Any, tasks: Any) -> None:
        self._app, self._tasks = app, tasks

    def did_finish_launching(self) -> None:
        self._tasks.register(TASK, self._run)
        self._ask()

    def did_enter_background(self) -> None:
        pass

    def command(self, name: str, _arguments: dict[str, str]) -> str:
        return f"error: there is no {name}"

    def _run(self, task: BGTask) -> None:
        self._ask()
        self._app.spawn(self._work(task), "work")

    async def _work(self, task: BGTask) -> None:
        await self._app.sleep(OWN_NS)
        task.set_task_completed(True)

    def _ask(self) -> None:
        self._tasks.submit(BGTaskRequest(TASK, RequestKind.APP_REFRESH, NEVER_MS))


def milliseconds(act: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = act()
    return (time.perf_counter() - begun) * 1e3, result


def soon() -> Deadline:
    return Deadline.after(30)


def start(model: str) -> IPhoneProcess:
    arguments = ["--phone", model, "--program", "iphone:App", "--bundle-id", BUNDLE]
    return IPhoneProcess([*arguments, "--app-args", f'{{"permitted_identifiers": ["{TASK}"]}}'], soon())


def forced(device: Any, force: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds from asking to the line that says that the task is complete; what of them was the task's own."""
    with device.open_log(soon()) as log:
        begun = time.perf_counter()
        answer = force()
        assert "accepted" in str(answer.outcome).lower(), answer.output
        seen = b""
        while COMPLETED.encode() not in seen or not seen.endswith(b"\n"):
            seen += log.recv(1 << 16, soon())
        took = (time.perf_counter() - begun) * 1e3
    said = {line["eventMessage"].partition(":")[0]: line["timestamp"] for line in map(json.loads, seen.splitlines())}
    own = dt.datetime.fromisoformat(said[COMPLETED]) - dt.datetime.fromisoformat(said[STARTED])
    return took, own.total_seconds() * 1e3


def over_its_own(way: str, rounds: list[tuple[float, float]]) -> dict[str, float]:
    took, own = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        f"force to completion {way}, ms": took,
        f"of which the task's own, {way}, ms": own,
        f"force to completion over the task's own time, {way}": took / own,
    }


def one_phone(model: str) -> dict[str, object]:
    from bgtask_harness.devices.ios.debugger import Simulation  # noqa: PLC0415 - the extra may be absent
    from bgtask_harness.devices.ios.driver import IPhoneDevice  # noqa: PLC0415 - same

    started, phone = milliseconds(lambda: start(model))
    os.environ["USBMUXD_SOCKET_ADDRESS"] = phone.ready.usbmuxd
    device = None
    try:
        ready = phone.ready
        attached, device = milliseconds(lambda: IPhoneDevice.attach(ready.udid, "bench", soon(), address=ready.usbmuxd))
        device.launch(APP, soon())
        ask = {
            "by the hook": lambda: device.simulate(APP, TASK, Simulation.LAUNCH, soon()),
            "by the debugger": lambda: device.simulate_by_debugger(APP, TASK, Simulation.LAUNCH, soon()),
        }
        took: dict[str, float] = {}
        for way, force in ask.items():
            took |= over_its_own(way, [forced(device, force) for _ in range(FORCES)])
        return {"process started to ready, ms": started, "driver attached, ms": attached, **took}
    finally:
        if device is not None:
            device.close()
        phone.end()


def log_speed() -> dict[str, object]:
    from pymobiledevice3.services.os_trace import parse_syslog_entry  # noqa: PLC0415 - the extra may be absent

    from bgtask_harness.devices.ios.log import as_line  # noqa: PLC0415 - same
    from bgtask_harness.observe.ios.log_observer import IosLogObserver  # noqa: PLC0415 - same
    from bgtask_harness.virtual.ios.port import LogRecord  # noqa: PLC0415 - same
    from bgtask_harness.virtual.iphone.services.oslog import encode  # noqa: PLC0415 - same

    record = LogRecord(
        10**18, 10**12, 400, 1, "/a/Demo.app/Demo", "/b/BackgroundTasks", "com.apple.BackgroundTasks", "Framework",
        OSLogType.DEFAULT, "Submitted Activity: bgRefresh-com.example.bench.refresh:5FA2B1 at priority 10 <private>",
    )  # fmt: skip
    raw = encode(record)
    writing, _ = milliseconds(lambda: [encode(record) for _ in range(RECORDS)])
    parsing, _ = milliseconds(lambda: [parse_syslog_entry(raw) for _ in range(RECORDS)])
    entry, observer = parse_syslog_entry(raw), IosLogObserver(BUNDLE, identifiers=[TASK])
    reading, _ = milliseconds(lambda: [observer.feed(as_line(entry).decode()) for _ in range(RECORDS)])
    streaming = asyncio.run(_streamed(record))
    return {
        "written, records/s": RECORDS / writing * 1e3,
        "parsed by pymobiledevice3, records/s": RECORDS / parsing * 1e3,
        "parsed, made into a line and read by the observer, records/s": RECORDS / (parsing + reading) * 1e3,
        "the same over pymobiledevice3's parsing alone": parsing / (parsing + reading),
        "streamed in TLS and parsed, one process, records/s": RECORDS / streaming * 1e3,
    }


async def _streamed(record: Any) -> float:
    from pymobiledevice3.lockdown import create_using_usbmux  # noqa: PLC0415 - the extra may be absent
    from pymobiledevice3.services.os_trace import OsTraceService  # noqa: PLC0415 - same

    from bgtask_harness.virtual.ios.assemble import build  # noqa: PLC0415 - same
    from bgtask_harness.virtual.iphone.daemons import Daemons  # noqa: PLC0415 - same
    from bgtask_harness.virtual.iphone.listener import Listener  # noqa: PLC0415 - same
    from bgtask_harness.virtual.iphone.usbmux.daemon import Daemon  # noqa: PLC0415 - same

    phone = build("iphone13-ios16", App, BUNDLE, "hook")
    collectors: list[Callable[[Any], None]] = []
    phone.on_log = lambda collector: collectors.append(collector) or (lambda: None)  # type: ignore[method-assign]
    daemons, usbmuxd = Daemons(phone), Daemon()
    usbmuxd.attach(daemons)
    listener = Listener(usbmuxd)
    with tempfile.TemporaryDirectory(prefix="bgtask-bench-") as folder:
        await listener.on_socket(Path(folder))
        client = await create_using_usbmux(usbmux_address=listener.address)
        async with OsTraceService(client) as relay:
            stream = relay.syslog()
            first = asyncio.ensure_future(anext(stream))
            while not collectors:  # noqa: ASYNC110 - the phone tells nobody
                await asyncio.sleep(0.001)
            begun = time.perf_counter()
            for _ in range(RECORDS):
                collectors[-1](record)
            await first
            for _ in range(RECORDS - 1):
                await anext(stream)
            took = (time.perf_counter() - begun) * 1e3
        await client.close()
        listener.close()
        daemons.close()
    return took


def measure() -> dict[str, object]:
    try:
        import pymobiledevice3  # noqa: F401, PLC0415 - the extra may be absent
    except ImportError:
        return {"not measured": "pymobiledevice3 is not installed (pip install 'bgtask-harness[ios]')"}
    kept = {name: os.environ.get(name) for name in ("HOME", "PYTHONPATH", "USBMUXD_SOCKET_ADDRESS")}
    with tempfile.TemporaryDirectory(prefix="bgtask-bench-") as home:
        # pair records stay out of the user's home; the phone's process finds this module's app
        os.environ.update({"HOME": home, "PYTHONPATH": str(Path(__file__).parent)})
        try:
            figures: dict[str, object] = {name: one_phone(model) for name, model in MODELS.items()}
            return {**figures, "unified log": log_speed()}
        finally:
            for name, value in kept.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
