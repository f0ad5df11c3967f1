"""Protocols and model together, driven by unmodified pymobiledevice3: a task that is forced, and a phone that waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import RequestKind

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.services.dvt.instruments.dvt_provider import DvtProvider
from pymobiledevice3.services.dvt.instruments.process_control import ProcessControl
from pymobiledevice3.services.notification_proxy import NotificationProxyService
from pymobiledevice3.services.os_trace import OsTraceService

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

BUNDLE, TASK = "com.example.demo", "com.example.demo.refresh"
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
IN_AN_HOUR_MS = 1_795_399_200_000 + 3_600_000
"""By the wall clock with which the models are made: until then a request is pending."""


class App:
    """Registers one task, asks for it, and completes each run at once."""

    def __init__(self, app: Any, tasks: Any) -> None:
        self._app, self._tasks = app, tasks

    def did_finish_launching(self) -> None:
        self._tasks.register(TASK, self._run)
        self._tasks.submit(BGTaskRequest(TASK, RequestKind.APP_REFRESH, IN_AN_HOUR_MS))

    def did_enter_background(self) -> None:
        pass

    def command(self, name: str, arguments: dict[str, str]) -> str:
        return f"error: no {name} {arguments}"

    def _run(self, task: BGTask) -> None:
        task.set_task_completed(True)


async def up_to(stream: Any, wanted: str) -> list[str]:
    """Follow the log until a line begins as wanted; all lines up to it."""
    seen: list[str] = []
    async for entry in stream:
        seen.append(entry.message)
        if entry.message.startswith(wanted):
            break
    return seen


def following(serve: Callable[..., None], phone: Any, script: Callable[..., Any]) -> None:
    """Run a script with a client, a stream of the log, and the control of a virtual phone."""

    async def run(address: str, daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        control = await client.start_lockdown_service("bgtask-virtual")
        async with OsTraceService(client) as relay:
            stream = relay.syslog()
            first = asyncio.ensure_future(anext(stream))
            while not daemons.handset.outlets:  # noqa: ASYNC110 - the phone tells nobody
                await asyncio.sleep(0.001)
            await control.send_recv_plist({"Request": "Hand", "Act": "open", "Argument": BUNDLE})
            await first
            await script(client, stream, control)
        await control.close()
        await client.close()

    serve(phone, run)


@pytest.mark.parametrize("model", ["iphone13-ios16", "iphone15-ios26"])
def test_a_task_is_forced_by_the_hook_and_the_log_tells(serve: Callable[..., None], model: str) -> None:
    phone = build(model, App, BUNDLE, "hook", (), IosAppArguments(permitted_identifiers=(TASK,)))

    async def script(client: Any, stream: Any, control: Any) -> None:
        await up_to(stream, f"submitTaskRequest: <BGAppRefreshTaskRequest: {TASK}")
        async with NotificationProxyService(client) as poster:
            await poster.notify_post(f"{BUNDLE}.bgt.force.{TASK.replace('.', '_2E')}")
        seen = await up_to(stream, "Marking simulated task complete")
        assert f"Starting simulated task: <BGAppRefreshTask: {TASK}>" in seen

    following(serve, phone, script)


def test_a_phone_that_waits_runs_the_task_by_itself(serve: Callable[..., None]) -> None:
    phone = build("iphone13-ios16", App, BUNDLE, "hook", (), IosAppArguments(permitted_identifiers=(TASK,)))

    async def script(client: Any, stream: Any, control: Any) -> None:
        async with DvtProvider(client) as provider, ProcessControl(provider) as process:
            assert await process.launch(BUNDLE)
        completed = asyncio.ensure_future(up_to(stream, f"Marking task <BGAppRefreshTask: {TASK}"))
        boot = (await control.send_recv_plist({"Request": "Info"}))["BootTime"]
        await control.send_recv_plist({"Request": "Advance", "BootTime": boot + 3 * SECOND})
        await control.send_recv_plist({"Request": "Hand", "Act": "lock"})
        await control.send_recv_plist({"Request": "Advance", "BootTime": boot + 48 * HOUR})
        assert f"Starting task: <BGAppRefreshTask: {TASK}>" in await asyncio.wait_for(completed, 10)

    following(serve, phone, script)
