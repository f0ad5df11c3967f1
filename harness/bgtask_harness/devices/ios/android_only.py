"""What the Device port asks of Android phones alone: refused here, each with the reason."""

from __future__ import annotations

from typing import Any
from typing import NoReturn

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import AppSpec


def _refuse(what: str) -> NoReturn:
    raise Unsupported(f"iPhones: {what}")


class AndroidOnly:
    """Verbs that no iPhone has."""

    def diagnose(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Refuse: there is no WorkManager."""
        del app, deadline
        _refuse("there is no WorkManager to ask for its list")

    def swipe(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Refuse: nothing but a finger does it."""
        del app, deadline
        _refuse("only a person swipes an app out of the app switcher")

    def force_stop(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Refuse: iOS has no stopped state."""
        del app, deadline
        _refuse("apps have no stopped state")

    def clear_data(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Refuse: only removing the app does it."""
        del app, deadline
        _refuse("an app's data goes with the app alone")

    def run_job(self, app: AppSpec, job_id: int, namespace: str | None, *, force: bool, deadline: Deadline) -> Answer:
        """Refuse: there are no jobs; a launch is simulated instead."""
        del app, job_id, namespace, force, deadline
        _refuse("there is no JobScheduler; a launch is simulated instead")

    def stop_job(
        self, app: AppSpec, job_id: int, namespace: str | None, *, reason: int | None, deadline: Deadline
    ) -> Answer:
        """Refuse: an expiration is simulated instead."""
        del app, job_id, namespace, reason, deadline
        _refuse("there is no JobScheduler; an expiration is simulated instead")

    def plan(self, lever: Lever, value: str, app: AppSpec, deadline: Deadline) -> Change:
        """Refuse: nothing of an iPhone can be changed from a cable and put back."""
        del value, app, deadline
        _refuse(f"there is no lever {lever}: a person sets it in Settings")

    def plan_older_build(self, app: AppSpec, older: bytes, deadline: Deadline) -> Any:
        """Refuse: builds are installed by Xcode's tools."""
        del app, older, deadline
        _refuse("an older build is installed by Xcode's own tools")

    def push(self, files: tuple[tuple[str, bytes], ...], deadline: Deadline) -> Answer:
        """Refuse: there is no place for files."""
        del files, deadline
        _refuse("no file can be put there")

    def set_wall_clock(self, wall_ns: int, deadline: Deadline) -> Answer:
        """Refuse: a person sets it."""
        del wall_ns, deadline
        _refuse("the wall clock is set by a person")
