"""The answers of a device that are no log: each named parser takes a text and gives events."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.observe.battery import observe_battery
from bgtask_harness.observe.connectivity import observe_connectivity
from bgtask_harness.observe.device_idle import observe_device_idle
from bgtask_harness.observe.getters import observe_app_ops
from bgtask_harness.observe.getters import observe_bucket
from bgtask_harness.observe.getters import observe_data_saver
from bgtask_harness.observe.getters import observe_getters
from bgtask_harness.observe.getters import observe_low_power
from bgtask_harness.observe.getters import observe_stopped
from bgtask_harness.observe.ios.crash_report import observe_crash_report
from bgtask_harness.observe.ios.info_plist import observe_info_plist
from bgtask_harness.observe.job_dump import observe_jobs
from bgtask_reference.events import Event
from bgtask_reference.events import Stamp

PARSERS: dict[str, Callable[[str, Stamp, str], tuple[Event, ...]]] = {
    "am-bucket": observe_bucket,
    "appops": observe_app_ops,
    "connectivity": observe_connectivity,
    "crash-report": observe_crash_report,
    "dumpsys-battery": observe_battery,
    "dumpsys-deviceidle": observe_device_idle,
    "dumpsys-jobscheduler": observe_jobs,
    "dumpsys-package-stopped": observe_stopped,
    "info-plist": observe_info_plist,
    "jobscheduler-getters": observe_getters,
    "netpolicy-restrict-background": observe_data_saver,
    "settings-low-power": observe_low_power,
}
"""Each parser by the name that `devices.port.Text` gives it."""


def observe_text(parser: str, text: str, stamp: Stamp, package: str) -> tuple[Event, ...]:
    """Read the answer of a device. No text makes it raise; what it does not know comes back as `LineUnknown`.

    Raises:
        ValueError: There is no parser of that name.

    """
    observe = PARSERS.get(parser)
    if observe is None:
        raise ValueError(f"no parser is called {parser!r}: there are {', '.join(sorted(PARSERS))}")
    return observe(text, stamp, package)
