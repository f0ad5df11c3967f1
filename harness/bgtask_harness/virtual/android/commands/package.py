"""`pm`, `cmd package`, `dumpsys package`.

Source: services/core PackageManagerShellCommand.java; the dump is com.android.server.pm.Settings' in a short form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable
from collections.abc import Callable

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import illegal_argument
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.intents import full
from bgtask_harness.virtual.android.intents import short
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.packages import SYSTEM_PACKAGES
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.shellpermissions import SHELL_PERMISSIONS
from bgtask_harness.virtual.android.system import System


async def package(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out("Package manager (package) commands:\n  help\n    Print this help text.\n")
        return -1
    action = _VERBS.get(str(verb))
    if action is None or (verb == "unstop" and not phone.level.has("package_unstop")):
        io.out(f"Unknown command: {verb}\n")
        return -1
    return await action(phone, arguments, io)


async def _list(phone: System, arguments: Arguments, io: CommandIO) -> int:
    kind = arguments.next()
    if kind is None:
        io.err("Error: didn't specify type of data to list\n")
        return -1
    if kind not in {"packages", "package"}:
        io.err(f"Error: unknown list type '{kind}'\n")
        return -1
    return _list_packages(phone, arguments, io)


def _list_packages(phone: System, arguments: Arguments, io: CommandIO) -> int:
    flags: set[str] = set()
    while (word := arguments.option()) is not None:
        if word == "--user":
            arguments.required()
        elif word not in {"-f", "-U", "-s", "-3", "-d", "-e", "-i", "-l", "-u", "-a", "--show-versioncode"}:
            io.err(f"Error: Unknown option: {word}\n")
            return -1
        flags.add(word)
    wanted = arguments.next() or ""
    system = [] if "-3" in flags else [(name, uid, "") for name, uid in SYSTEM_PACKAGES.items()]
    third = [] if "-s" in flags else [(r.name, r.uid, f" versionCode:{r.package.version_code}") for r in _all(phone)]
    for name, uid, version in sorted([*system, *third]):
        if wanted in name and "-d" not in flags:
            path = f"{_path(name)}=" if "-f" in flags else ""
            shown = (version or f" versionCode:{phone.api_level}") if "--show-versioncode" in flags else ""
            io.out(f"package:{path}{name}{shown}{f' uid:{uid}' if '-U' in flags else ''}\n")
    return 0


def _all(phone: System) -> tuple[PackageRecord, ...]:
    return phone.packages.all()


def _path(name: str) -> str:
    if name in SYSTEM_PACKAGES:
        return "/system/framework/framework-res.apk" if name == "android" else "/system/priv-app/Shell/Shell.apk"
    return f"{_code_path(name)}/base.apk"


def _code_path(name: str) -> str:
    first, second = _random_name(name, "first"), _random_name(name, "second")
    return f"/data/app/~~{first}==/{name}-{second}=="


def _random_name(name: str, part: str) -> str:
    return hashlib.sha256(f"{part}/{name}".encode()).hexdigest()[:22]


async def _print_path(phone: System, arguments: Arguments, io: CommandIO) -> int:
    while (word := arguments.option()) is not None:
        if word == "--user":
            arguments.required()
    name = arguments.required()
    if phone.packages.uid_of(name) is None:
        return 1
    io.out(f"package:{_path(name)}\n")
    return 0


async def _clear(phone: System, arguments: Arguments, io: CommandIO) -> int:
    while (word := arguments.option()) is not None:
        if word == "--user":
            arguments.required()
    name = arguments.next()
    if name is None:
        io.err("Error: no package specified\n")
        return 1
    record = phone.packages.find(name)
    if record is None:
        io.out("Failed\n")
        return 1
    phone.clear_data(record)
    io.out("Success\n")
    return 0


async def _install(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`install [-r] [-d] [-t] [-g] -S SIZE`, the APK on standard input: what `adb install` sends, and `cat | pm`."""
    size, downgrade = 0, False
    while (word := arguments.option()) is not None:
        if word in {"-S", "--user", "-i"}:
            value = arguments.required()
            size = parse_int(value) if word == "-S" else size
        elif word not in {"-r", "-d", "-t", "-g"}:
            io.err(f"Error: Unknown option: {word}\n")
            return 1
        downgrade = downgrade or word == "-d"
    if not size:
        io.err("Error: must either specify a package size or an APK file\n")
        return 1
    content = b""
    while len(content) < size and (more := await io.read()):
        content += more
    return _installed(phone, content[:size], io, downgrade=downgrade)


def _installed(phone: System, content: bytes, io: CommandIO, *, downgrade: bool) -> int:
    package = phone.read_apk(content)
    if package is None:
        io.err("Failure [INSTALL_PARSE_FAILED_NOT_APK: Failed to parse /data/app/vmdl1.tmp/base.apk]\n")
        return 1
    known = phone.packages.find(package.name)
    if known is not None and package.version_code < known.package.version_code and not downgrade:
        older = f"Update version code {package.version_code} is older than current {known.package.version_code}"
        io.err(f"Failure [INSTALL_FAILED_VERSION_DOWNGRADE: Downgrade detected: {older}]\n")
        return 1
    phone.update(package)
    io.out("Success\n")
    return 0


def apk_at(phone: System, path: str) -> bytes | None:
    """Give the content of an installed app's `base.apk`; None for any other path."""
    return next((one.package.apk for one in phone.packages.all() if path == _path(one.name)), None)


async def _resolve_activity(phone: System, arguments: Arguments, io: CommandIO) -> int:
    brief, wanted = False, None
    for word in (words := iter(arguments.rest())):
        if word == "--brief":
            brief = True
        elif word == "-n":
            wanted = full(next(words, "")).partition("/")[0]
        elif word in {"-a", "-c", "-d", "-p", "--user", "--components"}:
            value = next(words, "")
            wanted = value if word == "-p" else wanted
        elif not word.startswith("-"):
            wanted = word.partition("/")[0]
    record = phone.packages.find(wanted or "")
    if record is None:
        io.out("No activity found\n")
        return 0
    # ResolveInfo, as `--brief` prints it: one line of numbers, then the component
    if brief:
        io.out("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false\n")
    component = f"{record.name}/{record.package.launcher_activity}"
    io.out(f"{short(component)}\n" if brief else f"ActivityInfo:\n  name={record.package.launcher_activity}\n")
    return 0


async def _dump(phone: System, arguments: Arguments, io: CommandIO) -> int:
    io.out(dump(phone, arguments.required()))
    return 0


async def _unstop(phone: System, arguments: Arguments, _io: CommandIO) -> int:
    record = phone.packages.find(arguments.required())
    if record is None:
        raise illegal_argument("Unknown package")
    record.stopped = False
    return 0


_Verb = Callable[[System, Arguments, CommandIO], Awaitable[int]]

_VERBS: dict[str, _Verb] = {
    "list": _list,
    "path": _print_path,
    "clear": _clear,
    "install": _install,
    "resolve-activity": _resolve_activity,
    "dump": _dump,
    "unstop": _unstop,
}


async def dumpsys_package(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys package NAME`."""
    words = [word for word in arguments.rest() if not word.startswith("-")]
    if not words:
        io.out("".join(dump(phone, record.name) for record in phone.packages.all()))
        return 0
    io.out(dump(phone, words[0]))
    return 0


def dump(phone: System, name: str) -> str:
    """Give `dumpsys package NAME`: receivers by action, then the package with its state for user 0."""
    record = phone.packages.find(name)
    if record is not None:
        return "".join(f"{line}\n" for line in [*_receivers(record), "", *_package(phone, record)])
    if name == "com.android.shell":
        return "".join(f"{line}\n" for line in _shell(phone.level, phone.api_level))
    return f"Unable to find package: {name}\n"


def _receivers(record: PackageRecord) -> list[str]:
    lines = ["Receiver Resolver Table:", "  Non-Data Actions:"]
    for action, receiver in sorted(record.package.receivers.items()):
        component = short(f"{record.name}/{receiver}")
        lines += [f"      {action}:", f"        {_hash(component)} {component} filter {_hash(action)}"]
        permission = record.package.guarded.get(receiver)
        lines += [f'          Action: "{action}"']
        lines += [f"          Permission: {permission}"] if permission else []
    return lines


def _package(phone: System, record: PackageRecord) -> list[str]:
    app, flags = record.package, "DEBUGGABLE HAS_CODE ALLOW_CLEAR_USER_DATA" if record.package.debuggable else ""
    installed = f"{phone.clocks.local(record.installed_wall_ns):%Y-%m-%d %H:%M:%S}"
    first = f"firstInstallTime={installed}"
    of_each_user = phone.level.has("package_user_install")
    return [
        "Packages:",
        f"  Package [{app.name}] ({_hash(app.name)}):",
        f"    {_id_name(phone.level)}={record.uid}",
        f"    pkg=Package{{{_hash(app.name)} {app.name}}}",
        f"    codePath={_code_path(app.name)}",
        f"    versionCode={app.version_code} minSdk=26 targetSdk=36",
        f"    versionName={app.version_name}",
        f"    flags=[ {flags or 'HAS_CODE ALLOW_CLEAR_USER_DATA'} ]",
        f"    timeStamp={installed}",
        *([] if of_each_user else [f"    {first}"]),
        f"    lastUpdateTime={installed}",
        _user_state(phone.level, stopped=record.stopped),
        *([f"      {first}"] if of_each_user else []),
    ]


def _shell(level: Level, api: int) -> list[str]:
    permissions = [f"      {name}: granted=true" for name in sorted(SHELL_PERMISSIONS)]
    return [
        "Packages:",
        f"  Package [com.android.shell] ({_hash('com.android.shell')}):",
        f"    {_id_name(level)}=2000",
        "    codePath=/system/priv-app/Shell",
        f"    versionCode={api} minSdk={api} targetSdk={api}",
        "    install permissions:",
        *permissions,
        _user_state(level, stopped=False),
    ]


def _id_name(level: Level) -> str:
    return "userId" if level.has("package_user_id") else "appId"


def _user_state(level: Level, *, stopped: bool) -> str:
    state = "true" if stopped else "false"
    inodes = "ceDataInode=0" + (" deDataInode=0" if level.has("package_quarantined") else "")
    flags = " distractionFlags=0" if level.has("package_distraction") else ""
    head = f"User 0: {inodes} installed=true hidden=false suspended=false{flags} stopped={state} notLaunched={state}"
    tail = " quarantined=false" if level.has("package_quarantined") else ""
    return f"    {head} enabled=0 instant=false virtual=false{tail}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:7]
