"""No test reaches this computer's own usbmuxd: where it would be looked for, nobody listens."""

from __future__ import annotations

import os

os.environ["USBMUXD_SOCKET_ADDRESS"] = "/nonexistent/usbmuxd"
