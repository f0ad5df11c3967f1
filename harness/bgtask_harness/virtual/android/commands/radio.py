"""Network switches: `svc wifi|data`, `cmd wifi|connectivity`, `dumpsys connectivity`.

Source: a30 cmds/svc; ConnectivityService.java. What `svc` does on API 31+ (it hands over to `cmd wifi`) is
UNCONFIRMED; it is silent here as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_SVC_HELP = """\
Available commands:
    help     Show information about the subcommands
    power    Control the power manager
    data     Control mobile data connectivity
    usb      Control Usb state
    nfc      Control NFC functions
    bluetooth Control Bluetooth functions
    system-server System server process related command
"""


async def svc(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """`svc wifi|data enable|disable`, `svc power reboot|shutdown|stayon`."""
    words = list(argv[1:])
    subject, verb = [*words, "", ""][:2]
    if subject == "power" and verb == "reboot":
        phone.kernel.soon(phone.reboot)
        return 0
    if subject == "power" and verb == "stayon":
        return 0
    if subject in {"wifi", "data"} and verb in {"enable", "disable"}:
        switch_radio(phone, subject, on=verb == "enable")
        return 0
    if subject in {"wifi", "data"}:
        what = "Wi-Fi" if subject == "wifi" else "mobile data connectivity"
        io.err(f"Control the {what}\n\nusage: svc {subject} [enable|disable]\n")
        return 0
    io.err(_SVC_HELP)
    return 0


def switch_radio(phone: System, subject: str, *, on: bool) -> None:
    """Turn Wi-Fi or mobile data on or off, with the setting that says so."""
    if subject == "wifi":
        phone.settings.put("global", "wifi_on", "1" if on else "0")
        phone.network.change(wifi=on)
    else:
        phone.settings.put("global", "mobile_data", "1" if on else "0")
        phone.network.change(mobile=on)


async def wifi(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`cmd wifi set-wifi-enabled enabled|disabled`, `cmd wifi status` in its first line."""
    verb = arguments.next()
    if verb == "set-wifi-enabled":
        switch_radio(phone, "wifi", on=arguments.required() == "enabled")
        return 0
    if verb == "status":
        io.out(f"Wifi is {'enabled' if phone.network.wifi else 'disabled'}\n")
        return 0
    io.out(f"Unknown command: {verb}\n" if verb else "Wi-Fi (wifi) commands:\n")
    return -1


CONNECTIVITY_HELP = """\
Connectivity service commands:
  help
    Print this help text.
  airplane-mode [enable|disable]
    Turn airplane mode on or off.
  airplane-mode
    Get airplane mode.
"""


async def connectivity(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`cmd connectivity airplane-mode [enable|disable]` (a30 ConnectivityService.ShellCmd); before it no command."""
    if not phone.level.has("airplane_mode_command"):
        io.err("No shell command implementation.\n")  # android.os.Binder.onShellCommand
        return 0
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(CONNECTIVITY_HELP)
        return -1
    if verb != "airplane-mode":
        io.out(f"Unknown command: {verb}\n")
        return -1
    word = arguments.next()
    if word is None:
        io.out("enabled\n" if phone.network.airplane else "disabled\n")
        return 0
    if word not in {"enable", "disable"}:
        io.out(CONNECTIVITY_HELP)
        return -1
    phone.settings.put("global", "airplane_mode_on", "1" if word == "enable" else "0")
    phone.network.set_airplane(on=word == "enable")
    return 0


async def dumpsys_connectivity(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys connectivity`: the default network and its agent, in a short form."""
    network = phone.network
    io.out("NetworkFactories for:\n\n")
    if network.network_id is None:
        io.out("Active default network: none\n\nCurrent network preferences: \n\nCurrent Networks:\n")
        return 0
    metered = "" if network.metered else "NOT_METERED&"
    roaming = "" if network.roaming else "NOT_ROAMING&"
    capabilities = f"{metered}INTERNET&NOT_RESTRICTED&TRUSTED&NOT_VPN&VALIDATED&{roaming}FOREGROUND&NOT_CONGESTED"
    # NetworkAgentInfo.toString
    io.out(
        f"Active default network: {network.network_id}\n\nCurrent network preferences: \n\nCurrent Networks:\n"
        f"  NetworkAgentInfo{{network{{{network.network_id}}}  handle{{{network.network_id << 32 | 0xCAFED00D}}}  "
        f"ni{{{network.transport} CONNECTED extra: }} created=0 "
        f"nc{{[ Transports: {network.transport} Capabilities: {capabilities} ]}}}}\n"
    )
    return 0
