"""Processes of an iPhone, by instruments: launched, killed, held, looked for."""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from typing import Any
from typing import TypeVar

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.ios.link import Said
from bgtask_harness.errors import Refused

Result = TypeVar("Result")

SETTINGS = "com.apple.Preferences"
"""An app that every iPhone has: launching it sends whatever is in front to the background."""


def launch(link: Link, bundle_id: str, deadline: Deadline, *, anew: bool = False) -> int:
    """Bring an app to the front, starting its process if need be; give its pid.

    Raises:
        Refused: The phone does not: locked, not installed. Its own sentence.

    """

    async def run(control: Any) -> int:
        return int(await control.launch(bundle_id, kill_existing=anew))

    return _with_control(link, run, deadline, f"launching {bundle_id}", ("launch", {"bundle": bundle_id}))


def pid_of(link: Link, bundle_id: str, deadline: Deadline) -> int | None:
    """Give the pid of an app's process, None when it has none."""

    async def find(control: Any) -> int | None:
        return int(await control.process_identifier_for_bundle_identifier(bundle_id)) or None

    return _with_control(link, find, deadline, f"looking for {bundle_id}", ("pid", {"bundle": bundle_id}))


def kill(link: Link, pid: int, deadline: Deadline) -> None:
    """End a process at once."""

    async def end(control: Any) -> None:
        await control.kill(pid)

    _with_control(link, end, deadline, f"killing {pid}", ("kill", {"pid": str(pid)}))


def hold(link: Link, pid: int, deadline: Deadline) -> None:
    """Stop a process where it stands. No suspension of the system's, which tells the app before."""

    async def stop(control: Any) -> None:
        await control.suspend(pid)

    _with_control(link, stop, deadline, f"stopping {pid}", ("hold", {"pid": str(pid)}))


def let_go(link: Link, pid: int, deadline: Deadline) -> None:
    """Let a process that was stopped go on."""

    async def resume(control: Any) -> None:
        await control.resume(pid)

    _with_control(link, resume, deadline, f"letting {pid} go on", ("let-go", {"pid": str(pid)}))


def may_be_debugged(link: Link, pid: int, deadline: Deadline) -> bool:
    """Tell whether a debugger may attach: the app was built for development."""

    async def ask(control: Any) -> bool:
        return bool(await control.is_debuggable(pid))

    return _with_control(link, ask, deadline, f"asking about {pid}", ("debuggable", {"pid": str(pid)}))


def _with_control(
    link: Link, work: Callable[[Any], Awaitable[Result]], deadline: Deadline, doing: str, said: Said
) -> Result:
    async def run() -> Result:
        from pymobiledevice3.dtx import DTXNsError  # noqa: PLC0415 - a back-end is imported when used
        from pymobiledevice3.services.dvt.instruments.dvt_provider import DvtProvider  # noqa: PLC0415 - as above
        from pymobiledevice3.services.dvt.instruments.process_control import ProcessControl  # noqa: PLC0415 - as above

        try:
            async with DvtProvider(await link.developer()) as provider, ProcessControl(provider) as control:
                return await work(control)
        except DTXNsError as error:
            raise Refused(f"iPhone {link.udid} refused {doing}: {error}") from error

    return link.call(run, deadline, doing, said)
