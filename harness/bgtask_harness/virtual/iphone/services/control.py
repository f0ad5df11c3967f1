"""bgtask-virtual: what no real phone has. Its time, and the hands of a person.

Requests and answers are property lists: `Info`; `Advance` with `BootTime` (nanoseconds) and `UntilOutput`, answered
when the phone is there with the `BootTime` that it reached; `Hand` with `Act` and `Argument`. A refusal is `Error`, one
sentence. A real phone answers StartService for this name with `InvalidService`.
"""

from __future__ import annotations

from typing import Any

from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.handset import arrived
from bgtask_harness.virtual.iphone.links import Link

NAME = "bgtask-virtual"


async def serve(handset: Handset, link: Link) -> None:
    """Answer until the host hangs up."""
    while True:
        asked = await link.receive()
        if asked.get("Request") == "Advance":
            await link.send(await _advance(handset, asked))
        else:
            await link.send(_answer(handset, asked))


async def _advance(handset: Handset, asked: dict[str, Any]) -> dict[str, Any]:
    to = asked.get("BootTime")
    if not isinstance(to, int):
        return {"Error": "Advance needs BootTime, nanoseconds since boot, as an integer"}
    waiter = handset.jump(to, until_output=bool(asked.get("UntilOutput")))
    return {"BootTime": await arrived(waiter)}


def _answer(handset: Handset, asked: dict[str, Any]) -> dict[str, Any]:
    with handset.present() as phone:
        if asked.get("Request") == "Info":
            clocks = phone.clocks
            return {"Virtual": 1, "UDID": phone.udid, "BootTime": clocks.boot_ns(), "WallTime": clocks.wall_ns()}
        if asked.get("Request") == "Hand":
            try:
                phone.hand(str(asked.get("Act", "")), str(asked.get("Argument", "")))
            except Refused as refusal:
                return {"Error": refusal.sentence}
            return {}
    return {"Error": f"there is no request {asked.get('Request')!r}; there are Info, Advance and Hand"}
