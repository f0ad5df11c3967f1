"""Phones without hardware: each lease starts one of its own, in a process of its own, on an adb server of its own."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bgtask_harness.broker.local import HeldLock
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.broker.provider import Lease
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.errors import BadInput
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile

HOST = "127.0.0.1"
_LOG = "virtual-phone.log"


class VirtualProvider:
    """Starts virtual phones. Nobody else can have one, so there is nothing to lock. Satisfies `provider.Provider`."""

    def lock(self, profile: Profile, options: LeaseOptions) -> HeldLock | None:  # noqa: ARG002 - the provider's signature
        return None

    def acquire(self, profile: Profile, app: AppFile, options: LeaseOptions) -> Lease:
        deadline = Deadline.after(options.start_s)
        options.progress(f"starting a {profile.title}")
        phone = PhoneProcess(phone_arguments(profile, app, options), deadline, _log_file(options.log_dir))
        try:
            server = (HOST, phone.ready.adb_server_port)
            found = {"serial": phone.ready.serial}
            device = open_device(found, profile.name, server=server, deadline=deadline, wrap=options.wrap)
        except BaseException:
            phone.end()
            raise
        shown, identity = app.on_virtual_phone(), phone.ready.serial
        return Lease(device, profile, shown, identity, (device.close, phone.end), phone.check)


def phone_arguments(profile: Profile, app: AppFile, options: LeaseOptions) -> list[str]:
    """Give the command line of the phone's process.

    Raises:
        BadInput: Neither the app file nor `--virtual-app` names a program.

    """
    program = options.program or app.virtual.program
    if program is None:
        raise BadInput(
            f"{app.file}: key `virtual.program`: expected the program that stands for the app on a virtual phone; "
            "add it or give --virtual-app MODULE:ATTR"
        )
    arguments = ["--phone", str(profile.find.virtual), "--program", program, "--package", app.spec.package]
    arguments += ["--mode", app.virtual.mode]
    for fault in options.faults:
        arguments += ["--virtual-fault", fault]
    return [*arguments, "--app-args", msgspec.json.encode(manifest(app)).decode()]


def manifest(app: AppFile) -> dict[str, object]:
    """Give what the app's manifest and Configuration would say, and what a person has set in it."""
    spec = app.spec
    said: dict[str, object] = {
        "launcher_activity": spec.activity,
        "hook_receiver": spec.hook_receiver,
        "work_manager_version": spec.work_manager_version,
        "minimum_log_level": spec.evidence.work_manager_level,
        "settings": app.stored_settings,
        **app.virtual.arguments,
    }
    return {key: value for key, value in said.items() if value}


def _log_file(folder: Path | None) -> Path | None:
    return folder / _LOG if folder else None
