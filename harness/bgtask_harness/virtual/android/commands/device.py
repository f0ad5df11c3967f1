"""The phone as a whole: `reboot`, `dumpsys lock_settings`, `pidof`, `ps`, `id`."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import SYSTEM_SERVER_PID
from bgtask_harness.virtual.android.system import System


async def reboot(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Reboot. The command never returns on a real phone; here the daemon's connection ends it."""
    if len(argv) > 1 and argv[1] == "-p":
        io.err("reboot: this phone has no one to switch it on again\n")  # of our own: power-off is not modelled
        return 1
    phone.kernel.soon(phone.reboot)
    return 0


async def dumpsys_lock_settings(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys lock_settings`: the kind of code on the lock screen (LockSettingsService.dump, short)."""
    code = "PIN" if phone.lock_code else "None"
    kind = f"    CredentialType: {code}\n" if phone.level.has("credential_type") else ""
    io.out(f"Current lock settings service state:\n\n  User 0\n{kind}")
    return 0


async def pidof(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Print the process ids of names (toybox); 1 when there is none."""
    names = [word for word in argv[1:] if not word.startswith("-")]
    pids = [str(record.pid) for record in phone.processes.all() if record.name in names]
    if "system_server" in names:
        pids.append(str(SYSTEM_SERVER_PID))
    if not pids:
        return 1
    io.out(" ".join(pids) + "\n")
    return 0


async def ps(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """`ps -A`: system_server and the apps; without `-A` the shell's own (toybox)."""
    rows = [("shell", 4_977, 1_210, "ps")]
    if any(word.startswith("-") and ("A" in word or "e" in word) for word in argv[1:]):
        apps = [(_user(record.package.uid), record.pid, 815, record.name) for record in phone.processes.all()]
        rows = [("root", 1, 0, "init"), ("system", SYSTEM_SERVER_PID, 815, "system_server"), *apps, *rows]
    io.out(f"{'USER':<12} {'PID':>6} {'PPID':>6} {'VSZ':>10} {'RSS':>6} {'WCHAN':<18} {'ADDR':>8} S NAME\n")
    for user, pid, parent, name in rows:
        io.out(f"{user:<12} {pid:>6} {parent:>6} {14_000_000:>10} {120_000:>6} {'0':<18} {'0':>8} S {name}\n")
    return 0


def _user(uid: int) -> str:
    return f"u0_a{uid - 10_000}"


async def identity(_phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """`id`: the shell user."""
    if "-u" in argv[1:]:
        io.out("2000\n")
        return 0
    groups = "1004(input),1007(log),1011(adb),1015(sdcard_rw),1028(sdcard_r),3001(net_bt_admin),3002(net_bt),3003(inet)"
    io.out(f"uid=2000(shell) gid=2000(shell) groups=2000(shell),{groups} context=u:r:shell:s0\n")
    return 0
