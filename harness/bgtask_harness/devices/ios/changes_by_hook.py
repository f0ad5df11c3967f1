"""Changes for a while that an app makes itself, told by its debug hook: the same on an iPhone and on a simulator."""

from __future__ import annotations

import abc

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.ios import hook
from bgtask_harness.devices.ios.android_only import AndroidOnly
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Completed
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Outcome


class ChangesByHook(AndroidOnly, abc.ABC):
    """Plans them, and carries them out; how a line of one is told is the device's own."""

    @abc.abstractmethod
    def tell(self, line: str, deadline: Deadline) -> Completed:
        """Tell a line of a change, and give what was answered."""

    def plan_state(self, app: AppSpec, name: str, value: str, was: str | None) -> Change:
        """Give the change; a line of it is a notification to post."""
        return hook.state_change(app.package, name, value, was)

    def plan_server(self, app: AppSpec, endpoint: str, arguments: dict[str, str]) -> Change:
        """Give the change; a line of it is a notification to post."""
        return hook.server_change(app.package, endpoint, arguments)

    def carry_out(self, change: Change, deadline: Deadline) -> Answer:
        """Make it."""
        done = self.tell(change.apply, deadline)
        outcome = Outcome.REFUSED if done.exit_status else Outcome.ACCEPTED
        return Answer(f"env.{change.lever}", done.command, outcome, output=done.stdout + done.stderr)
