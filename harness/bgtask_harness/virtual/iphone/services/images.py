"""com.apple.mobile.mobile_image_mounter: the developer disk image: without it no debugger and no launching.

Nobody signs images for a virtual phone: whatever is uploaded is mounted, as `Developer` before iOS 17 and
`Personalized` since. Words of refusals are those that clients look for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link

NAME = "com.apple.mobile.mobile_image_mounter"
PERSONALIZED_SINCE = (17,)
LARGEST_IMAGE = 1 << 30
_CHUNK = 1 << 16

_COMPLETE = {"Status": "Complete"}


async def serve(handset: Handset, link: Link) -> None:
    """Answer until the host hangs up."""
    while True:
        asked = await link.receive()
        if asked.get("Command") == "ReceiveBytes":
            await _receive_bytes(link, asked)
            continue
        command = _COMMANDS.get(str(asked.get("Command")))
        if command is None:
            await link.send({"Error": "UnknownCommand"})
            continue
        with handset.present() as phone:
            answer = command(phone, asked)
        await link.send(answer)
        if asked.get("Command") == "Hangup":
            return


async def _receive_bytes(link: Link, asked: dict[str, Any]) -> None:
    """Take an image, and forget it: what is in it is of no use here."""
    size = asked.get("ImageSize")
    if not isinstance(size, int) or not 0 <= size <= LARGEST_IMAGE:
        await link.send({"Error": "InvalidArgument", "DetailedError": "ImageSize"})
        return
    await link.send({"Status": "ReceiveBytesAck"})
    while size:
        size -= len(await link.exactly(min(size, _CHUNK)))
    await link.send(_COMPLETE)


def _kind(phone: IPhonePort) -> str:
    return "Personalized" if phone.version >= PERSONALIZED_SINCE else "Developer"


def _path(phone: IPhonePort) -> str:
    return "/System/Developer" if phone.version >= PERSONALIZED_SINCE else "/Developer"


def _signature(phone: IPhonePort) -> bytes:
    return hashlib.sha384(f"developer image of {phone.udid}".encode()).digest()


def _look_up(phone: IPhonePort, asked: dict[str, Any]) -> dict[str, Any]:
    mounted = phone.image_mounted and asked.get("ImageType") == _kind(phone)
    return {**_COMPLETE, "ImageSignature": [_signature(phone)] if mounted else []}


def _copy_devices(phone: IPhonePort, _asked: dict[str, Any]) -> dict[str, Any]:
    if not phone.image_mounted:
        return {"EntryList": []}
    entry = {
        "DiskImageType": _kind(phone),
        "ImageSignature": _signature(phone),
        "IsMounted": True,
        "MountPath": _path(phone),
    }
    return {"EntryList": [entry]}


def _mount(phone: IPhonePort, asked: dict[str, Any]) -> dict[str, Any]:
    if phone.passcode_locked:
        return {"Error": "DeviceLocked", "DetailedError": "Device is locked"}
    if phone.version >= (16,) and not phone.developer_mode:
        return {"Error": "InternalError", "DetailedError": "Developer mode is not enabled."}
    try:
        phone.mount_image(str(asked.get("ImageType", "")))
    except Refused as refusal:
        return {"Error": "InternalError", "DetailedError": refusal.sentence}
    return _COMPLETE


def _unmount(phone: IPhonePort, asked: dict[str, Any]) -> dict[str, Any]:
    if asked.get("MountPath") == _path(phone) and phone.unmount_image():
        return _COMPLETE
    return {"Error": "InternalError", "DetailedError": "There is no matching entry in the device map"}


def _developer_mode(phone: IPhonePort, _asked: dict[str, Any]) -> dict[str, Any]:
    return {"DeveloperModeStatus": phone.developer_mode} if phone.version >= (16,) else {"Error": "UnknownCommand"}


def _identifiers(phone: IPhonePort, _asked: dict[str, Any]) -> dict[str, Any]:
    known = {name: phone.value("", name) for name in ("BoardId", "ChipID", "UniqueChipID")}
    return {"PersonalizationIdentifiers": {name: value for name, value in known.items() if value is not None}}


def _nonce(phone: IPhonePort, _asked: dict[str, Any]) -> dict[str, Any]:
    return {"PersonalizationNonce": _signature(phone)[:32]}


_COMMANDS: dict[str, Callable[[IPhonePort, dict[str, Any]], dict[str, Any]]] = {
    "LookupImage": _look_up,
    "CopyDevices": _copy_devices,
    "MountImage": _mount,
    "UnmountImage": _unmount,
    "QueryDeveloperModeStatus": _developer_mode,
    "QueryPersonalizationIdentifiers": _identifiers,
    "QueryNonce": _nonce,
    "QueryPersonalizationManifest": lambda _phone, _asked: {"Error": "MissingManifest"},
    "Hangup": lambda _phone, _asked: {"Goodbye": True},
}
