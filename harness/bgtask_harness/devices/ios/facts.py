"""What an iPhone says of itself, and what can be done with an app on it: asked, not guessed."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import virtual_time
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.port import DeviceFacts

_ATTRIBUTES = ["CFBundleIdentifier", "Entitlements", "UIBackgroundModes", "BGTaskSchedulerPermittedIdentifiers"]
_WHAT_IT_IS = ("ProductType", "ProductVersion", "BuildVersion")
_SERIALS = (
    "UniqueDeviceID",
    "SerialNumber",
    "UniqueChipID",
    "MLBSerialNumber",
    "InternationalMobileEquipmentIdentity",
    "InternationalMobileEquipmentIdentity2",
    "MobileEquipmentIdentifier",
    "InternationalMobileSubscriberIdentity",
    "IntegratedCircuitCardIdentity",
    "PhoneNumber",
)
_PLAIN_NAMES = frozenset({"iphone", "ipad", "ipod touch"})
_OWNER = re.compile(r"(?P<first>.{2,}?)['\u2019]s?\s|\S+ (?:von|de|di|van|av|fra) (?P<last>.{2,})")


@dataclass(frozen=True, slots=True)
class Private:
    """What names a phone (numbers of it, its line and its owner's contract) and its owner (as Settings has it)."""

    serials: tuple[str, ...]
    names: tuple[str, ...]


def read_private(link: Link, deadline: Deadline) -> Private:
    """Ask for it: what lockdownd says of itself once paired."""

    async def ask() -> dict[str, Any]:
        lockdown = await link.lockdown()
        return dict(lockdown.all_values)

    values = link.call(ask, deadline, "asking for its names")
    serials = [str(values[key]) for key in _SERIALS if values.get(key)]
    return Private((link.udid, link.udid.replace("-", ""), *serials), names_of(str(values.get("DeviceName", ""))))


def names_of(device_name: str) -> tuple[str, ...]:
    """Give a phone's name and its owner's in it; nothing for one that nobody has named.

    >>> names_of("Anna\u2019s iPhone"), names_of("iPhone von Max"), names_of("iPhone")
    (('Anna\u2019s iPhone', 'Anna'), ('iPhone von Max', 'Max'), ())
    """
    if not device_name or device_name.lower() in _PLAIN_NAMES:
        return ()
    match = _OWNER.match(device_name)
    owner = (match["first"] or match["last"],) if match else ()
    return (device_name, *owner)


def read_facts(link: Link, deadline: Deadline) -> DeviceFacts:
    """Ask for them; pairs with a phone that agrees.

    Raises:
        HarnessError: One sentence: not there, not paired, locked.

    """

    async def ask() -> dict[str, Any]:
        lockdown = await link.lockdown()
        return dict(lockdown.all_values)

    at_ns = time.monotonic_ns()
    values = link.call(ask, deadline, "asking what it is")
    told = {key: str(values.get(key, "")) for key in _WHAT_IT_IS}
    link.note(("facts", {}), at_ns, told)
    return DeviceFacts(
        platform="ios",
        serial=link.udid,
        model=told["ProductType"],
        os_version=told["ProductVersion"],
        build=told["BuildVersion"],
        virtual=virtual_time.is_virtual(link, deadline),
    )


def read_info_plist(link: Link, bundle_id: str, deadline: Deadline) -> Mapping[str, Any] | None:
    """Give what the installed app declares; None when it is not installed."""

    async def ask() -> dict[str, Any]:
        from pymobiledevice3.services.installation_proxy import InstallationProxyService  # noqa: PLC0415 - when used

        options = {"BundleIDs": [bundle_id], "ReturnAttributes": _ATTRIBUTES}
        async with InstallationProxyService(await link.lockdown()) as proxy:
            return dict(await proxy.lookup(options) or {})

    said = ("lookup", {"bundle": bundle_id})
    found = link.call(ask, deadline, f"looking for {bundle_id}", said).get(bundle_id)
    return found if isinstance(found, dict) else None


def is_locked(link: Link, deadline: Deadline) -> bool:
    """Tell whether the screen is locked with a code."""

    async def ask() -> bool:
        lockdown = await link.lockdown()
        return bool(await lockdown.get_value(key="PasswordProtected"))

    return link.call(ask, deadline, "asking whether it is locked", ("locked", {}))
