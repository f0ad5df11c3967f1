"""A virtual arm64 process under a debugger: registers, memory, and functions that are known by their address.

No instruction is ever executed. When the program counter stands on a function that is modelled, its effect happens and
the program returns to the link register; anywhere else the process runs freely. That is enough for what a debugger does
to call Objective-C: write arguments, continue, come back at a breakpoint, read the result.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_harness.virtual.ios.port import Debuggee
from bgtask_harness.virtual.ios.port import ObjcObject
from bgtask_harness.virtual.ios.port import ObjcValue
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.iphone.debugserver import macho
from bgtask_harness.virtual.iphone.debugserver.memory import Memory

REGISTERS = (*(f"x{number}" for number in range(29)), "fp", "lr", "sp", "pc", "cpsr")
MASK = (1 << 64) - 1
LONGEST_CALL = 100
"""Functions that may follow one another before the process counts as running."""

_EXECUTABLE_AT, _EXECUTABLE_SLIDE = 0x1_0000_0000, 0x04A3_C000
_CACHE_AT, _CACHE_SLIDE, _CACHE_STEP = 0x1_8000_0000, 0x0D40_0000, 0x0100_0000
_STACK_AT, _STACK_SIZE = 0x16_F000_0000, 0x10_0000
_OBJECTS_AT, _HEAP_AT, _OBJECT_STEP = 0x2_8000_0000, 0x1_4000_0000, 0x40

_KERNEL = "/usr/lib/system/libsystem_kernel.dylib"
_ALWAYS = ("/usr/lib/libobjc.A.dylib", "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation", _KERNEL)
_EXPORTS = {
    "libobjc.A.dylib": ("_objc_getClass", "_objc_lookUpClass", "_objc_msgSend", "_sel_registerName"),
    "CoreFoundation": ("_CFRelease", "_CFStringCreateWithCString"),
    "libsystem_kernel.dylib": ("___pthread_kill", "_mach_msg2_trap"),
}


@dataclass(frozen=True, slots=True)
class Image:
    """A loaded image."""

    path: str
    address: int
    identifier: uuid.UUID
    executable: bool


class Aborted(Exception):  # noqa: N818 - reads as what it is
    """An exception that nobody in the process catches: it stops in `abort`."""


class Inferior:
    """One process in a debugger's hands."""

    def __init__(self, debuggee: Debuggee) -> None:
        self.debuggee = debuggee
        self.memory = Memory(_HEAP_AT)
        self.breakpoints: set[int] = set()
        self.images: list[Image] = []
        self._functions: dict[int, str] = {}
        self._objects: dict[int, ObjcObject] = {}
        self._addresses: dict[ObjcObject | str, int] = {}
        self._selectors: dict[int, str] = {}
        self._saved: list[dict[str, int]] = []
        self._load()
        self.memory.add(_STACK_AT, bytearray(_STACK_SIZE), "rw")
        self.registers = dict.fromkeys(REGISTERS, 0)
        trap = self._address_of("_mach_msg2_trap")
        stack = _STACK_AT + _STACK_SIZE - 0x1000
        self.registers.update(pc=trap + 8, lr=trap + 0x10, sp=stack, fp=stack + 0x40)

    def run(self) -> str:
        """Go on from where the program counter stands; says why it stopped: `breakpoint`, `abort`, or not: `""`."""
        for _ in range(LONGEST_CALL):
            at = self.registers["pc"]
            if at in self.breakpoints:
                return "breakpoint"
            function = _FUNCTIONS.get(self._functions.get(at, ""))
            if function is None:
                return ""
            try:
                self.registers["x0"] = function(self) & MASK
            except Aborted:
                self.registers["pc"] = self._address_of("___pthread_kill")
                return "abort"
            self.registers["pc"] = self.registers["lr"]
        return ""

    def save(self) -> int:
        """Keep all registers; gives the number to restore them by."""
        self._saved.append(dict(self.registers))
        return len(self._saved)

    def restore(self, number: int) -> bool:
        """Put saved registers back; False when there are none of that number."""
        if not 1 <= number <= len(self._saved):
            return False
        self.registers.update(self._saved[number - 1])
        return True

    def _load(self) -> None:
        given = self.debuggee.images()
        for number, path in enumerate((*given, *(each for each in _ALWAYS if each not in given))):
            executable = number == 0
            preferred = _EXECUTABLE_AT if executable else _CACHE_AT + _CACHE_STEP * number
            address = preferred + (_EXECUTABLE_SLIDE if executable else _CACHE_SLIDE)
            names = ("__mh_execute_header", "_main") if executable else _EXPORTS.get(path.rpartition("/")[2], ())
            exports = macho.function_offsets(names)
            identifier = uuid.uuid5(uuid.NAMESPACE_URL, path)
            content = macho.image(path, preferred, exports, identifier.bytes, executable=executable)
            self.memory.add(address, content, "rx")
            self.images.append(Image(path, address, identifier, executable))
            self._functions.update({address + offset: name for name, offset in exports.items()})

    def _address_of(self, function: str) -> int:
        return next(address for address, name in self._functions.items() if name == function)

    def _place(self, thing: ObjcObject | str) -> int:
        """Give the address of an object or selector: the same one each time."""
        if thing not in self._addresses:
            self._addresses[thing] = _OBJECTS_AT + _OBJECT_STEP * len(self._addresses)
        return self._addresses[thing]

    def pointer(self, value: ObjcValue) -> int:
        """Give what a register holds for a value."""
        if isinstance(value, ObjcObject):
            address = self._place(value)
            self._objects[address] = value
            return address
        return value or 0

    def value(self, pointer: int) -> ObjcValue:
        """Give what a register's content means: an object where there is one, nil, else a number."""
        return self._objects.get(pointer, pointer or None)

    def get_class(self) -> int:
        """`objc_getClass`."""
        name = self.memory.text(self.registers["x0"])
        return self.pointer(self.debuggee.objc_class(name)) if name else 0

    def register_name(self) -> int:
        """`sel_registerName`."""
        name = self.memory.text(self.registers["x0"])
        if not name:
            return 0
        address = self._place(f"@selector({name})")
        self._selectors[address] = name
        return address

    def create_string(self) -> int:
        """`CFStringCreateWithCString`."""
        text = self.memory.text(self.registers["x1"])
        return 0 if text is None else self.pointer(ObjcObject("__NSCFString", text=text))

    def send_message(self) -> int:
        """`objc_msgSend`: to nil it does nothing, to what is no object, or with no selector, it is the end."""
        receiver, selector = self.value(self.registers["x0"]), self._selectors.get(self.registers["x1"])
        if receiver is None:
            return 0
        if not isinstance(receiver, ObjcObject) or selector is None:
            raise Aborted
        arguments = [self.value(self.registers[f"x{2 + number}"]) for number in range(selector.count(":"))]
        try:
            return self.pointer(self._sent(receiver, selector, arguments))
        except Refused as refusal:
            raise Aborted from refusal

    def _sent(self, receiver: ObjcObject, selector: str, arguments: Sequence[ObjcValue]) -> ObjcValue:
        return self.debuggee.send(receiver, selector, arguments)


_FUNCTIONS: dict[str, Callable[[Inferior], int]] = {
    "_objc_getClass": Inferior.get_class,
    "_objc_lookUpClass": Inferior.get_class,
    "_sel_registerName": Inferior.register_name,
    "_objc_msgSend": Inferior.send_message,
    "_CFStringCreateWithCString": Inferior.create_string,
    "_CFRelease": lambda _inferior: 0,
}
