"""Darwin notifications: names without content. A process that is suspended hears one when it runs again, and once."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.ios.port import Stop


class NotificationCenter:
    """`notify_post` and `notify_register_dispatch`."""

    def __init__(self) -> None:
        self._observers: list[tuple[str, Callable[[str], None]]] = []

    def post(self, name: str) -> None:
        """Tell whoever registered for that name, and whoever registered for what it begins with."""
        for wanted, observer in tuple(self._observers):
            if name == wanted or (wanted.endswith("*") and name.startswith(wanted[:-1])):
                observer(name)

    def observe(self, name: str, observer: Callable[[str], None]) -> Stop:
        """Register for a name. One that ends with `*` stands for all names that an app registers one by one."""
        entry = (name, observer)
        self._observers.append(entry)

        def stop() -> None:
            if entry in self._observers:
                self._observers.remove(entry)

        return stop
