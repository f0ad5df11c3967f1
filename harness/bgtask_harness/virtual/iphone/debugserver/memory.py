"""The memory of a virtual process: regions, each with what may be done to it."""

from __future__ import annotations

from dataclasses import dataclass

PAGE = 0x4000
LARGEST_ALLOCATION = 1 << 24


@dataclass(slots=True)
class Region:
    """Some memory that belongs together. `permissions` as debugserver writes them: `rx`, `rw`, `r`."""

    start: int
    content: bytearray
    permissions: str

    @property
    def end(self) -> int:
        """The first address after it."""
        return self.start + len(self.content)


class Memory:
    """All regions of a process. They do not overlap."""

    def __init__(self, heap: int) -> None:
        self._regions: dict[int, Region] = {}
        self._heap = heap

    def add(self, start: int, content: bytearray, permissions: str) -> None:
        """Map something."""
        self._regions[start] = Region(start, content, permissions)

    def allocate(self, size: int, permissions: str) -> int | None:
        """Map new memory and give its address; None for more than there is."""
        if not 0 < size <= LARGEST_ALLOCATION:
            return None
        start = self._heap
        self._heap += -(-size // PAGE) * PAGE + PAGE
        self.add(start, bytearray(size), permissions)
        return start

    def free(self, start: int) -> bool:
        """Unmap what begins there; False when nothing does."""
        return self._regions.pop(start, None) is not None

    def region(self, address: int) -> Region | None:
        """Give the region that holds an address."""
        return next((each for each in self._regions.values() if each.start <= address < each.end), None)

    def gap(self, address: int) -> tuple[int, int]:
        """Give the unmapped space around an address: start and size."""
        start = max((each.end for each in self._regions.values() if each.end <= address), default=0)
        end = min((each.start for each in self._regions.values() if each.start > address), default=1 << 39)
        return start, max(0, end - start)

    def read(self, address: int, size: int) -> bytes | None:
        """Give bytes, fewer where the region ends; None where nothing is mapped."""
        found = self.region(address)
        return None if found is None else bytes(found.content[address - found.start : address - found.start + size])

    def write(self, address: int, data: bytes) -> bool:
        """Write bytes; False where nothing is mapped, it is too short or may not be written."""
        found = self.region(address)
        if found is None or "w" not in found.permissions or address + len(data) > found.end:
            return False
        found.content[address - found.start : address - found.start + len(data)] = data
        return True

    def text(self, address: int) -> str | None:
        """Give the zero-terminated text at an address; None where there is none."""
        found = self.region(address)
        if found is None:
            return None
        at = address - found.start
        end = found.content.find(b"\0", at)
        return None if end < 0 else found.content[at:end].decode(errors="replace")
