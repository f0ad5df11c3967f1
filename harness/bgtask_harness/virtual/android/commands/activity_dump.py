"""`dumpsys activity processes` and `dumpsys activity exit-info`, in a short form.

Source: services/core ProcessList.java and AppExitInfoTracker.java, android.app.ApplicationExitInfo.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.packages import Exit
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System


async def dumpsys_activity(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Print what the first word names; another word is an unknown one for ActivityManager too."""
    words = [word for word in arguments.rest() if word != "-a"]
    what, name = (words[0] if words else "processes"), (words[1] if len(words) > 1 else None)
    if what in {"processes", "p"}:
        io.out(processes(phone, name))
    elif what == "exit-info" and phone.level.has("exit_info"):
        io.out(exit_info(phone, name))
    else:
        io.out(f"Bad activity command, or no activities match: {what}\nUse -h for help.\n")
    return 0


def processes(phone: System, package: str | None) -> str:
    """Give the processes, dearest first."""
    lines = ["ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)", "  All known processes:"]
    for record in sorted(phone.processes.all(), key=lambda found: found.adj):
        if package not in {None, record.name}:
            continue
        uid = record.package.uid
        lines += [
            f"  *APP* UID {uid} ProcessRecord{{{record.pid:x} {record}}}",
            f"    user #0 uid={uid} gids={{}}",
            f"    packageList={{{record.name}}}",
            f"    pid={record.pid}",
            f"    oom: max=1001 curRaw={record.adj} setRaw={record.adj} cur={record.adj} set={record.adj}",
        ]
    return "".join(f"{line}\n" for line in lines)


def exit_info(phone: System, package: str | None) -> str:
    """Give why the processes of apps ended, newest first."""
    lines = ["ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)"]
    for record in phone.packages.all():
        if record.exits and package in {None, record.name}:
            lines += [f"package: {record.name}", f"  Historical Process Exit for uid={record.uid}"]
            for number, exit_ in enumerate(reversed(record.exits)):
                lines += _exit(phone, record, number, exit_)
    return "".join(f"{line}\n" for line in lines)


def _exit(phone: System, record: PackageRecord, number: int, exit_: Exit) -> list[str]:
    moment = phone.clocks.local(exit_.wall_ns)
    uid, words = record.uid, exit_.reason.name.replace("_", " ")
    stamp = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
    return [
        f"        ApplicationExitInfo #{number}:",
        f"          timestamp={stamp} pid={exit_.pid} realUid={uid} packageUid={uid} definingUid={uid} user=0",
        f"          process={record.name} reason={exit_.reason.value} ({words}) subreason=0 (UNKNOWN) status=0",
        f"          importance=400 pss=0.00 rss=0.00 description={exit_.description or 'null'} state=empty trace=null",
    ]
