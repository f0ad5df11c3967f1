"""Forcing a BackgroundTasks task from outside the app: an Objective-C call made through debugserver, without lldb.

The process is attached and stopped; the call is made by writing registers and memory of its first thread, and all
that was written is put back; detaching lets it run, and only then does the task begin. No code is injected: a
breakpoint and a page of data. On a physical phone UNCONFIRMED.
"""

from bgtask_harness.devices.ios.debugger.simulate import Simulation
from bgtask_harness.devices.ios.debugger.simulate import simulate

__all__ = ["Simulation", "simulate"]
