"""The four modes of a virtual app. Each prints what the one before prints, and more."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """What kind of build runs."""

    RELEASE = "release"
    """The app logs errors alone."""
    DEBUG = "debug"
    """The app logs from DEBUG on."""
    BEACON = "beacon"
    """And tells the public beacon."""
    HOOK = "hook"
    """And takes commands from outside."""

    @property
    def debug_build(self) -> bool:
        """The app logs below ERROR."""
        return self is not Mode.RELEASE

    @property
    def has_beacon(self) -> bool:
        """The app tells the beacon."""
        return self in {Mode.BEACON, Mode.HOOK}

    @property
    def has_hook(self) -> bool:
        """The app has the hook's receiver."""
        return self is Mode.HOOK
