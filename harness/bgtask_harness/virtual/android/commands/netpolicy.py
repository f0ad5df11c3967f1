"""`cmd netpolicy`, `dumpsys netpolicy`.

Source: a30 services/core NetworkPolicyManagerShellCommand.java and NetworkPolicyManagerService.dump. Later levels print
the state of a uid in another form, which is left out there; everything else is UNCONFIRMED above 30.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.network import SSID
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_NONE, _REJECT, _ALLOW = 0, 1, 4
"""POLICY_NONE, POLICY_REJECT_METERED_BACKGROUND, POLICY_ALLOW_METERED_BACKGROUND."""
_POLICY_NAMES = {_NONE: "NONE", _REJECT: "REJECT_METERED_BACKGROUND", _ALLOW: "ALLOW_METERED_BACKGROUND"}
_NO_NUMBER = -2
_TOP = 2
"""PROCESS_STATE_TOP."""
_CACHED = 19
"""PROCESS_STATE_CACHED_EMPTY of a30."""

HELP = """\
Network policy manager (netpolicy) commands:
  help
    Print this help text.

  add restrict-background-whitelist UID
    Adds a UID to the whitelist for restrict background usage.
  add restrict-background-blacklist UID
    Adds a UID to the blacklist for restrict background usage.
  add app-idle-whitelist UID
    Adds a UID to the temporary app idle whitelist.
  get restrict-background
    Gets the global restrict background usage status.
  list wifi-networks [true|false]
    Lists all saved wifi networks and whether they are metered or not.
    If a boolean argument is passed, filters just the metered (or unmetered)
    networks.
  list restrict-background-whitelist
    Lists UIDs that are whitelisted for restrict background usage.
  list restrict-background-blacklist
    Lists UIDs that are blacklisted for restrict background usage.
  remove restrict-background-whitelist UID
    Removes a UID from the whitelist for restrict background usage.
  remove restrict-background-blacklist UID
    Removes a UID from the blacklist for restrict background usage.
  remove app-idle-whitelist UID
    Removes a UID from the temporary app idle whitelist.
  set metered-network ID [undefined|true|false]
    Toggles whether the given wi-fi network is metered.
  set restrict-background BOOLEAN
    Sets the global restrict background usage status.
  set sub-plan-owner subId [packageName]
    Sets the data plan owner package for subId.
"""


async def netpolicy(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(HELP)
        return -1
    if verb in {"start-watching", "stop-watching"}:
        return _watch(str(verb), arguments, io)
    if verb not in {"get", "set", "list", "add", "remove"}:
        io.out(f"Unknown command: {verb}\n")
        return -1
    subject = arguments.next()
    if subject is None:
        io.out(f"Error: didn't specify type of data to {verb}\n")
        return -1
    action = _ACTIONS.get((str(verb), subject))
    if action is None:
        io.out(f"Error: unknown {verb} type '{subject}'\n")
        return -1
    return action(phone, arguments, io)


def _watch(verb: str, arguments: Arguments, io: CommandIO) -> int:
    """What it would log is not modelled: nothing of it is in the buffers that a host reads by default."""
    if verb == "start-watching" and (uid := parse_int(arguments.required())) < 0:
        io.out(f"Invalid UID: {uid}\n")
        return -1
    return 0


# --- data saver ---------------------------------------------------------------------------------------------------


def _get_restrict_background(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    io.out(f"Restrict background status: {'enabled' if phone.restrict_background else 'disabled'}\n")
    return 0


def _set_restrict_background(phone: System, arguments: Arguments, io: CommandIO) -> int:
    word = arguments.next()
    if word is None:
        io.out("Error: didn't specify BOOLEAN\n")
        return -1
    phone.restrict_background = word.lower() == "true"
    phone.network.policies_changed()
    return 0


def _uid(arguments: Arguments, io: CommandIO) -> int:
    """The uid that follows; what is below 0 is a return code."""
    word = arguments.next()
    if word is None:
        io.out("Error: didn't specify UID\n")
        return -1
    if not word.removeprefix("-").isdecimal():
        io.out(f"Error: UID ({word}) should be a number\n")
        return _NO_NUMBER
    return int(word)


def _add(policy: int) -> _Action:
    def add(phone: System, arguments: Arguments, io: CommandIO) -> int:
        uid = _uid(arguments, io)
        if uid >= 0:
            phone.set_uid_policy(uid, policy)
        return min(uid, 0)

    return add


def _remove(policy: int, mistake: str) -> _Action:
    def remove(phone: System, arguments: Arguments, io: CommandIO) -> int:
        uid = _uid(arguments, io)
        if uid < 0:
            return uid
        if phone.uid_policies.get(uid, _NONE) != policy:
            io.out(f"Error: UID {uid} {mistake}\n")
            return -1
        phone.set_uid_policy(uid, _NONE)
        return 0

    return remove


def _list(title: str, uids: Callable[[System], Iterable[int]]) -> _Action:
    def show(phone: System, _arguments: Arguments, io: CommandIO) -> int:
        found = "".join(f"{uid} " for uid in uids(phone))
        io.out(f"{title}: {found or 'none' + chr(10)}\n")
        return 0

    return show


def _with(policy: int) -> Callable[[System], list[int]]:
    return lambda phone: sorted(uid for uid, known in phone.uid_policies.items() if known == policy)


# --- app standby --------------------------------------------------------------------------------------------------


def _app_idle(*, on: bool) -> _Action:
    """What it lets through is the network of an app that is idle, which this phone blocks for nobody."""

    def change(phone: System, arguments: Arguments, io: CommandIO) -> int:
        uid = _uid(arguments, io)
        if uid >= 0:
            phone.app_idle_exempt = phone.app_idle_exempt | {uid} if on else phone.app_idle_exempt - {uid}
        return min(uid, 0)

    return change


# --- Wi-Fi --------------------------------------------------------------------------------------------------------

_OVERRIDES = {None: "none", True: "true", False: "false"}


def _list_wifi_networks(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Saved networks and what a person said of each; `Boolean.parseBoolean` takes any other word for false."""
    wanted, override = arguments.next(), phone.network.wifi_metered
    if wanted is None or override is (wanted.lower() == "true"):
        io.out(f"{SSID};{_OVERRIDES[override]}\n")
    return 0


def _set_metered_network(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Return -1 also when it worked, as setMeteredWifiNetwork does."""
    network, override = arguments.next(), arguments.next()
    if network is None or override is None:
        io.out(f"Error: didn't specify {'networkId' if network is None else 'meteredOverride'}\n")
    elif network == SSID:
        phone.network.change(wifi_metered={"true": True, "false": False}.get(override))
    return -1


def _set_plan_owner(_phone: System, arguments: Arguments, _io: CommandIO) -> int:
    parse_int(arguments.required())
    return 0


_Action = Callable[[System, Arguments, CommandIO], int]

_WHITE, _BLACK, _IDLE = "restrict-background-whitelist", "restrict-background-blacklist", "app-idle-whitelist"
_ACTIONS: dict[tuple[str, str], _Action] = {
    ("get", "restrict-background"): _get_restrict_background,
    ("set", "restrict-background"): _set_restrict_background,
    ("set", "metered-network"): _set_metered_network,
    ("set", "sub-plan-owner"): _set_plan_owner,
    ("list", "wifi-networks"): _list_wifi_networks,
    ("list", _WHITE): _list("Restrict background whitelisted UIDs", _with(_ALLOW)),
    ("list", _BLACK): _list("Restrict background blacklisted UIDs", _with(_REJECT)),
    ("list", _IDLE): _list("App Idle whitelisted UIDs", lambda phone: sorted(phone.app_idle_exempt)),
    ("add", _WHITE): _add(_ALLOW),
    ("add", _BLACK): _add(_REJECT),
    ("add", _IDLE): _app_idle(on=True),
    ("remove", _WHITE): _remove(_ALLOW, "not whitelisted"),
    ("remove", _BLACK): _remove(_REJECT, "not blacklisted"),
    ("remove", _IDLE): _app_idle(on=False),
}


# --- the dump -----------------------------------------------------------------------------------------------------


async def dumpsys_netpolicy(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys netpolicy`."""
    out = IndentingWriter()
    out.line("System ready: true")
    out.line(f"Restrict background: {_java(phone.restrict_background)}")
    out.line(f"Restrict power: {_java(phone.battery_saver)}")
    out.line(f"Device idle: {_java(phone.device_idle.deep == 'IDLE')}")
    out.line(f"Metered ifaces: {{{'rmnet0' if phone.network.metered else ''}}}")
    out.line()
    _saver(out, phone)
    for title in ("Network policies:", "Subscription plans:", "Active subscriptions:"):
        out.line(title)
        out.line()
    out.line()
    _uids(out, phone)
    io.out(out.text())
    return 0


def _saver(out: IndentingWriter, phone: System) -> None:
    """The four facts stand on one line up to 30, for want of line breaks in the source."""
    facts = (
        ("mRestrictBackgroundLowPowerMode", phone.battery_saver and phone.restrict_background),
        ("mRestrictBackgroundBeforeBsm", False),
        ("mLoadedRestrictBackground", False),
        ("mRestrictBackgroundChangedInBsm", False),
    )
    lines = [f"{name}: {_java(value)}" for name, value in facts]
    for line in ["".join(lines)] if phone.level.has("netpolicy_facts_on_one_line") else lines:
        out.line(line)
    if not phone.level.has("netpolicy_facts_on_one_line"):
        out.line()


def _uids(out: IndentingWriter, phone: System) -> None:
    out.line("Policy for UIDs:")
    with out.indented():
        for uid, policy in sorted(phone.uid_policies.items()):
            out.line(f"UID={uid} policy={policy} ({_POLICY_NAMES[policy]})")
    allowed = phone.allow_list
    for title, app_ids in (
        ("Power save whitelist (except idle) app ids:", allowed.app_ids_except_idle()),
        ("Power save whitelist app ids:", allowed.app_ids()),
        ("App idle whitelist app ids:", sorted(phone.app_idle_exempt)),
    ):
        if app_ids:
            out.line(title)
            with out.indented():
                for app_id in app_ids:
                    out.line(f"UID={app_id}: true")
    out.line("Status for all known UIDs:")
    if phone.level.has("netpolicy_facts_on_one_line"):
        with out.indented():
            for record in phone.packages.all():
                state = f"{_TOP} (fg)" if phone.is_active(record.name) else f"{_CACHED} (bg)"
                out.line(f"UID={record.uid} state={state} rules=0 (NONE)")
    out.line("Status for just UIDs with rules:")
    out.line("Admin restricted uids for metered data:")


def _java(value: bool) -> str:
    return "true" if value else "false"
