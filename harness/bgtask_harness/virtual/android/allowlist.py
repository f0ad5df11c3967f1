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
        self.removed_system: dict[str, int] = {}
        """Of `system`, what the shell took off."""
        self._except_idle: dict[str, int] = {}
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

    def add_except_idle(self, package: str, app_id: int) -> None:
        """`except-idle-whitelist +P`."""
        self._except_idle[package] = app_id
        self._observers.tell()

    def reset_except_idle(self) -> None:
        """`except-idle-whitelist reset`."""
        self._except_idle.clear()
        self._observers.tell()

    def remove_system(self, package: str) -> bool:
        """`sys-whitelist -P`; True when it was there."""
        return self._move(package, self.system, self.removed_system)

    def restore_system(self, package: str) -> bool:
        """`sys-whitelist +P`; True when it had been removed."""
        return self._move(package, self.removed_system, self.system)

    def reset_system(self) -> None:
        """`sys-whitelist reset`."""
        for package in tuple(self.removed_system):
            self.restore_system(package)

    def _move(self, package: str, source: dict[str, int], target: dict[str, int]) -> bool:
        if package not in source:
            return False
        target[package] = source.pop(package)
        self._observers.tell()
        return True

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
        return tuple(app_id for app_id, _ in self.temporary_ends(boot_ns))

    def temporary_ends(self, boot_ns: int) -> tuple[tuple[int, int], ...]:
        """The same, each with the time since boot until which."""
        return tuple((app_id, until) for app_id, until in sorted(self._temporary.items()) if until > boot_ns)

    def forget_temporary(self) -> None:
        """After a boot there are none, and none that are exempt from app standby alone."""
        self._temporary.clear()
        self._except_idle.clear()

    def app_ids(self) -> tuple[int, ...]:
        """App ids that may work while the phone dozes, without the temporary ones."""
        return tuple(sorted({*self.system.values(), *self.user.values()}))

    def app_ids_except_idle(self) -> tuple[int, ...]:
        """App ids that are exempt from app standby."""
        return tuple(sorted({*self.system_except_idle.values(), *self.user.values(), *self._except_idle.values()}))

    def exempt(self, app_id: int, boot_ns: int) -> bool:
        """Say whether an app is on the list now."""
        return app_id in self.app_ids() or self._temporary.get(app_id, -1) > boot_ns

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)
