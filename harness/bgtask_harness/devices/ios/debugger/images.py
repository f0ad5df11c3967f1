"""The images of a process: where each is loaded, and where a symbol of one is."""

from __future__ import annotations

import json

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger import mach_o
from bgtask_harness.devices.ios.debugger.remote import DebuggerRefusedError
from bgtask_harness.devices.ios.debugger.remote import GdbRemote

_ASK = 'jGetLoadedDynamicLibrariesInfos:{"fetch_all_solibs":true}'


class Images:
    """What dyld has loaded, the executable first. Each export trie is read once."""

    def __init__(self, remote: GdbRemote, deadline: Deadline) -> None:
        self._remote = remote
        self._layouts: dict[str, mach_o.Layout] = {}
        self._tries: dict[str, bytes] = {}
        answer = remote.checked(_ASK, deadline)
        try:
            images = json.loads(answer)["images"]
            self._bases = {str(image["pathname"]): int(image["load_address"]) for image in images}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DebuggerRefusedError(f"the list of images {answer[:60]!r} is none that is known") from error
        if not self._bases:
            raise DebuggerRefusedError("the process has no images yet: it was just started")

    def symbol(self, image: str, name: str, deadline: Deadline) -> int:
        """Give the address of a symbol of the image whose path ends with `image`.

        Raises:
            DebuggerRefusedError: No such image is loaded, or it does not export the symbol.

        """
        paths = [path for path in self._bases if path.endswith(image)]
        if not paths:
            raise DebuggerRefusedError(f"{image} is not loaded in this process")
        for path in paths:
            try:
                offset = mach_o.find_export(self._trie(path, deadline), name)
            except mach_o.BadImageError as error:
                raise DebuggerRefusedError(f"{path}: {error}") from error
            if offset is not None:
                return self._bases[path] + offset
        raise DebuggerRefusedError(f"{paths[0]} does not export {name}")

    def main(self, deadline: Deadline) -> int:
        """Give an address in the executable that nothing runs again: its main function's."""
        path = next(iter(self._bases))
        layout = self._layout(path, deadline)
        return layout.base if layout.entry is None else layout.entry

    def _trie(self, path: str, deadline: Deadline) -> bytes:
        if path not in self._tries:
            exports = self._layout(path, deadline).exports
            self._tries[path] = b"" if exports is None else self._remote.read(*exports, deadline)
        return self._tries[path]

    def _layout(self, path: str, deadline: Deadline) -> mach_o.Layout:
        if path not in self._layouts:
            base = self._bases[path]
            header = self._remote.read(base, mach_o.HEADER_SIZE, deadline)
            try:
                commands = self._remote.read(base + mach_o.HEADER_SIZE, mach_o.commands_size(header), deadline)
                self._layouts[path] = mach_o.read_layout(base, header, commands)
            except mach_o.BadImageError as error:
                raise DebuggerRefusedError(f"{path}: {error}") from error
        return self._layouts[path]
