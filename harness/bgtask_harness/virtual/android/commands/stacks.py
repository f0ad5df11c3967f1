"""`am stack list` and `am stack remove`: the stacks of recent apps.

Source: ActivityManager.StackInfo.toString (28, 30), ActivityTaskManager.RootTaskInfo.toString (31 and later), seen in
published dumps; runStackRemove and runRootTaskRemove. Each app has one task, alone in its stack, of the same number.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_BOUNDS = "[0,0][1080,2400]"
_HOME = "com.google.android.apps.nexuslauncher/com.google.android.apps.nexuslauncher.NexusLauncherActivity"
_HOME_ID = 1


async def stack(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out `list` or `remove`; gives Java's return code."""
    verb = arguments.next()
    if verb == "list":
        io.out(_listed(phone))
        return 0
    if verb == "remove":
        phone.remove_task(parse_int(arguments.required()))
        return 0
    io.err(f"Error: unknown command '{verb}'\n")
    return -1


def _listed(phone: System) -> str:
    in_front = any(record.top for record in phone.processes.all())
    home = _stack(phone, _HOME_ID, "home", _HOME, visible=not in_front)
    return "\n".join([*(_of(phone, record, task) for record, task in phone.tasks()), home]) + "\n"


def _of(phone: System, record: PackageRecord, task: int) -> str:
    process = phone.processes.find(record.name)
    activity = f"{record.name}/{record.package.launcher_activity}"
    return _stack(phone, task, "standard", activity, visible=process is not None and process.top)


def _stack(phone: System, number: int, kind: str, activity: str, *, visible: bool) -> str:
    word = "RootTask" if phone.level.has("root_tasks") else "Stack"
    # the configuration of a real phone is longer: locale, density, bounds
    return (
        f"{word} id={number} bounds={_BOUNDS} displayId=0 userId=0\n"
        f" configuration={{1.0 winConfig={{ mWindowingMode=fullscreen mActivityType={kind}}} s.7}}\n"
        f"  taskId={number}: {activity} bounds={_BOUNDS} userId=0 visible={'true' if visible else 'false'} "
        f"topActivity=ComponentInfo{{{activity}}}\n"
    )
