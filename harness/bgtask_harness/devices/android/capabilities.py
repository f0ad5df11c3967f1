"""What can be done with an app on a phone: asked, so that nothing is promised that the phone would refuse."""

from __future__ import annotations

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android import hook
from bgtask_harness.devices.android.diagnostics import ACTION as DIAGNOSTICS_ACTION
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.android.readings import ACCEPTED
from bgtask_harness.devices.android.readings import denied
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import DeviceFacts
from bgtask_reference.events import AppSpec


def ask_capabilities(link: Link, facts: DeviceFacts, app: AppSpec, deadline: Deadline) -> frozenset[Capability]:
    """Ask for each. The hook is asked by `ping`, which starts the app's process: ask before anything is measured."""
    code = _code(link, deadline)
    by_itself = code == _NO_CODE or (facts.virtual and not code)
    found = {
        Capability.ADVANCE_TIME: facts.virtual,
        Capability.FORCE_JOB: _may_force(link, app, deadline),
        Capability.REBOOT: by_itself,
        Capability.REBOOT_WITH_A_PERSON: bool(code) and not by_itself,
        Capability.SET_WALL_CLOCK: facts.virtual or _shell_holds(link, "android.permission.SET_TIME", deadline),
    }
    found |= _levers(link, facts, deadline)
    package = link.shell(["dumpsys", "package", app.package], deadline).stdout
    if f"Package [{app.package}]" in package:
        found[Capability.APP_INSTALLED] = True
        found[Capability.DIAGNOSTICS] = DIAGNOSTICS_ACTION in package
        found[Capability.APP_HOOK] = _answers_hook(link, app, deadline)
    return frozenset(capability for capability, there in found.items() if there)


def _levers(link: Link, facts: DeviceFacts, deadline: Deadline) -> dict[Capability, bool]:
    battery = link.shell(["dumpsys", "battery"], deadline).stdout
    deep = link.shell(["dumpsys", "deviceidle", "enabled", "deep"], deadline).stdout.strip()
    return {
        Capability.SWITCH_NETWORK: not facts.over_network,
        Capability.SWITCH_POWER: "Current Battery Service state:" in battery,
        Capability.DOZE: deep == "1",
    }


def _may_force(link: Link, app: AppSpec, deadline: Deadline) -> bool:
    """`get-job-state` is guarded by the permission that `run` needs, and changes nothing."""
    done = link.shell(["cmd", "jobscheduler", "get-job-state", "-u", "0", app.package, "0"], deadline)
    known = "unknown(" in done.stdout or not done.exit_status
    return known and not denied(done)


_NO_CODE = "NONE"


def _code(link: Link, deadline: Deadline) -> str:
    """Give the kind of code on the lock screen, `NONE` for none; empty when nothing tells.

    With one no app runs after a boot until somebody has typed it. The first `CredentialType:` is user 0's: `None` or
    `NONE` by API level. Android 10 and older print none of them.
    """
    done = link.shell(["dumpsys", "lock_settings"], deadline)
    kinds = [line.split(":")[1].strip() for line in done.stdout.splitlines() if "CredentialType:" in line]
    return kinds[0].upper() if kinds else ""


def _shell_holds(link: Link, permission: str, deadline: Deadline) -> bool:
    done = link.shell(["dumpsys", "package", "com.android.shell"], deadline)
    return f"{permission}: granted=true" in done.stdout


def _answers_hook(link: Link, app: AppSpec, deadline: Deadline) -> bool:
    if app.hook_receiver is None:
        return False
    done = link.shell(hook.hook_command(app.package, app.hook_receiver, "ping", {}), deadline)
    return hook.read_answer(done) == ACCEPTED
