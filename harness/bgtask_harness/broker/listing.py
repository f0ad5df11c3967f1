"""`--list-devices` and `bgtask devices`: which profiles there are, and what is attached."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.broker.local import state_dir
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import HarnessError
from bgtask_harness.profiles import Profile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_profile

_ASK_S = 5.0


def list_devices(search: SearchPath) -> Iterator[str]:
    """Give a line for each profile, then one for each device that the adb server sees. Starts no server."""
    yield "profiles:"
    for name in search.names():
        try:
            yield f"  {name:<20} {_describe(load_profile(name, search))}"
        except HarnessError as error:
            yield f"  {name:<20} cannot be used: {error}"
    yield "attached:"
    yield from (f"  {line}" for line in _attached())
    yield from _left_changed()


def _left_changed() -> Iterator[str]:
    ledgers = list(LocalLocks(state_dir()).ledgers())
    if ledgers:
        yield "left changed by an earlier session (`bgtask heal SERIAL` puts them back):"
    for ledger in ledgers:
        yield f"  {ledger.way.serial:<20} {', '.join(one.change.described for one in ledger.open_changes())}"


def _describe(profile: Profile) -> str:
    find = profile.find
    wanted = [f"{key} {value}" for key in ("serial", "model", "board", "udid") if (value := getattr(find, key))]
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
