"""An app put on an iPhone: an `.ipa` or an app's folder, signed for it, sent over the cable and installed."""

from __future__ import annotations

from pathlib import Path

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Refused

VIRTUAL = (
    "a virtual iPhone runs programs written against its ports, not machine code: `[virtual.ios] program` names one"
)


def install(link: Link, bundle: Path, deadline: Deadline) -> None:
    """Install it; a newer build takes the place of an older one and keeps its data.

    Raises:
        BadInput: There is no such file.
        Refused: The phone does not: not signed for it, its iOS too old. Its own sentence.

    """
    if not bundle.exists():
        raise BadInput(f"{bundle}: there is no such file; an `.ipa` or an app's folder is installed")

    async def send() -> None:
        from pymobiledevice3.exceptions import AppInstallError  # noqa: PLC0415 - a back-end is imported when used
        from pymobiledevice3.services.installation_proxy import InstallationProxyService  # noqa: PLC0415 - as above

        async with InstallationProxyService(await link.lockdown()) as proxy:
            try:
                await proxy.install_from_local(bundle)
            except AppInstallError as error:
                raise Refused(f"iPhone {link.udid} did not install {bundle.name}: {error}") from error

    link.call(send, deadline, f"installing {bundle.name}")
