"""com.apple.mobile.diagnostics_relay: battery, and going down.

A phone that was told to restart goes down when the host hangs up, not when it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.lockdown.values import read

NAME = "com.apple.mobile.diagnostics_relay"
GESTALT_IS_GONE = (17, 4)
"""From here MobileGestalt is answered by `MobileGestaltDeprecated`."""

_SUCCESS = {"Status": "Success"}


async def serve(handset: Handset, link: Link) -> None:
    """Answer until the host says `Goodbye` or hangs up."""
    afterwards: list[Callable[[IPhonePort], None]] = []
    try:
        await _converse(handset, link, afterwards)
    finally:
        with handset.present() as phone:
            for act in afterwards:
                act(phone)


async def _converse(handset: Handset, link: Link, afterwards: list[Callable[[IPhonePort], None]]) -> None:
    while True:
        asked = await link.receive()
        name = asked.get("Request")
        act = _ACTS.get(name) if isinstance(name, str) else None
        if act is not None:
            afterwards[:] = [act]
            await link.send(_SUCCESS)
        elif name == "Goodbye":
            await link.send(_SUCCESS)
            return
        else:
            with handset.present() as phone:
                answer = _answer(phone, asked)
            await link.send(answer)


_ACTS: dict[str, Callable[[IPhonePort], None]] = {
    "Restart": lambda phone: phone.restart(),
    "Shutdown": lambda phone: phone.shutdown(),
}


def _answer(phone: IPhonePort, asked: dict[str, Any]) -> dict[str, Any]:
    if asked.get("Request") == "IORegistry":
        return _registry(phone, asked)
    if asked.get("Request") == "MobileGestalt":
        return {**_SUCCESS, "Diagnostics": {"MobileGestalt": _gestalt(phone, asked.get("MobileGestaltKeys"))}}
    if asked.get("Request") in {"All", "GasGauge"}:
        battery = phone.battery()
        return {**_SUCCESS, "Diagnostics": {"GasGauge": {"CycleCount": battery.get("CycleCount", 0)}}}
    return {"Status": "UnknownRequest"}


def _registry(phone: IPhonePort, asked: dict[str, Any]) -> dict[str, Any]:
    if asked.get("EntryClass") in {"IOPMPowerSource", "AppleSmartBattery"} or asked.get("EntryName") == "charger":
        return {**_SUCCESS, "Diagnostics": {"IORegistry": dict(phone.battery())}}
    return {**_SUCCESS, "Diagnostics": {}}


def _gestalt(phone: IPhonePort, keys: object) -> dict[str, Any]:
    if phone.version >= GESTALT_IS_GONE:
        return {"Status": "MobileGestaltDeprecated"}
    known = read(phone, "", "", b"")
    asked = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    return {"Status": "Success", **{key: known[key] for key in asked if key in known}}
