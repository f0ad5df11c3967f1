"""A fault for a virtual phone: `logcat flood LINES RATE` prints that many numbered lines, as fast as they are taken.

One line in a hundred matters to whoever reads it; RATE is lines a second of the phone's time, 0 for no bound. All
else is the phone's: the wire, the server and the reader are the real ones.
"""

from __future__ import annotations

import re
import struct
from typing import Any

ONE_IN = 100
CHUNK = 10_000
TICK_NS = 10_000_000
PACKAGE = "com.example.app"
NOISE = (
    "D NetworkController.MobileSignalController(1): onSignalStrengthsChanged signalStrength={level=3} line %d",
    "I WifiHAL : Creating message to get link statistics; iface = 38; line %d",
    "W ResourceType: No package identifier when getting value for resource number 0x00000000, line %d",
)
MATTERS = "D Dispatch: Starting task [com.example.sync] line %d"
_FRAME = struct.Struct("<BI")
_STDOUT, _EXIT = 1, 3
_FLOOD = re.compile(r"logcat '?flood'? '?(\d+)'? '?(\d+)'?")  # adb quotes each word


def text(first: int, count: int) -> bytes:
    """Lines `first` to `first + count - 1`, each with its number at its end."""
    lines = []
    for number in range(first, first + count):
        what = MATTERS if number % ONE_IN == 0 else NOISE[number % len(NOISE)]
        lines.append(
            f"         {1790090107 + number // 100000}.{number % 100000 * 10:06d}  6037  6071 {what % number}\n"
        )
    return "".join(lines).encode()


def floods(layers: Any) -> Any:
    """The phone prints them."""

    class Flooding(layers.adbd):
        def service(self, name: str) -> Any:
            found = super().service(name)
            return self.maybe(found) if name in {"shell", "exec"} else found

        def maybe(self, found: Any) -> Any:
            def serve(host: Any, request: Any, channel: Any) -> Any:
                asked = _FLOOD.search(request.argument)
                if asked is None:
                    return found(host, request, channel)
                return flood(host.phone.kernel, channel, int(asked[1]), int(asked[2]), "v2" in request.flags)

            return serve

    return layers.replace(adbd=Flooding)


async def flood(kernel: Any, channel: Any, lines: int, rate: int, framed: bool) -> None:
    ready = {first: text(first, min(CHUNK, lines - first)) for first in range(0, lines, CHUNK)} if not rate else {}
    step = CHUNK if not rate else max(1, rate * TICK_NS // 1_000_000_000)
    begun = kernel.now
    for first in range(0, lines, step):
        data = ready.get(first) or text(first, min(step, lines - first))
        channel.write(_FRAME.pack(_STDOUT, len(data)) + data if framed else data)
        if rate:
            due = begun + first * 1_000_000_000 // rate
            await kernel.sleep(max(0, due - kernel.now))
        else:
            await channel.drain()
    await channel.drain()
    if framed:
        channel.write(_FRAME.pack(_EXIT, 1) + b"\0")
