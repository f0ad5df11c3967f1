"""The power allow-list of DeviceIdleController: who may work while the phone dozes."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.virtual.android.observers import Observers


class AllowList:
    """System apps, system apps that are exempt except when idle, and what the user or the shell added.

    Packages map to app ids. Temporary entries end by themselves.
    """

    def __init__(self, system_except_idle: Mapping[str, int], system: Mapping[str, int]) -> None:
        self.system_except_idle = dict(system_except_idle)
        self.system = dict(system)
        self.user: dict[str, int] = {}
        self._temporary: dict[int, int] = {}
        self._observers = Observers()

    def add(self, package: str, app_id: int) -> None:
        """`whitelist +P`."""
        self.user[package] = app_id
        self._observers.tell()

    def remove(self, package: str) -> bool:
        """`whitelist -P`; True when it was there."""
        known = self.user.pop(package, None) is not None
        self._observers.tell()
        return known

    def add_temporarily(self, app_id: int, until_boot_ns: int) -> None:
        """`tempwhitelist`."""
        self._temporary[app_id] = until_boot_ns
        self._observers.tell()

    def remove_temporary(self, app_id: int) -> None:
        """`tempwhitelist -r`."""
        self._temporary.pop(app_id, None)
        self._observers.tell()

    def temporary(self, boot_ns: int) -> tuple[int, ...]:
        """App ids that are on the list for a while and still are at that time."""
        return tuple(sorted(app_id for app_id, until in self._temporary.items() if until > boot_ns))

    def forget_temporary(self) -> None:
        """After a boot there are none."""
        self._temporary.clear()

    def app_ids(self) -> tuple[int, ...]:
        """App ids that may work while the phone dozes, without the temporary ones."""
        return tuple(sorted({*self.system.values(), *self.user.values()}))

    def app_ids_except_idle(self) -> tuple[int, ...]:
        """App ids that are exempt from app standby."""
        return tuple(sorted({*self.system_except_idle.values(), *self.user.values()}))

    def exempt(self, app_id: int, boot_ns: int) -> bool:
        """Say whether an app is on the list now."""
        return app_id in self.app_ids() or self._temporary.get(app_id, -1) > boot_ns

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)
