"""`cmd thermalservice`, `dumpsys thermalservice` (the lines of it that say how hot the phone is).

Source: services/core ThermalManagerService.java (ThermalShellCommand, dump); UNCONFIRMED: not read at each level, and
later ones have verbs that are left out here (inject-temperature, headroom).
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System
from bgtask_harness.virtual.android.thermal import HIGHEST

HELP = """\
Thermal service (thermalservice) commands:
  help
    Print this help text.

  override-status STATUS
    sets and locks the thermal status of the device to STATUS.
    status code is defined in android.os.Temperature.
  reset
    unlocks the thermal status of the device.
"""


async def thermalservice(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb == "override-status":
        return _override(phone, arguments, io)
    if verb == "reset":
        phone.thermal.override(None)
        return 0
    io.out(HELP if verb in {None, "help", "-h"} else f"Unknown command: {verb}\n")
    return -1


def _override(phone: System, arguments: Arguments, io: CommandIO) -> int:
    try:
        status = parse_int(arguments.required())
    except JavaException as error:
        io.out(f"Error: {error}\n")
        return -1
    if not 0 <= status <= HIGHEST:
        io.out(f"Invalid status: {status}\n")
        return -1
    phone.thermal.override(status)
    return 0


async def dumpsys_thermalservice(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys thermalservice`."""
    overridden = "true" if phone.thermal.overridden else "false"
    io.out(f"IsStatusOverride: {overridden}\nThermal Status: {phone.thermal.status}\nHAL Ready: true\n")
    return 0
