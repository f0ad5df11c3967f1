"""`am`, `cmd activity`.

Source: y36 services/core ActivityManagerShellCommand.java.
"""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable

from bgtask_harness.virtual.android.activitymanager import SHELL_PID
from bgtask_harness.virtual.android.activitymanager import Broadcast
from bgtask_harness.virtual.android.commands.am_freeze import freeze
from bgtask_harness.virtual.android.commands.am_freeze import unfreeze
from bgtask_harness.virtual.android.commands.am_standby import UnknownOption
from bgtask_harness.virtual.android.commands.am_standby import get_bg_restriction_level
from bgtask_harness.virtual.android.commands.am_standby import get_inactive
from bgtask_harness.virtual.android.commands.am_standby import get_standby_bucket
from bgtask_harness.virtual.android.commands.am_standby import set_bg_restriction_level
from bgtask_harness.virtual.android.commands.am_standby import set_inactive
from bgtask_harness.virtual.android.commands.am_standby import set_standby_bucket
from bgtask_harness.virtual.android.commands.am_standby import take_user
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.commands.program import illegal_argument
from bgtask_harness.virtual.android.commands.stacks import stack
from bgtask_harness.virtual.android.crash import CrashedByAdb
from bgtask_harness.virtual.android.intents import FLAG_INCLUDE_STOPPED_PACKAGES
from bgtask_harness.virtual.android.intents import FLAG_RECEIVER_FROM_SHELL
from bgtask_harness.virtual.android.intents import Intent
from bgtask_harness.virtual.android.intents import IntentError
from bgtask_harness.virtual.android.intents import parse_intent
from bgtask_harness.virtual.android.intents import short
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.shellpermissions import SHELL_PERMISSIONS
from bgtask_harness.virtual.android.system import TRIGGER_IDLE
from bgtask_harness.virtual.android.system import System
from bgtask_harness.virtual.kernel import Waiter


async def am(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out("Activity manager (activity) commands:\n  help\n      Print this help text.\n")
        return -1
    action = _VERBS.get(str(verb)) if _known(phone, str(verb)) else None
    if action is None:
        io.out(f"Unknown command: {verb}\n")
        return -1
    try:
        return await action(phone, arguments, io)
    except UnknownOption as option:
        io.err(f"Error: Unknown option: {option}\n")
        return -1


def _known(phone: System, verb: str) -> bool:
    if verb == "stop-app":
        return phone.level.has("am_stop_app")
    if verb in {"freeze", "unfreeze"}:
        return phone.level.has("am_freeze")
    return not verb.endswith("bg-restriction-level") or phone.level.has("bg_restriction_level")


# --- activities ---------------------------------------------------------------------------------------------------


async def _start(phone: System, arguments: Arguments, io: CommandIO) -> int:
    wait = stop = False

    def option(word: str, following: Callable[[], str]) -> bool:
        nonlocal wait, stop
        wait, stop = wait or word == "-W", stop or word == "-S"
        if word in {"--user", "--display", "--windowingMode", "-R"}:
            following()
            return True
        return word in {"-W", "-S", "-D", "-N"}

    intent = _intent(arguments, option)
    _default_to_launcher(phone, intent)
    component = intent.component
    if stop and component is not None:
        io.out(f"Stopping: {component.partition('/')[0]}\n")
    io.out(f"Starting: {intent.printed()}\n")
    record, name = _activity(phone, component)
    if record is None or name is None:
        status = _no_activity(io, intent)
        return 0 if phone.level.has("am_fails_quietly") else status
    if stop:
        phone.activities.force_stop(record, f"from pid {SHELL_PID}")
    running = phone.processes.find(record.name)
    _log_start(phone, intent)
    in_front = running is not None and running.top
    begun = phone.kernel.now
    phone.activities.start_activity(record, f"{record.name}/{name}")
    if in_front:
        io.err("Warning: Activity not started, intent has been delivered to currently running top-most instance.\n")
    if wait:
        await phone.kernel.sleep(_LAUNCH_NS)
        spent = (phone.kernel.now - begun) // 1_000_000
        state = "HOT" if in_front else "WARM" if running is not None else "COLD"
        io.out(f"Status: ok\nLaunchState: {state}\nActivity: {short(f'{record.name}/{name}')}\n")
        io.out(f"TotalTime: {spent}\nWaitTime: {spent + 3}\nComplete\n")
    return 0


_LAUNCH_NS = 420_000_000
_NEW_TASK = 0x1000_0000  # FLAG_ACTIVITY_NEW_TASK, which am adds after it has printed the intent


def _log_start(phone: System, intent: Intent) -> None:
    intent.flags |= _NEW_TASK
    inner = intent.printed().removeprefix("Intent { ").removesuffix(" }")
    # ActivityStarter.execute; the words in brackets are UNCONFIRMED
    result = phone.level.has("start_result_logged")
    tail = "with LAUNCH_MULTIPLE from uid 2000 (BAL_ALLOW_PERMISSION) result code=0" if result else "from uid 2000"
    tag = "ActivityTaskManager" if phone.level.has("activity_task_manager") else "ActivityManager"
    phone.system_log("I", tag, f"START u0 {{{inner}}} {tail}")


def _default_to_launcher(phone: System, intent: Intent) -> None:
    record = phone.packages.find(intent.package or "")
    if intent.component is None and record is not None:
        intent.component = f"{record.name}/{record.package.launcher_activity}"


def _activity(phone: System, component: str | None) -> tuple[PackageRecord | None, str | None]:
    if component is None:
        return None, None
    package, _, name = component.partition("/")
    record = phone.packages.find(package)
    known = record is not None and name == record.package.launcher_activity
    return (record, name) if known else (None, None)


def _no_activity(io: CommandIO, intent: Intent) -> int:
    if intent.component is None:
        io.err(f"Error: Activity not started, unable to resolve {intent.printed()}\n")
        return 1
    full = "{" + intent.component + "}"
    io.err(f"Error type 3\nError: Activity class {full} does not exist.\n")
    return 1


# --- broadcasts ---------------------------------------------------------------------------------------------------


async def _broadcast(phone: System, arguments: Arguments, io: CommandIO) -> int:
    asynchronous = False

    def option(word: str, following: Callable[[], str]) -> bool:
        nonlocal asynchronous
        asynchronous = asynchronous or word == "--async"
        if word in {"--user", "--receiver-permission"}:
            following()
            return True
        return word == "--async"

    intent = _intent(arguments, option)
    intent.flags |= FLAG_RECEIVER_FROM_SHELL
    phone.system_log("I", "ActivityManager", f"Broadcasting: {intent.printed()}")  # TeeWriter(LOG_WRITER_INFO)
    io.out(f"Broadcasting: {intent.printed()}\n")
    if intent.action in _PROTECTED:
        raise JavaException(
            "java.lang.SecurityException",
            f"Permission Denial: not allowed to send broadcast {intent.action} from pid={SHELL_PID}, uid=2000",
        )
    waiter = Waiter()
    phone.activities.broadcast(_as_broadcast(intent), waiter.set)
    phone.system_log("I", "ActivityManager", f"Enqueued broadcast {intent.printed()}: 0")
    if intent.action == TRIGGER_IDLE:
        phone.idleness.trigger()
    if asynchronous:
        return 0
    data: str | None = await waiter
    line = "Broadcast completed: result=0" + ("" if data is None else f', data="{data}"')
    phone.system_log("I", "ActivityManager", line)
    io.out(f"{line}\n")
    return 0


_PROTECTED = frozenset(
    {
        "android.intent.action.BOOT_COMPLETED",
        "android.intent.action.TIME_SET",
        "android.intent.action.TIMEZONE_CHANGED",
        "android.intent.action.ACTION_POWER_CONNECTED",
        "android.intent.action.ACTION_POWER_DISCONNECTED",
        "android.intent.action.BATTERY_LOW",
        "android.intent.action.BATTERY_OKAY",
        "android.intent.action.MY_PACKAGE_REPLACED",
    }
)
"""Some of the protected broadcasts of core/res/AndroidManifest.xml: only the system may send them."""


def _as_broadcast(intent: Intent) -> Broadcast:
    package, _, receiver = (intent.component or "").partition("/")
    return Broadcast(
        intent.action or "",
        package or intent.package,
        receiver or None,
        intent.extras,
        include_stopped=bool(intent.flags & FLAG_INCLUDE_STOPPED_PACKAGES),
        permissions=SHELL_PERMISSIONS,
    )


def _intent(arguments: Arguments, option: Callable[[str, Callable[[], str]], bool]) -> Intent:
    try:
        return parse_intent(arguments.rest(), option)
    except IntentError as error:
        name, _, message = str(error).partition(": ")
        raise JavaException(name, message) from None


# --- ends ---------------------------------------------------------------------------------------------------------


def _on_package(act: Callable[[System, PackageRecord], None], *, quiet: bool = True) -> _Verb:
    async def verb(phone: System, arguments: Arguments, _io: CommandIO) -> int:
        take_user(arguments)
        record = phone.packages.find(arguments.required())
        if record is not None:
            act(phone, record)
        elif not quiet:
            raise illegal_argument("Unknown package")
        return 0

    return verb


async def _kill_all(phone: System, _arguments: Arguments, _io: CommandIO) -> int:
    phone.activities.kill_all_background()
    return 0


async def _crash(phone: System, arguments: Arguments, _io: CommandIO) -> int:
    take_user(arguments)
    word = arguments.required()
    record = phone.processes.by_pid(int(word)) if word.isdecimal() else phone.processes.find(word)
    if record is not None:
        crashed = record.pid
        phone.kernel.soon(lambda: phone.crash(crashed, CrashedByAdb("shell-induced crash")))
    return 0


# --- other ------------------------------------------------------------------------------------------------------


async def _idle_maintenance(phone: System, arguments: Arguments, io: CommandIO) -> int:
    option = arguments.option()
    if option is not None:
        io.err(f"Error: Unknown option: {option}\n")
        return -1
    io.out("Performing idle maintenance...\n")
    phone.idleness.trigger()
    return 0


async def _get_current_user(_phone: System, _arguments: Arguments, io: CommandIO) -> int:
    io.out("0\n")
    return 0


async def _get_started_user_state(phone: System, arguments: Arguments, io: CommandIO) -> int:
    user = arguments.required()
    state = "RUNNING_UNLOCKED" if phone.unlocked else "RUNNING_LOCKED"
    io.out(f"{state}\n" if user == "0" else f"User is not started: {user}\n")
    return 0


_Verb = Callable[[System, Arguments, CommandIO], Awaitable[int]]

_VERBS: dict[str, _Verb] = {
    "start": _start,
    "start-activity": _start,
    "broadcast": _broadcast,
    "kill": _on_package(lambda phone, record: phone.activities.kill_background(record.name)),
    "kill-all": _kill_all,
    "force-stop": _on_package(lambda phone, record: phone.activities.force_stop(record, f"from pid {SHELL_PID}")),
    "stack": stack,
    "freeze": freeze,
    "unfreeze": unfreeze,
    "stop-app": _on_package(lambda phone, record: phone.activities.stop_app(record)),
    "crash": _crash,
    "make-uid-idle": _on_package(lambda phone, _record: phone.job_scheduler.changed()),
    "set-standby-bucket": set_standby_bucket,
    "get-standby-bucket": get_standby_bucket,
    "set-inactive": set_inactive,
    "get-inactive": get_inactive,
    "set-bg-restriction-level": set_bg_restriction_level,
    "get-bg-restriction-level": get_bg_restriction_level,
    "idle-maintenance": _idle_maintenance,
    "get-current-user": _get_current_user,
    "get-started-user-state": _get_started_user_state,
}
