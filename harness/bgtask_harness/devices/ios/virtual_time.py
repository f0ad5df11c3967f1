"""What only a virtual iPhone has: its time, and a person's hands. A real one refuses the service."""

from __future__ import annotations

from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.ios.link import Said
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported

SERVICE = "bgtask-virtual"


def is_virtual(link: Link, deadline: Deadline) -> bool:
    """Tell whether the phone has the service."""

    async def ask() -> bool:
        from pymobiledevice3.exceptions import InvalidServiceError  # noqa: PLC0415 - a back-end is imported when used

        lockdown = await link.lockdown()
        try:
            connection = await lockdown.start_lockdown_service(SERVICE)
        except InvalidServiceError:
            return False
        await connection.close()
        return True

    return link.call(ask, deadline, "asking whether it is virtual")


def advance(link: Link, boot_ns: int, deadline: Deadline, *, until_output: bool) -> int:
    """Move its clock on to a boot time; give what was reached.

    Raises:
        Unsupported: It is a real phone.

    """
    request = {"Request": "Advance", "BootTime": boot_ns, "UntilOutput": until_output}
    said = ("advance", {"boot_ns": str(boot_ns), "until_output": str(until_output).lower()})
    return int(_ask(link, request, deadline, "moving its clock on", said)["BootTime"])


def hand(link: Link, act: str, argument: str, deadline: Deadline) -> None:
    """Have a person's hands do something.

    Raises:
        Unsupported: It is a real phone: a person has to.
        Refused: There is no such act.

    """
    said = ("hand", {"act": act, "argument": argument})
    answer = _ask(link, {"Request": "Hand", "Act": act, "Argument": argument}, deadline, act, said)
    if "Error" in answer:
        raise Refused(str(answer["Error"]))


def _ask(link: Link, request: dict[str, Any], deadline: Deadline, doing: str, said: Said) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        from pymobiledevice3.exceptions import InvalidServiceError  # noqa: PLC0415 - a back-end is imported when used

        lockdown = await link.lockdown()
        try:
            connection = await lockdown.start_lockdown_service(SERVICE)
        except InvalidServiceError:
            raise Unsupported(f"iPhone {link.udid} is a real phone: {doing} takes a person, or waiting") from None
        try:
            return dict(await connection.send_recv_plist(request))
        finally:
            await connection.close()

    return link.call(ask, deadline, doing, said)
