"""System properties and the settings provider: two flat stores of strings."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.virtual.android.observers import Observers


class Properties:
    """`getprop`, `setprop`. `ro.` properties cannot be set."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def get(self, name: str) -> str:
        """Give a property, empty when it is not set."""
        return self._values.get(name, "")

    def set(self, name: str, value: str) -> None:
        """Set a property, as the system itself."""
        self._values[name] = value

    def unset(self, name: str) -> None:
        """Have a property no more, as after a boot."""
        self._values.pop(name, None)

    def all(self) -> tuple[tuple[str, str], ...]:
        """All of them, by name."""
        return tuple(sorted(self._values.items()))


class Settings:
    """The settings provider: namespaces `global`, `secure` and `system`."""

    def __init__(self, values: Mapping[str, Mapping[str, str]]) -> None:
        self._values = {namespace: dict(entries) for namespace, entries in values.items()}
        self._observers: list[Callable[[str, str], None]] = []

    def get(self, namespace: str, key: str) -> str | None:
        """Give a setting, None when it is not there."""
        return self._values[namespace].get(key)

    def put(self, namespace: str, key: str, value: str) -> None:
        """Write a setting and tell the observers."""
        self._values[namespace][key] = value
        self._tell(namespace, key)

    def delete(self, namespace: str, key: str) -> bool:
        """Delete a setting; True when it was there."""
        if key not in self._values[namespace]:
            return False
        del self._values[namespace][key]
        self._tell(namespace, key)
        return True

    def all(self, namespace: str) -> tuple[tuple[str, str], ...]:
        """All settings of a namespace, by name."""
        return tuple(sorted(self._values[namespace].items()))

    def observe(self, collector: Callable[[str, str], None]) -> None:
        """Call the collector with namespace and key of each change."""
        self._observers.append(collector)

    def _tell(self, namespace: str, key: str) -> None:
        for collector in tuple(self._observers):
            collector(namespace, key)


class DeviceConfig:
    """`device_config`: flags of system services. An override hides the flag's own value."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, str]] = {}
        self._overrides: dict[tuple[str, str], str] = {}
        self._observers = Observers()
        self.sync_disabled = "none"

    def get(self, namespace: str, key: str) -> str | None:
        """Give a flag, None when it is not set."""
        override = self._overrides.get((namespace, key))
        return self._values.get(namespace, {}).get(key) if override is None else override

    def put(self, namespace: str, key: str, value: str) -> None:
        """Set a flag."""
        self._values.setdefault(namespace, {})[key] = value
        self._observers.tell()

    def delete(self, namespace: str, key: str) -> bool:
        """Delete a flag; True when it was set."""
        deleted = self._values.get(namespace, {}).pop(key, None) is not None
        self._observers.tell()
        return deleted

    def override(self, namespace: str, key: str, value: str | None) -> None:
        """Hide a flag behind a value of its own, or show it again for None."""
        if value is None:
            self._overrides.pop((namespace, key), None)
        else:
            self._overrides[namespace, key] = value
        self._observers.tell()

    def overrides(self) -> tuple[tuple[str, str, str], ...]:
        """All overrides: namespace, key and value."""
        return tuple((namespace, key, value) for (namespace, key), value in sorted(self._overrides.items()))

    def reset(self, namespace: str | None) -> None:
        """Forget the flags of a namespace, of all for None."""
        for name in list(self._values) if namespace is None else [namespace]:
            self._values.pop(name, None)
        self._observers.tell()

    def all(self, namespace: str) -> tuple[tuple[str, str], ...]:
        """All flags of a namespace, by name."""
        hidden = {key: value for name, key, value in self.overrides() if name == namespace}
        return tuple(sorted({**self._values.get(namespace, {}), **hidden}.items()))

    def namespaces(self) -> tuple[str, ...]:
        """Those that have flags, by name."""
        named = {name for name, flags in self._values.items() if flags} | {name for name, _, _ in self.overrides()}
        return tuple(sorted(named))

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)
