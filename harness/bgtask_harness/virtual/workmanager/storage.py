"""What an app keeps between its processes: settings, WorkManager's database, and the server that it talks to."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from types import MappingProxyType

from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.constants import NS_PER_MS
from bgtask_harness.virtual.workmanager.database import WorkDatabase

OK, ERROR, NETWORK_ERROR = "ok", "error", "network_error"
REPLIES = (OK, ERROR, NETWORK_ERROR)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server does at an endpoint. `network_error`: it cannot be reached."""

    status: str = OK
    duration_ns: int = CONSTANTS.runtime.request_ns


class BadReply(ValueError):  # noqa: N818 - reads as what it is
    """The server was told something that it cannot do. One sentence."""


def read_reply(status: str, duration_ms: str | None) -> Reply:
    """Read a reply as the hook's `server` command gives it.

    Raises:
        BadReply: The status is unknown, or the duration is no number.

    """
    if status not in REPLIES:
        raise BadReply(f"reply {status!r} is not one of {', '.join(REPLIES)}")
    if duration_ms is None:
        return Reply(status)
    if not duration_ms.isdecimal():
        raise BadReply(f"duration_ms {duration_ms!r} is no number of milliseconds")
    return Reply(status, int(duration_ms) * NS_PER_MS)


@dataclass(slots=True)
class Server:
    """The app's server. Not on the phone: clearing the app's data does not touch it."""

    replies: dict[str, Reply] = field(default_factory=dict)

    def reply(self, endpoint: str) -> Reply:
        """Give what it does at an endpoint."""
        return self.replies.get(endpoint, Reply())


class Storage:
    """The app's data. Settings that were never set are empty.

    `left` are the settings as a person leaves them: before the first launch, and again whenever all data was cleared.
    """

    def __init__(self, package: str, left: Mapping[str, str] = MappingProxyType({})) -> None:
        self._package = package
        self._ids = 0
        self._left = left
        self.settings = dict(left)
        self.database = WorkDatabase(self._new_id)
        self.server = Server()

    def clear(self) -> None:
        """`pm clear`."""
        self.settings = dict(self._left)
        self.database.clear()

    def _new_id(self) -> str:
        self._ids += 1
        digest = hashlib.sha256(f"{self._package}/{self._ids}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))
