"""A virtual phone for a person: started, told how to reach, kept."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

from bgtask_harness.broker.iphone import iphone_arguments
from bgtask_harness.broker.phone_process import IPhoneProcess
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.broker.phone_process import VirtualProcess
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.broker.virtual import phone_arguments
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.transport.server import find_adb

_LOOK_EVERY_S = 0.5


def keep_virtual_phone(
    name: str, app_name: str | None, search: SearchPath, *, program: str | None = None, faults: tuple[str, ...] = ()
) -> Generator[str]:
    """Start the virtual phone of a profile and give the lines that say how to reach it; closing ends it.

    Raises:
        BadInput: The profile is of no virtual phone, or what it is to host cannot be used.
        DeviceLostError: It ended by itself.

    """
    profile = load_profile(name, search)
    if not profile.virtual:
        raise BadInput(f"{profile.file}: key `find.virtual`: expected a phone without hardware; use virtual-pixel7")
    app = load_app(app_name or profile.default_app, search)
    phone, reached = _started(profile, app, LeaseOptions(program=program, faults=faults))
    try:
        yield f"{profile.title} with {app.name} is running; Ctrl-C ends it"
        yield reached
        while True:
            phone.check()
            time.sleep(_LOOK_EVERY_S)
    finally:
        phone.end()


def _started(profile: Profile, app: AppFile, options: LeaseOptions) -> tuple[VirtualProcess[Any], str]:
    """Start it; give it and the line that says how to reach it."""
    deadline = Deadline.after(options.start_s)
    if profile.find.platform == "ios":
        iphone = IPhoneProcess(iphone_arguments(profile, app, options), deadline)
        return iphone, f"USBMUXD_SOCKET_ADDRESS={iphone.ready.usbmuxd}  # {iphone.ready.udid}"
    android = PhoneProcess(phone_arguments(profile, app, options), deadline)
    return android, f"{find_adb()} -P {android.ready.adb_server_port} -s {android.ready.serial} shell"
