"""System properties and the settings provider: two flat stores of strings."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping


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
    """`device_config`: flags of system services. Kept and given back; nothing on this phone reads them."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, str]] = {}

    def get(self, namespace: str, key: str) -> str | None:
        """Give a flag, None when it is not set."""
        return self._values.get(namespace, {}).get(key)

    def put(self, namespace: str, key: str, value: str) -> None:
        """Set a flag."""
        self._values.setdefault(namespace, {})[key] = value

    def delete(self, namespace: str, key: str) -> bool:
        """Delete a flag; True when it was set."""
        return self._values.get(namespace, {}).pop(key, None) is not None

    def all(self, namespace: str) -> tuple[tuple[str, str], ...]:
        """All flags of a namespace, by name."""
        return tuple(sorted(self._values.get(namespace, {}).items()))
