"""`dumpsys activity processes` and `dumpsys activity exit-info`, in a short form.

Source: services/core ProcessList.java and AppExitInfoTracker.java, android.app.ApplicationExitInfo.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.alarmdump import local_time
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.indent import IndentingWriter
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
    """Give why the processes of apps ended, newest first (AppExitInfoTracker.dumpHistoryProcessExitInfo)."""
    out = IndentingWriter()
    out.line("ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)")
    out.line("Last Timestamp of Persistence Into Persistent Storage: " + local_time(phone.clocks, 0))
    with out.indented():
        for record in phone.packages.all():
            if record.exits and package in {None, record.name}:
                out.line(f"package: {record.name}")
                with out.indented():
                    _exits(out, phone, record)
    return out.text()


def _exits(out: IndentingWriter, phone: System, record: PackageRecord) -> None:
    by_uid = phone.level.has("exit_info_by_uid")
    key = f"uid={record.uid}" if by_uid else f"userId={record.uid}"  # a30 prints the uid under that name
    out.line(f"Historical Process Exit for {key}")
    with out.indented(2):
        for number, exit_ in enumerate(reversed(record.exits)):
            out.line(f"ApplicationExitInfo #{number}:")
            with out.indented():
                for line in _exit(phone, record, exit_, by_uid=by_uid):
                    out.line(line)


def _exit(phone: System, record: PackageRecord, exit_: Exit, *, by_uid: bool) -> list[str]:
    """ApplicationExitInfo.dump; sizes of memory are not modelled."""
    return [
        f"timestamp={local_time(phone.clocks, exit_.wall_ns // 1_000_000)}",
        f"pid={exit_.pid}",
        f"realUid={record.uid}",
        f"packageUid={record.uid}",
        f"definingUid={record.uid}",
        "user=0",
        f"process={record.name}",
        f"reason={exit_.reason.value} ({exit_.reason.words})",
        *(["subreason=0 (UNKNOWN)"] if by_uid else []),
        "status=0",
        "importance=400",
        "pss=0.00",
        "rss=0.00",
        f"description={exit_.description or 'null'}",
        "state=empty",
        "trace=null",
    ]
