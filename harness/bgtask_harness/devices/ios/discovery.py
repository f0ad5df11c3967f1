"""Which of the iPhones that usbmuxd has is the one that a profile means; and if none is, why not.

A phone that this computer is not paired with says its model and its name all the same (UNCONFIRMED for every iOS).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import walls
from bgtask_harness.devices.ios.loop import Loop
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Unsupported

_SAID = {"model": "ProductType", "name": "DeviceName", "os_version": "ProductVersion"}
_CABLE, _NETWORK = "usb", "network"


@dataclass(frozen=True, slots=True)
class Attached:
    """An iPhone that usbmuxd has.

    Attributes:
        udid: What everything names it by.
        tag: `usb` or `network`: how it is attached. One that is both is `usb`.
        model: `iPhone15,4`; empty when it did not say.
        name: What its owner calls it in Settings; empty likewise.
        os_version: Likewise.
        trouble: Why it says nothing; empty when it does.

    """

    udid: str
    tag: str = _CABLE
    model: str = ""
    name: str = ""
    os_version: str = ""
    trouble: str = ""


def attached(deadline: Deadline, address: str | None = None) -> tuple[Attached, ...]:
    """Ask usbmuxd for its phones, and each phone what it is. Pairs with none. `address` None is this computer's own.

    Raises:
        DeviceNotFound: No usbmuxd answers.
        Unsupported: The back-end is not installed.

    """
    loop = Loop("usbmuxd")
    try:
        return tuple(_asked(loop, udid, tag, address, deadline) for udid, tag in _listed(loop, address, deadline))
    finally:
        loop.close()


def choose(find: Mapping[str, object], seen: Sequence[Attached], profile: str) -> Attached:
    """Give the one phone that fits a profile's `[find]`: serial or udid, model, name, tags.

    Raises:
        DeviceNotFound: None fits, or more than one does. One sentence: what was seen, and why each did not fit.

    """
    reasons = {phone.udid: mismatch(find, phone) for phone in seen}
    fitting = [phone for phone in seen if reasons[phone.udid] is None]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        udids = ", ".join(phone.udid for phone in fitting)
        raise DeviceNotFound(
            f"--device {profile}: {len(fitting)} iPhones fit the profile ({udids}): add `udid` to its [find]"
        )
    if not seen:
        raise DeviceNotFound(f"--device {profile}: usbmuxd has no iPhone at all: plug one in and unlock it")
    listed = "; ".join(f"{phone.udid} ({reasons[phone.udid]})" for phone in seen)
    raise DeviceNotFound(f"--device {profile}: no iPhone fits {_wanted(find)}; seen: {listed}")


def mismatch(find: Mapping[str, object], phone: Attached) -> str | None:
    """Say why a phone does not fit; None when it does."""
    wanted = find.get("udid") or find.get("serial")
    if wanted and not _same(str(wanted), phone.udid):
        return f"its UDID is not {wanted}"
    asked = [key for key in ("model", "name") if find.get(key)]
    if asked and phone.trouble:
        return f"it does not say its {asked[0]}: {phone.trouble}"
    for key in asked:
        if find[key] != getattr(phone, key):
            return f"its {key} is {getattr(phone, key) or 'unknown'}"
    tags = find.get("tags")
    missing = sorted(set(tags) - {phone.tag}) if isinstance(tags, list | tuple) else []
    return f"it is not {' or '.join(missing)}" if missing else None


def _same(one: str, other: str) -> bool:
    """Tools write the UDID of a phone since 2018 with its hyphen and without."""
    return one.replace("-", "").lower() == other.replace("-", "").lower()


def _wanted(find: Mapping[str, object]) -> str:
    wanted = [f"{key} {value}" for key, value in find.items() if value and key != "platform"]
    return ", ".join(wanted) or "the profile"


def _listed(loop: Loop, address: str | None, deadline: Deadline) -> list[tuple[str, str]]:
    async def ask() -> list[tuple[str, str]]:
        try:
            from pymobiledevice3.usbmux import list_devices  # noqa: PLC0415 - a back-end is imported when used
        except ImportError as error:
            raise Unsupported(walls.NO_BACK_END) from error
        found = await list_devices(usbmux_address=address)
        return [(one.serial, _CABLE if one.connection_type == "USB" else _NETWORK) for one in found]

    try:
        found = loop.call(ask(), deadline, "asking usbmuxd for its phones")
    except HarnessError:
        raise
    except Exception as error:  # what is no wall is raised as it is
        ours = walls.told(error, "", address)
        if ours is None:
            raise
        raise ours from error
    by_cable = {udid for udid, tag in found if tag == _CABLE}
    return sorted({(udid, tag) for udid, tag in found if tag == _CABLE or udid not in by_cable})


def _asked(loop: Loop, udid: str, tag: str, address: str | None, deadline: Deadline) -> Attached:
    async def ask() -> dict[str, Any]:
        from pymobiledevice3.lockdown import create_using_usbmux  # noqa: PLC0415 - as above

        lockdown = await create_using_usbmux(serial=udid, autopair=False, usbmux_address=address)
        try:
            return dict(lockdown.all_values)
        finally:
            await lockdown.close()

    try:
        values = loop.call(ask(), deadline, f"asking iPhone {udid} what it is")
    except Exception as error:  # noqa: BLE001 - a phone that says nothing is listed with the reason
        return Attached(udid, tag, trouble=str(walls.told(error, udid, address) or repr(error)))
    said = {ours: str(values.get(theirs, "")) for ours, theirs in _SAID.items()}
    return Attached(udid, tag, **said)
