"""What can go wrong that is neither a verdict nor a bug of ours: each is one sentence that says what to do.

None of these is an AssertionError: a lab's trouble is never a red test (Allure shows them as broken).
"""

from __future__ import annotations


class HarnessError(Exception):
    """Base of everything that this package raises on purpose."""


class BadInput(HarnessError):  # noqa: N818 - reads as what it is
    """Something that a person wrote cannot be used: the sentence names file, key, what was expected, what to do."""


class DeviceNotFound(BadInput):
    """No device fits the profile, or more than one does. Says what was seen and why each did not match."""


class DeviceLostError(HarnessError):
    """The device, its server or the way to it went away in the middle of a call."""


class DeadlineExceeded(HarnessError):  # noqa: N818 - reads as what it is
    """A call took longer than it was allowed to. Says what was being waited for."""

    def __init__(self, doing: str) -> None:
        super().__init__(f"no answer in time while {doing}")


class Refused(HarnessError):  # noqa: N818 - reads as what it is
    """The device refused a service outright, for example an adb service that it does not have."""


class Unsupported(HarnessError):  # noqa: N818 - reads as what it is
    """The device, its profile or the app cannot do this. The sentence says what would allow it."""


class Inconclusive(HarnessError):  # noqa: N818 - reads as what it is
    """The evidence does not decide. Never a pass, never a failure."""
