"""com.apple.amfi.lockdown: Developer Mode (iOS 16 and later)."""

from __future__ import annotations

from typing import Any

from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link

NAME = "com.apple.amfi.lockdown"
REVEAL, ENABLE, ACCEPT = 0, 1, 2
_HAS_PASSCODE = "Device has a passcode set"
"""The words that clients look for: then only a person can do it, in Settings."""


async def serve(handset: Handset, link: Link) -> None:
    """Answer until the host hangs up."""
    while True:
        asked = await link.receive()
        await link.send(_answer(handset, asked.get("action")))


def _answer(handset: Handset, action: object) -> dict[str, Any]:
    with handset.present() as phone:
        if action == ENABLE:
            try:
                phone.enable_developer_mode()
            except Refused:
                return {"Error": _HAS_PASSCODE}
        elif action == ACCEPT and not phone.developer_mode:
            return {"success": False}
        elif action not in {REVEAL, ACCEPT}:
            return {"Error": "Unknown action"}
    return {"success": True}
