"""What an APK is on a virtual phone: a line of JSON that names the program, by import path.

An empty program is the one that the phone was built with. Everything else of the app (package, build mode, receivers,
version of the library) stays as it is, and so do its data.
"""

from __future__ import annotations

import dataclasses

import msgspec

from bgtask_harness.virtual.android.jobs import InstalledPackage
from bgtask_harness.virtual.layers import BadReference
from bgtask_harness.virtual.layers import load
from bgtask_harness.virtual.workmanager.runtime import Installation
from bgtask_reference.ports.work_manager import AndroidProgram


class VirtualApk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The line."""

    virtual_apk: int = 1
    package: str
    program: str = ""
    version_code: int = 1
    version_name: str = "1.0"


def own(package: str) -> bytes:
    """Give the APK of the program that a phone was built with."""
    return msgspec.json.encode(VirtualApk(package=package))


class Builds:
    """The builds of an app that can be installed over one another."""

    def __init__(self, installation: Installation, manifest: InstalledPackage) -> None:
        self._installation, self._manifest = installation, manifest
        self._own: AndroidProgram = installation.program

    def read(self, content: bytes) -> InstalledPackage | None:
        """Give what an APK installs, the program in it being the one that runs from now on; None when it is none."""
        try:
            apk = msgspec.json.decode(content, type=VirtualApk)
            program = load(apk.program, "program of an APK") if apk.program else self._own
        except (msgspec.MsgspecError, BadReference):
            return None
        if apk.package != self._manifest.name:
            return None
        self._installation.program = program
        return dataclasses.replace(
            self._manifest, apk=content, version_code=apk.version_code, version_name=apk.version_name
        )
