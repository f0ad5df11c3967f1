"""`--list-devices` and `bgtask devices`: which profiles there are, and what is attached."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.broker.local import state_dir
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import HarnessError
from bgtask_harness.profiles import Profile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_profile

_ASK_S = 5.0
_ASK_IPHONES_S = 20.0
_FOUND_BY = ("serial", "model", "board", "udid", "name", "simulator")


def list_devices(search: SearchPath, asked: Sequence[str] = ()) -> Iterator[str]:
    """Give a line for each profile, then one for each device that the adb server sees. Starts no server.

    usbmuxd and simctl are asked when one of the profiles that were asked for is of an iPhone or a simulator.

    Raises:
        HarnessError: A profile that was asked for cannot be used.

    """
    yield "profiles:"
    for name in search.names():
        try:
            yield f"  {name:<20} {_describe(load_profile(name, search))}"
        except HarnessError as error:
            yield f"  {name:<20} cannot be used: {error}"
    yield "attached:"
    yield from (f"  {line}" for line in _attached())
    yield from (f"  {line}" for line in _of_apple([load_profile(name, search) for name in asked]))
    yield from _left_changed()


def _left_changed() -> Iterator[str]:
    ledgers = list(LocalLocks(state_dir()).ledgers())
    if ledgers:
        yield "left changed by an earlier session (`bgtask heal SERIAL` puts them back):"
    for ledger in ledgers:
        yield f"  {ledger.way.serial:<20} {', '.join(one.change.described for one in ledger.open_changes())}"


def _describe(profile: Profile) -> str:
    find = profile.find
    wanted = [f"{key} {value}" for key in _FOUND_BY if (value := getattr(find, key))]
    how = "no hardware needed" if profile.virtual else ", ".join(wanted) or "any device"
    return f"{profile.title}; {how}; up to {profile.allow.disruption}"


def _attached() -> Iterator[str]:
    from bgtask_harness.transport.server import server_address  # noqa: PLC0415 - asked for by this command alone

    try:
        server = server_address()
        seen = server.devices(Deadline.after(_ASK_S))
    except HarnessError as error:
        yield str(error)
        return
    for device in seen:
        yield f"{device.serial:<20} {device.state}  {device.details.get('model', '')}".rstrip()
    if not seen:
        yield f"nothing (adb server {server})"


def _of_apple(asked: Sequence[Profile]) -> Iterator[str]:
    """Whatever is this computer's own and is no adb server is touched by who names one of its phones alone."""
    wanted = [profile for profile in asked if profile.find.platform == "ios" and not profile.virtual]
    if not wanted:
        yield "iPhones and simulators: looked for when one is named, --device iphone15 or --device simulator-iphone15"
    if any(not profile.find.simulator for profile in wanted):
        yield from _iphones()
    if any(profile.find.simulator for profile in wanted):
        yield from _simulators()


def _iphones() -> Iterator[str]:
    from bgtask_harness.devices.ios.discovery import attached  # noqa: PLC0415 - asked for by this command alone
    from bgtask_harness.devices.ios.link import own_usbmuxd  # noqa: PLC0415 - same

    try:
        seen = attached(Deadline.after(_ASK_IPHONES_S), own_usbmuxd())
    except HarnessError as error:
        yield str(error)
        return
    for phone in seen:
        told = phone.trouble or f"{phone.model}  iOS {phone.os_version}  {phone.name}"
        yield f"{phone.udid:<26} {phone.tag}  {told}"
    if not seen:
        yield f"no iPhone (usbmuxd at {own_usbmuxd()})"


def _simulators() -> Iterator[str]:
    from bgtask_harness.devices.simulator.listing import read  # noqa: PLC0415 - asked for by this command alone

    try:
        seen = [one for one in read(Deadline.after(_ASK_IPHONES_S)) if one.available]
    except HarnessError as error:
        yield str(error)
        return
    yield from (f"{one.udid}  {one.state}  {one.model}  iOS {one.os_version}  {one.name}" for one in seen)
    if not seen:
        yield "no simulator that can be used"
