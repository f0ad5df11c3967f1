"""A debugserver, spoken to: one command, one answer, each under a deadline.

Errors of debugserver (`E96`) become `DebuggerRefusedError`; whatever is wrong with the wire is `DeviceLostError`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger.packets import MalformedPacketError
from bgtask_harness.devices.ios.debugger.packets import PacketReader
from bgtask_harness.devices.ios.debugger.packets import encode
from bgtask_harness.devices.ios.debugger.packets import pairs
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.transport.port import Stream

_CHUNK = 0x4000
_INTERRUPT_S = 5.0
_MOST_REGISTERS = 512
_64_BITS = (1 << 64) - 1


class DebuggerRefusedError(HarnessError):
    """Debugserver answered with an error, or the process is gone. One sentence with the command and its answer."""


class NotAttachedError(DebuggerRefusedError):
    """It refused to attach: nothing was called."""


@dataclass(frozen=True, slots=True)
class Register:
    """A register as `qRegisterInfo` describes it: its number, its name, and what it is for (`pc`, `sp`, `arg1`)."""

    number: int
    name: str
    generic: str


class GdbRemote:
    """One connection. `packets` counts the commands that were sent."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._reader = PacketReader()
        self._acknowledges = True
        self._suffixes = False
        self._registers: dict[str, Register] = {}
        self.packets = 0

    def handshake(self, deadline: Deadline) -> None:
        """Agree to send no acknowledgements, and to name the thread in each command about registers."""
        self._stream.send(b"+", deadline)
        self._acknowledges = self.ask("QStartNoAckMode", deadline) != b"OK"
        self._suffixes = self.ask("QThreadSuffixSupported", deadline) == b"OK"
        self.ask("QListThreadsInStopReply", deadline)

    def attach(self, pid: int, deadline: Deadline) -> str:
        """Attach to a process, which stops; give the thread that the stop names.

        Raises:
            DebuggerRefusedError: No such process, not built for development, or held by another debugger.

        """
        stop = self.checked(f"vAttach;{pid:x}", deadline)
        self._read_registers(deadline)
        thread = pairs(stop[3:]).get("thread")
        if thread is None:
            raise DebuggerRefusedError(f"vAttach;{pid:x}: the stop {stop[:60]!r} names no thread")
        return thread

    def detach(self, deadline: Deadline) -> None:
        """Let the process run and forget it."""
        self.checked("D", deadline)

    # --- registers and memory -------------------------------------------------------------------------------------

    def has(self, register: str) -> bool:
        """Tell whether there is a register of that name or use."""
        return register in self._registers

    def read_register(self, name: str, thread: str, deadline: Deadline) -> int:
        """Read one as an unsigned 64-bit number."""
        answer = self.checked(f"p{self._registers[name].number:x}{self._suffix(thread)}", deadline)
        try:
            return int(struct.unpack("<Q", bytes.fromhex(answer.decode("ascii")[:16]))[0])
        except (ValueError, struct.error) as error:
            raise DebuggerRefusedError(f"register {name}: {answer[:40]!r} is no number of 64 bits") from error

    def write_register(self, name: str, value: int, thread: str, deadline: Deadline) -> None:
        """Write one."""
        digits = struct.pack("<Q", value & _64_BITS).hex()
        self.done(f"P{self._registers[name].number:x}={digits}{self._suffix(thread)}", deadline)

    def save_registers(self, thread: str, deadline: Deadline) -> int:
        """Have debugserver keep all registers of a thread; give its number for them."""
        answer = self.checked(f"QSaveRegisterState{self._suffix(thread)}", deadline)
        if not answer.isdigit():
            raise DebuggerRefusedError(f"QSaveRegisterState: {answer[:40]!r} is no number")
        return int(answer)

    def restore_registers(self, saved: int, thread: str, deadline: Deadline) -> None:
        """Put back what was saved."""
        self.done(f"QRestoreRegisterState:{saved}{self._suffix(thread)}", deadline)

    def allocate(self, size: int, deadline: Deadline) -> int:
        """Have a readable and writable piece of memory; give its address."""
        return self._number(f"_M{size:x},rw", deadline)

    def free(self, address: int, deadline: Deadline) -> None:
        """Give it back."""
        self.done(f"_m{address:x}", deadline)

    def read(self, address: int, size: int, deadline: Deadline) -> bytes:
        """Read memory."""
        out = bytearray()
        while len(out) < size:
            at, wanted = address + len(out), min(size - len(out), _CHUNK)
            answer = self.checked(f"m{at:x},{wanted:x}", deadline)
            try:
                out += bytes.fromhex(answer.decode("ascii"))
            except ValueError as error:
                raise DebuggerRefusedError(f"memory at {at:x}: {answer[:40]!r} is no text of bytes") from error
            if not answer:
                raise DebuggerRefusedError(f"memory at {at:x}: nothing is mapped there")
        return bytes(out[:size])

    def write(self, address: int, data: bytes, deadline: Deadline) -> None:
        """Write memory."""
        self.done(f"M{address:x},{len(data):x}:{data.hex()}", deadline)

    def set_breakpoint(self, address: int, deadline: Deadline) -> None:
        """Set a breakpoint of four bytes."""
        self.done(f"Z0,{address:x},4", deadline)

    def clear_breakpoint(self, address: int, deadline: Deadline) -> None:
        """Take it away."""
        self.done(f"z0,{address:x},4", deadline)

    def run_thread(self, thread: str, deadline: Deadline) -> bytes:
        """Let one thread run until it stops; give the stop. The others stand still.

        Raises:
            DeadlineExceeded: It did not stop by itself; it was interrupted and stands still now.

        """
        self._send(f"vCont;c:{thread}", deadline)
        try:
            return self._check("vCont", self._stop(deadline))
        except DeadlineExceeded:
            grace = Deadline.after(_INTERRUPT_S)
            self._stream.send(b"\x03", grace)
            self._stop(grace)
            raise

    def _stop(self, deadline: Deadline) -> bytes:
        while True:
            answer = self._receive(deadline)
            if answer[:1] != b"O":  # output of the process
                return answer

    # --- commands -------------------------------------------------------------------------------------------------

    def ask(self, command: str, deadline: Deadline) -> bytes:
        """Send a command and give its answer, whatever it is; empty for one that debugserver does not know."""
        self._send(command, deadline)
        return self._receive(deadline)

    def checked(self, command: str, deadline: Deadline) -> bytes:
        """Send a command and give its answer.

        Raises:
            DebuggerRefusedError: The answer is an error, or the process is gone.

        """
        return self._check(command, self.ask(command, deadline))

    def done(self, command: str, deadline: Deadline) -> None:
        """Send a command that is answered with `OK`.

        Raises:
            DebuggerRefusedError: It was answered with anything else.

        """
        answer = self.ask(command, deadline)
        if answer != b"OK":
            raise DebuggerRefusedError(f"debugserver answered {command[:40]} with {answer[:60]!r}: expected OK")

    @staticmethod
    def _check(command: str, answer: bytes) -> bytes:
        if answer[:1] in {b"W", b"X"}:
            raise DebuggerRefusedError(f"the process ended during {command[:40]}: {answer[:60]!r}")
        if answer[:1] == b"E" and len(answer) >= 3:  # noqa: PLR2004 - `E` and two digits
            raise DebuggerRefusedError(f"debugserver refused {command[:40]} with {answer[:60].decode('latin-1')}")
        return answer

    def _number(self, command: str, deadline: Deadline) -> int:
        answer = self.checked(command, deadline)
        try:
            return int(answer, 16)
        except ValueError as error:
            raise DebuggerRefusedError(f"{command}: {answer[:40]!r} is no address") from error

    def _suffix(self, thread: str) -> str:
        return f";thread:{thread};" if self._suffixes else ""

    def _read_registers(self, deadline: Deadline) -> None:
        """Learn the registers; what one is for wins over another's plain name (x86 has a 16-bit `sp`)."""
        named: dict[str, Register] = {}
        generic: dict[str, Register] = {}
        for number in range(_MOST_REGISTERS):
            answer = self.ask(f"qRegisterInfo{number:x}", deadline)
            if not answer or answer[:1] == b"E":
                break
            told = pairs(answer)
            register = Register(number, told.get("name", ""), told.get("generic", ""))
            named[register.name] = register
            if register.generic:
                generic[register.generic] = register
        self._registers = named | generic

    def _send(self, command: str, deadline: Deadline) -> None:
        self.packets += 1
        self._stream.send(encode(command.encode("latin-1")), deadline)

    def _receive(self, deadline: Deadline) -> bytes:
        try:
            while (packet := self._reader.take()) is None:
                data = self._stream.recv(1 << 16, deadline)
                if not data:
                    raise DeviceLostError("debugserver closed the connection")
                self._reader.feed(data)
        except MalformedPacketError as error:
            raise DeviceLostError(f"debugserver sent {error}") from error
        if self._acknowledges:
            self._stream.send(b"+", deadline)
        return packet
