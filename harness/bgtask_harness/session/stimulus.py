"""Stimuli: on disk before they are sent, and again with their answer."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.session.recording import Recording
from bgtask_harness.session.recording import host_stamp
from bgtask_reference.events import NOBODY
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import Subject


@dataclass(frozen=True, slots=True)
class Stimulus:
    """What is about to be done.

    Attributes:
        verb: In words of the harness: `app.launch`, `app.state`, `job.run`, ...
        arguments: Its arguments.
        subject: What it is aimed at.
        level: Force level of a run that it causes.
        mask: Conditions that it overrides.

    """

    verb: str
    arguments: Mapping[str, str]
    subject: Subject = NOBODY
    level: ForceLevel | None = None
    mask: tuple[str, ...] = ()


class Stimuli:
    """Sends stimuli, numbered from 1 within the journal."""

    def __init__(self, recording: Recording, before: Callable[[], None], lost: Callable[[Exception], None]) -> None:
        """Keep the journal, what makes sure that the device is still ours, and what records that it went away."""
        self._recording, self._before, self._lost = recording, before, lost
        self._number = 0

    @property
    def last(self) -> int:
        """The number of the last one that was sent."""
        return self._number

    def send(self, stimulus: Stimulus, call: Callable[[], Answer]) -> Answer:
        """Record it, do it, record the answer.

        Raises:
            DeviceLostError: The device went away meanwhile; recorded as well.
            DeadlineExceeded: No answer came in time; recorded as an unknown outcome.

        """
        self._before()
        self._number += 1
        number = self._number
        self._recording.add(
            StimulusSent(
                stamp=host_stamp(),
                number=number,
                verb=stimulus.verb,
                arguments=dict(stimulus.arguments),
                level=stimulus.level,
                mask=stimulus.mask,
                subject=stimulus.subject,
            )
        )
        try:
            answer = call()
        except (DeviceLostError, DeadlineExceeded, Refused) as error:
            self._failed(number, stimulus, error)
            raise
        self._recording.add(_answered(number, stimulus, answer))
        return answer

    def _failed(self, number: int, stimulus: Stimulus, error: Exception) -> None:
        self._recording.add(
            StimulusAnswered(stamp=host_stamp(), number=number, subject=stimulus.subject, output=str(error))
        )
        if isinstance(error, DeviceLostError):
            self._lost(error)


def _answered(number: int, stimulus: Stimulus, answer: Answer) -> StimulusAnswered:
    return StimulusAnswered(
        stamp=host_stamp(),
        number=number,
        subject=answer.subject if answer.subject != NOBODY else stimulus.subject,
        outcome=answer.outcome,
        refusal=answer.refusal,
        output=answer.output,
        exit_status=answer.exit_status,
        raw=answer.command,
    )


def accepted(answer: Answer) -> bool:
    """Tell whether the phone took it."""
    return answer.outcome is Outcome.ACCEPTED
