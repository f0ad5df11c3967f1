"""A virtual iPhone for an app file: the command line of its process."""

from __future__ import annotations

import msgspec

from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.errors import BadInput
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile


def iphone_arguments(profile: Profile, app: AppFile, options: LeaseOptions) -> list[str]:
    """Give the command line of the phone's process.

    Raises:
        BadInput: Neither the app file nor `--virtual-app` names a program.

    """
    ios = app.virtual.ios
    program = options.program or ios.program
    if program is None:
        raise BadInput(
            f"{app.file}: key `virtual.ios.program`: expected the program that stands for the app on a virtual iPhone; "
            "add it or give --virtual-app MODULE:ATTR"
        )
    arguments = ["--phone", str(profile.find.virtual), "--program", program]
    arguments += ["--bundle-id", ios.bundle_id or app.spec.package, "--mode", app.virtual.mode]
    for fault in options.faults:
        arguments += ["--virtual-fault", fault]
    return [*arguments, "--app-args", msgspec.json.encode(info_plist(app)).decode()]


def info_plist(app: AppFile) -> dict[str, object]:
    """Give what the app's Info.plist says, and what a person has set in it."""
    ios = app.virtual.ios
    permitted = ios.permitted_identifiers
    used = list(dict.fromkeys(task.identifier for task in app.spec.tasks))
    return {
        "permitted_identifiers": used if permitted is None else permitted,
        "background_modes": ios.background_modes,
        "settings": app.stored_settings,
    }
