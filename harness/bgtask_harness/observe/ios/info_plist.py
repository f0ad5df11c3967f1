"""What an installed app's Info.plist declares, as installation_proxy gave it: JSON of its two lists."""

from __future__ import annotations

import json

from bgtask_reference.events import Event
from bgtask_reference.events import InfoPlistRead
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp


def observe_info_plist(text: str, stamp: Stamp, package: str) -> tuple[Event, ...]:
    """Give what it declares; a key that the phone did not tell is an empty list, as it is in an Info.plist."""
    try:
        told = json.loads(text)
        permitted, modes = told["BGTaskSchedulerPermittedIdentifiers"] or (), told["UIBackgroundModes"] or ()
    except (ValueError, TypeError, KeyError, RecursionError):
        return (LineUnknown(stamp=stamp, source=Source.SYSTEM_DUMP, raw=text[:1000], parser="info-plist"),)
    if not all(isinstance(each, str) for each in (*permitted, *modes)):
        return (LineUnknown(stamp=stamp, source=Source.SYSTEM_DUMP, raw=text[:1000], parser="info-plist"),)
    return (
        InfoPlistRead(
            stamp=stamp,
            source=Source.SYSTEM_DUMP,
            raw=text,
            package=package,
            permitted_identifiers=tuple(permitted),
            background_modes=tuple(modes),
        ),
    )
