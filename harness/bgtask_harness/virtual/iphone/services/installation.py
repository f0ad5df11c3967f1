"""com.apple.mobile.installation_proxy: which apps there are, and removing one. Nothing can be installed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from bgtask_harness.virtual.ios.port import InstalledApp
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link

NAME = "com.apple.mobile.installation_proxy"
TEAM = "VIRTUAL000"


async def serve(handset: Handset, link: Link) -> None:
    """Answer until the host hangs up."""
    while True:
        asked = await link.receive()
        command = _COMMANDS.get(str(asked.get("Command")), _unknown)
        async for answer in command(handset, asked):
            await link.send(answer)


async def _browse(handset: Handset, asked: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    found = list(_found(handset, asked).values())
    yield {
        "Status": "BrowsingApplications",
        "CurrentAmount": len(found),
        "CurrentIndex": 0,
        "Total": len(found),
        "CurrentList": found,
    }
    yield {"Status": "Complete"}


async def _lookup(handset: Handset, asked: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    yield {"Status": "Complete", "LookupResult": _found(handset, asked)}


async def _uninstall(handset: Handset, asked: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    with handset.present() as phone:
        done = phone.uninstall(str(asked.get("ApplicationIdentifier", "")))
    yield {"Status": "RemovingApplication", "PercentComplete": 50}
    # removing what is not there succeeds too
    yield {"Status": "Complete"} if done else {"Status": "Complete", "PercentComplete": 100}


async def _install(_handset: Handset, _asked: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    yield {
        "Error": "ApplicationVerificationFailed",
        "ErrorDescription": "a virtual phone runs programs written against its ports, not machine code",
    }


async def _unknown(_handset: Handset, asked: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    yield {"Error": "APIInternalError", "ErrorDescription": f"unknown command {asked.get('Command')}"}


_COMMANDS = {
    "Browse": _browse,
    "Lookup": _lookup,
    "Uninstall": _uninstall,
    "Install": _install,
    "Upgrade": _install,
}


def _found(handset: Handset, asked: dict[str, Any]) -> dict[str, dict[str, Any]]:
    options = asked.get("ClientOptions")
    options = options if isinstance(options, dict) else {}
    attributes, wanted = options.get("ReturnAttributes"), options.get("BundleIDs")
    with handset.present() as phone:
        apps = [app for app in phone.apps() if _matches(app, options.get("ApplicationType", "Any"), wanted)]
    return {app.bundle_id: _chosen(describe(app), attributes) for app in apps}


def _matches(app: InstalledApp, kind: object, wanted: object) -> bool:
    if isinstance(wanted, list) and app.bundle_id not in wanted:
        return False
    return kind in ("Any", None, "System" if app.system else "User")


def _chosen(described: dict[str, Any], attributes: object) -> dict[str, Any]:
    if not isinstance(attributes, list) or not attributes:
        return described
    return {name: value for name, value in described.items() if name in attributes}


def describe(app: InstalledApp) -> dict[str, Any]:
    """Give what installd says of an app: its Info.plist, and where and how it is installed."""
    container: Mapping[str, Any] = {"Container": app.container} if app.container else {}
    entitlements: dict[str, Any] = {"application-identifier": f"{TEAM}.{app.bundle_id}"}
    if app.get_task_allow:
        entitlements["get-task-allow"] = True
    return {
        **app.info,
        **container,
        "CFBundleIdentifier": app.bundle_id,
        "CFBundleExecutable": PurePosixPath(app.executable).name,
        "ApplicationType": "System" if app.system else "User",
        "Path": app.path,
        "Entitlements": entitlements,
        "SignerIdentity": app.signer,
    }
