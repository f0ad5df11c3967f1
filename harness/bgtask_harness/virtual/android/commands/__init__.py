"""The programs of the phone's shell that this project's work needs, one module each, and their registry."""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.am import am
from bgtask_harness.virtual.android.commands.appops import appops
from bgtask_harness.virtual.android.commands.device import identity
from bgtask_harness.virtual.android.commands.device import pidof
from bgtask_harness.virtual.android.commands.device import ps
from bgtask_harness.virtual.android.commands.device import reboot
from bgtask_harness.virtual.android.commands.device_config import device_config
from bgtask_harness.virtual.android.commands.keys import keys
from bgtask_harness.virtual.android.commands.locksettings import locksettings
from bgtask_harness.virtual.android.commands.logcat import logcat
from bgtask_harness.virtual.android.commands.package import package
from bgtask_harness.virtual.android.commands.program import Program
from bgtask_harness.virtual.android.commands.props import getprop
from bgtask_harness.virtual.android.commands.props import setprop
from bgtask_harness.virtual.android.commands.radio import svc
from bgtask_harness.virtual.android.commands.services import cmd
from bgtask_harness.virtual.android.commands.services import dumpsys
from bgtask_harness.virtual.android.commands.services import program
from bgtask_harness.virtual.android.commands.settings import settings

PROGRAMS: dict[str, Program] = {
    "am": program(am),
    "appops": program(appops),
    "cmd": cmd,
    "device_config": program(device_config),
    "dumpsys": dumpsys,
    "getprop": getprop,
    "id": identity,
    "input": keys,
    "locksettings": program(locksettings),
    "logcat": logcat,
    "pidof": pidof,
    "pm": program(package),
    "ps": ps,
    "reboot": reboot,
    "setprop": setprop,
    "settings": program(settings),
    "svc": svc,
}
"""Name to program. Whatever is missing here is `inaccessible or not found` in the shell."""
