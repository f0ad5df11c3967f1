"""What an iPhone says of itself, and what can be done with an app on it: asked, not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import virtual_time
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.port import DeviceFacts

_ATTRIBUTES = ["CFBundleIdentifier", "Entitlements", "UIBackgroundModes", "BGTaskSchedulerPermittedIdentifiers"]


def read_facts(link: Link, deadline: Deadline) -> DeviceFacts:
    """Ask for them; pairs with a phone that agrees.

    Raises:
        HarnessError: One sentence: not there, not paired, locked.

    """

    async def ask() -> dict[str, Any]:
        lockdown = await link.lockdown()
        return dict(lockdown.all_values)

    values = link.call(ask, deadline, "asking what it is")
    return DeviceFacts(
        platform="ios",
        serial=link.udid,
        model=str(values.get("ProductType", "")),
        os_version=str(values.get("ProductVersion", "")),
        build=str(values.get("BuildVersion", "")),
        virtual=virtual_time.is_virtual(link, deadline),
    )


def read_info_plist(link: Link, bundle_id: str, deadline: Deadline) -> Mapping[str, Any] | None:
    """Give what the installed app declares; None when it is not installed."""

    async def ask() -> dict[str, Any]:
        from pymobiledevice3.services.installation_proxy import InstallationProxyService  # noqa: PLC0415 - when used

        options = {"BundleIDs": [bundle_id], "ReturnAttributes": _ATTRIBUTES}
        async with InstallationProxyService(await link.lockdown()) as proxy:
            return dict(await proxy.lookup(options) or {})

    found = link.call(ask, deadline, f"looking for {bundle_id}").get(bundle_id)
    return found if isinstance(found, dict) else None


def is_locked(link: Link, deadline: Deadline) -> bool:
    """Tell whether the screen is locked with a code."""

    async def ask() -> bool:
        lockdown = await link.lockdown()
        return bool(await lockdown.get_value(key="PasswordProtected"))

    return link.call(ask, deadline, "asking whether it is locked")
