"""One debugger's conversation with debugserver: which packet gets which answer.

`Session.answer` gives the reply to a packet, None when the process runs: the reply then comes with its next stop.
"""

from __future__ import annotations

import struct

from bgtask_harness.virtual.ios.port import Exit
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.iphone.debugserver import commands
from bgtask_harness.virtual.iphone.debugserver import describing
from bgtask_harness.virtual.iphone.debugserver.inferior import Inferior
from bgtask_harness.virtual.iphone.handset import Handset

KILL = 9
_CANNOT_ATTACH = "E96"
_IMAGES = "jGetLoadedDynamicLibrariesInfos:"
_SETTINGS = (
    "QStartNoAckMode", "QEnableErrorStrings", "QThreadSuffixSupported", "QListThreadsInStopReply", "QSetDisableASLR",
    "QSetSTD", "QSetMaxPacketSize", "QSetMaxPayloadSize", "QSetDetachOnError", "QSetIgnoredExceptions", "H",
)  # fmt: skip
_FIXED = {
    "qSupported": "qXfer:features:read-;PacketSize=20000;qEcho+;native-signals+",
    "vCont?": "vCont;c;C;s;S",
    "qsThreadInfo": "l",
    "?": "E02",
    "qC": "QC0",
    "qfThreadInfo": "E01",
    "qProcessInfo": "E01",
}


class Session:
    """A debugger, and the process that it holds once it is attached."""

    def __init__(self, handset: Handset) -> None:
        self._handset = handset
        self.inferior: Inferior | None = None
        self.ended = False
        self.running = False
        self.acknowledging = True
        self._error_strings = False

    def answer(self, packet: str) -> str | None:
        """Answer a packet. An empty answer says that it is not known."""
        try:
            return self._general(packet) if self.inferior is None else self._attached(packet, self.inferior)
        except (ValueError, struct.error, IndexError):
            return commands.BAD

    def interrupt(self) -> str | None:
        """Hold a process that runs; None when none does."""
        if self.inferior is None or not self.running:
            return None
        self.running = False
        with self._handset.present():
            self.inferior.debuggee.halt()
        return describing.stop_reply(self.inferior, "interrupt")

    def exited(self, exit_: Exit) -> str | None:
        """Say that the process has ended; None when it was another's, or nobody waits for it to stop."""
        if self.inferior is None or exit_.pid != self.inferior.debuggee.pid:
            return None
        waiting, self.inferior, self.running = self.running, None, False
        if not waiting:
            return None
        return f"X{exit_.signal:02x}" if exit_.signal is not None else f"W{exit_.status or 0:02x}"

    def close(self) -> None:
        """Let the process go: the debugger has hung up. That debugserver does not kill it then is UNCONFIRMED."""
        inferior, self.inferior = self.inferior, None
        if inferior is not None:
            with self._handset.present():
                inferior.debuggee.detach()

    def _general(self, packet: str) -> str:
        """Answer what needs no process."""
        if packet.startswith("qRegisterInfo"):
            return describing.register_info(int(packet[13:], 16))
        if packet.startswith("vAttach;"):
            return self._attach(int(packet[8:], 16))
        if packet == "qHostInfo":
            return describing.host_info(_version(self._handset.phone.version))
        return self._set(packet) if packet.startswith(_SETTINGS) else _FIXED.get(packet.partition(":")[0], "")

    def _set(self, packet: str) -> str:
        self.acknowledging = self.acknowledging and packet != "QStartNoAckMode"
        self._error_strings = self._error_strings or packet == "QEnableErrorStrings"
        return "OK"

    def _attach(self, pid: int) -> str:
        with self._handset.present() as phone:
            try:
                self.inferior = Inferior(phone.attach(pid))
            except Refused as refusal:
                detail = f";{refusal.sentence.encode().hex()}" if self._error_strings else ""
                return _CANNOT_ATTACH + detail
        return describing.stop_reply(self.inferior, "attach")

    def _attached(self, packet: str, inferior: Inferior) -> str | None:
        # what a held process does happens at the phone's present, and nothing goes on by it
        with self._handset.present() as phone:
            if packet == "c" or packet.startswith("vCont;c"):
                return self._continue(inferior)
            if packet == "k":
                return self._kill(inferior)
            if packet == "D" or packet.startswith("D;"):
                return self._detach(inferior)
            if packet.startswith(_IMAGES):
                # without an argument lldb only asks whether there is such a packet
                return describing.images(inferior, _version(phone.version)) if packet != _IMAGES else "OK"
            answer = commands.answer(packet, inferior)
        return self._general(packet) if answer is None else answer

    def _continue(self, inferior: Inferior) -> str | None:
        reason = inferior.run()
        if reason:
            return describing.stop_reply(inferior, reason)
        self.running = True
        inferior.debuggee.resume()
        return None

    def _detach(self, inferior: Inferior) -> str:
        self.inferior, self.running, self.ended = None, False, True
        inferior.debuggee.detach()
        return "OK"

    def _kill(self, inferior: Inferior) -> str:
        self.inferior, self.running, self.ended = None, False, True
        self._handset.phone.signal(inferior.debuggee.pid, KILL)
        inferior.debuggee.detach()
        return f"X{KILL:02x}"


def _version(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
