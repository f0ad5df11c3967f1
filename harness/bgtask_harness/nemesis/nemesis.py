"""What a session does to a phone for a while: recorded before it is done, taken back at the end, whatever happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import CUTS_NETWORK
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.changes import OlderBuild
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Progress
from bgtask_harness.errors import Unsupported
from bgtask_harness.nemesis.healing import NotPutBack
from bgtask_harness.nemesis.healing import by_hand
from bgtask_harness.nemesis.healing import put_back
from bgtask_harness.nemesis.healing import settle
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import OpenChange
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

Send = Callable[[str, Mapping[str, str], Callable[[], Answer]], Answer]
"""Sends a stimulus of a verb with arguments, and records it."""

CALL_S = 20.0
FILES_S = 180.0
"""How long two builds of an app may take to the phone."""
DISRUPTIONS: Mapping[Lever, Disruption] = {
    Lever.WIFI: Disruption.NETWORK,
    Lever.MOBILE_DATA: Disruption.NETWORK,
    Lever.AIRPLANE_MODE: Disruption.NETWORK,
    Lever.DATA_SAVER: Disruption.NETWORK,
    Lever.METERED_WIFI: Disruption.NETWORK,
    Lever.AUTOMATIC_TIME: Disruption.CLOCK,
    Lever.WALL_CLOCK: Disruption.CLOCK,
    Lever.AUTOMATIC_TIME_ZONE: Disruption.CLOCK,
    Lever.TIME_ZONE: Disruption.CLOCK,
    Lever.FILES: Disruption.NUDGE,
    Lever.APP_BUILD: Disruption.CLEAR_DATA,
}
"""How much pulling a lever does to a phone; `nudge` where nothing is said."""


class Nemesis:
    """The levers of one session, and what of them is not taken back yet."""

    def __init__(self, device: Device, app: AppSpec, ledger: Ledger, send: Send, progress: Progress) -> None:
        self._device, self._app, self._ledger = device, app, ledger
        self._send, self._progress = send, progress
        self._unanswered: set[int] = set()

    def pull(self, lever: Lever, value: str) -> Answer:
        """Change something of the phone until it is put back.

        Raises:
            Unsupported: This phone has no such lever or does not take the value, or it would shut us out.

        """
        if lever in CUTS_NETWORK and self._device.facts.over_network:
            raise Unsupported(f"{lever} {value}: the phone is reached over its network; connect it by USB")
        change = self._device.plan(lever, value, self._app, Deadline.after(CALL_S))
        answer = self.make(change, lambda: self._carry_out(change))
        if answer.outcome is Outcome.REFUSED:
            self._drop_if_untouched(change)
            raise Unsupported(f"the phone refused {lever} {value}: {answer.output.strip()[:200]!r}")
        said = settle(change.check, change.holds, self._device.tell) if change.check else None
        if said is not None:
            self._drop_if_untouched(change)
            raise Unsupported(f"the phone did not take {lever} {value}: `{change.check}` says {said[:200]!r}")
        return answer

    def install_older(self, build: OlderBuild) -> Answer:
        """Put both builds on the phone and install the older one, until it is put back.

        Raises:
            Unsupported: The phone does not take it; it has what it had.

        """
        staged = self.make(build.staged, lambda: self._push(build))
        if staged.outcome is not Outcome.ACCEPTED:
            self.release(Lever.FILES)
            raise Unsupported(f"the phone took no files: {staged.output.strip()[:200]!r}")
        answer = self.make(build.installed, lambda: self._carry_out(build.installed))
        if answer.outcome is Outcome.ACCEPTED and re.search(build.installed.answers, answer.output):
            return answer
        self.release(Lever.APP_BUILD)
        self.release(Lever.FILES)
        raise Unsupported(f"the phone does not install the older build: {answer.output.strip()[:200]!r}")

    def _push(self, build: OlderBuild) -> Answer:
        paths = " ".join(path for path, _ in build.files)
        return self._send(
            "env.files", {"value": paths}, lambda: self._device.push(build.files, Deadline.after(FILES_S))
        )

    def _drop_if_untouched(self, change: Change) -> None:
        """What a phone did not do needs no putting back; a verb that it does not know would not work there either."""
        newest = self._ledger.open_changes()[-1]
        if change.check and re.search(change.found, self._device.tell(change.check, Deadline.after(CALL_S)).stdout):
            self._ledger.restored(newest.number)

    def pull_unless(self, lever: Lever, value: str) -> None:
        """Do as `pull` does, unless it is that already. Raises as `pull`."""
        if self._device.plan(lever, value, self._app, Deadline.after(CALL_S)).was != value:
            self.pull(lever, value)

    def make(self, change: Change, call: Callable[[], Answer]) -> Answer:
        """Make a change in a way of one's own, between its two records in the ledger."""
        number = self._ledger.begin(change)
        answer = call()
        if answer.outcome is Outcome.UNKNOWN and self._device.facts.platform == "ios":
            self._unanswered.add(number)
        self._ledger.applied(number)
        return answer

    def _carry_out(self, change: Change) -> Answer:
        arguments = {"value": change.value} | ({"subject": change.subject} if change.subject else {})
        return self._send(
            f"env.{change.lever}", arguments, lambda: self._device.carry_out(change, Deadline.after(CALL_S))
        )

    @property
    def changed(self) -> bool:
        """True while something is not put back."""
        return bool(self._ledger.open_changes())

    def knows(self, lever: Lever, subject: str) -> bool:
        """Tell whether something of that subject is to be put back already."""
        return any((one.change.lever, one.change.subject) == (lever, subject) for one in self._ledger.open_changes())

    def gone(self, lever: Lever) -> None:
        """Note that what a lever changed is gone by itself, as an app's settings are with its data."""
        for one in self._ledger.open_changes():
            if one.change.lever is lever:
                self._ledger.restored(one.number)

    def release(self, lever: Lever) -> None:
        """Put back what a lever changed, the newest first.

        Raises:
            NotPutBack: The phone does not take it back.

        """
        self._put_back([one for one in self._ledger.open_changes() if one.change.lever is lever])

    def put_back(self) -> None:
        """Put back everything, the newest first. What cannot be, keeps nothing else from it.

        Raises:
            NotPutBack: The phone does not take something back; it is in quarantine from now on.
            DeviceLostError: It went away.

        """
        self._put_back(list(self._ledger.open_changes()))

    def _put_back(self, changes: list[OpenChange]) -> None:
        left = [reason for one in reversed(changes) if (reason := self._restore(one))]
        if left:
            raise NotPutBack("; ".join(left))

    def _restore(self, one: OpenChange) -> str:
        """Put back one change; a sentence when that failed."""
        change = one.change
        if not change.restore and change.wall is None:
            self._progress(f"{change.described}: nobody can tell what it was, so it stays")
        answer = self._send(
            f"env.{change.lever}", {"value": "as it was", "subject": change.subject}, lambda: self._undo(one)
        )
        if answer.outcome is Outcome.REFUSED and one.number in self._unanswered:
            # An app hears only names that it has registered: it took neither this one nor what was to be put back.
            self._progress(f"{change.described}: the app answered neither that nor what takes it back")
        elif answer.outcome is Outcome.REFUSED:
            self._ledger.failed(one.number, answer.output)
            return f"{change.described} is not put back ({answer.output}); type {by_hand(change, self._ledger.way)}"
        self._ledger.restored(one.number)
        return ""

    def _undo(self, one: OpenChange) -> Answer:
        verb, command = f"env.{one.change.lever}", "; ".join(one.change.restore)
        try:
            put_back(one, self._device.tell)
        except NotPutBack as error:
            return Answer(verb, command, Outcome.REFUSED, Refusal.OTHER, output=str(error))
        return Answer(verb, command, Outcome.ACCEPTED)
