"""From a profile to a phone that answers: which server owns it, which device it is, and how to have it back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.discovery import choose
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.android.facts import read_properties
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.android.reboot import Regain
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Refused
from bgtask_harness.transport.adb import AdbTransport
from bgtask_harness.transport.port import Transport
from bgtask_harness.transport.server import AdbServer
from bgtask_harness.transport.server import SeenDevice
from bgtask_harness.transport.server import find_adb
from bgtask_harness.transport.server import server_address
from bgtask_harness.transport.smart_socket import NoServer

_ONE_TRY_S = 3.0
_ASKING = {"unauthorized", "authorizing"}


def open_device(
    find: Mapping[str, object],
    name: str,
    *,
    server: tuple[str, int] | None = None,
    deadline: Deadline,
    wrap: Callable[[Transport], Transport] | None = None,
) -> AndroidDevice:
    """Find the one device that a profile's `[find]` means and give its handle.

    `server` is the private server of a virtual phone; None is the server that owns the physical ones, which is
    neither started nor stopped here. `wrap` puts something between the driver and the way to the device.

    Raises:
        DeviceNotFound: There is none, or no server to ask, or it cannot be used: one sentence, with what to do.
        BadInput: adbutils is missing, or a variable names no address.
        DeviceLostError: It went away meanwhile.

    """
    owner = AdbServer(*server) if server else server_address()
    chosen = choose(find, _seen(owner, name, deadline), name, lambda device: _board(owner, device, deadline))
    transport = AdbTransport(owner.host, owner.port, chosen.serial)
    through = wrap(transport) if wrap else transport
    return AndroidDevice.attach(
        through, name, deadline, serial=chosen.serial, regain=regain_through(owner, chosen.serial)
    )


def _seen(owner: AdbServer, name: str, deadline: Deadline) -> tuple[SeenDevice, ...]:
    try:
        return owner.devices(deadline)
    except NoServer as error:
        raise DeviceNotFound(f"--device {name}: no adb server answers at {owner}: {_how_to_start()}") from error


def _how_to_start() -> str:
    """The server is the user's: it is started by hand, with the adb that this machine has."""
    try:
        return f"start one with `{find_adb()} start-server`"
    except BadInput as error:
        return str(error)


def _board(owner: AdbServer, device: SeenDevice, deadline: Deadline) -> str:
    link = Link(AdbTransport(owner.host, owner.port, device.serial), device.serial)
    return read_properties(link, {"board": "ro.product.board"}, deadline)["board"]


def regain_through(owner: AdbServer, serial: str) -> Regain:
    """Give what brings a device back after it went away.

    A device on TCP is disconnected and connected again: `host:connect` alone says `already connected` to one that is
    listed offline, and a server may forget it altogether. One whose connection is half open stays listed as `device`
    for ever: that is what `stale` is for. One that asks for the host's key is left to the person who holds it: a new
    connection would take the dialog away. Everything else comes back by itself.
    """

    def regain(deadline: Deadline, *, stale: bool = False) -> None:
        if not _on_tcp(serial):
            return
        once = Deadline(min(deadline.at, Deadline.after(_ONE_TRY_S).at))
        try:
            state = next((seen.state for seen in owner.devices(once) if seen.serial == serial), "")
            if state in _ASKING or (state == "device" and not stale):
                return
            _disconnect(owner, serial, once)
            owner.query(f"host:connect:{serial}", once)
        except HarnessError:
            return  # not yet; whoever waits asks again, and has a deadline

    return regain


def _disconnect(owner: AdbServer, serial: str, deadline: Deadline) -> None:
    try:
        owner.query(f"host:disconnect:{serial}", deadline)
    except HarnessError as error:
        if not isinstance(error, Refused) and "no such device" not in str(error):
            raise


def _on_tcp(serial: str) -> bool:
    host, colon, port = serial.rpartition(":")
    return bool(host and colon) and port.isdecimal()
