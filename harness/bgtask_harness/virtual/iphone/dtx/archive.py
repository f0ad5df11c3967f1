"""NSKeyedArchiver's format, as far as property lists go: what DTX wraps selectors, arguments and answers in.

An archive is a binary property list: `$objects` in a row that refer to each other by number, and `$top`.
"""

from __future__ import annotations

import plistlib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from plistlib import UID
from typing import Any

DEEPEST = 64
"""Nesting that no honest message has."""

_CLASSES = {
    "NSDictionary": ["NSDictionary", "NSObject"],
    "NSArray": ["NSArray", "NSObject"],
    "NSError": ["NSError", "NSObject"],
}


class BadArchive(ValueError):  # noqa: N818 - reads as what it is
    """It is no archive, or holds what is no property list."""


@dataclass(frozen=True, slots=True)
class NSError:
    """An error as Foundation has it."""

    domain: str
    code: int
    user_info: Mapping[str, Any] = field(default_factory=dict)


class _Writer:
    def __init__(self) -> None:
        self.objects: list[Any] = ["$null"]
        self._classes: dict[str, UID] = {}

    def add(self, value: Any) -> UID:
        """Add an object and whatever it consists of."""
        if value is None:
            return UID(0)
        place = UID(len(self.objects))
        self.objects.append(None)
        self.objects[place.data] = self._written(value)
        return place

    def _written(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            keys, values = [self.add(key) for key in value], [self.add(each) for each in value.values()]
            return {"$class": self._class("NSDictionary"), "NS.keys": keys, "NS.objects": values}
        if isinstance(value, list | tuple):
            return {"$class": self._class("NSArray"), "NS.objects": [self.add(each) for each in value]}
        if isinstance(value, NSError):
            parts = {"NSDomain": self.add(value.domain), "NSUserInfo": self.add(dict(value.user_info))}
            return {"$class": self._class("NSError"), "NSCode": value.code, **parts}
        return value

    def _class(self, name: str) -> UID:
        if name not in self._classes:
            self._classes[name] = UID(len(self.objects))
            self.objects.append({"$classname": name, "$classes": _CLASSES[name]})
        return self._classes[name]


def dumps(value: Any) -> bytes:
    """Archive strings, numbers, booleans, bytes, None, errors, and lists and dictionaries of these."""
    writer = _Writer()
    root = writer.add(value)
    return plistlib.dumps(
        {"$version": 100_000, "$archiver": "NSKeyedArchiver", "$top": {"root": root}, "$objects": writer.objects},
        fmt=plistlib.FMT_BINARY,
        sort_keys=False,
    )


def loads(data: bytes) -> Any:
    """Read an archive.

    Raises:
        BadArchive: It is none.

    """
    try:
        archive = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
        return _Reader(archive["$objects"]).value(archive["$top"]["root"])
    except BadArchive:
        raise
    except Exception as error:  # plistlib and a hostile graph fail in many ways, and all of them mean this
        raise BadArchive(f"no keyed archive: {error!r}") from error


class _Reader:
    def __init__(self, objects: list[Any]) -> None:
        self._objects = objects

    def value(self, reference: Any, depth: int = 0) -> Any:
        """Give what a reference stands for."""
        if depth > DEEPEST:
            raise BadArchive("nested too deeply")
        if not isinstance(reference, UID):
            return reference
        found = None if reference.data == 0 else self._objects[reference.data]
        return self._object(found, depth + 1) if isinstance(found, dict) else found

    def _object(self, found: dict[str, Any], depth: int) -> Any:
        name = self._objects[found["$class"].data]["$classname"] if "$class" in found else ""
        if name.endswith("Dictionary"):
            keys = [self.value(key, depth) for key in found["NS.keys"]]
            return dict(zip(keys, (self.value(each, depth) for each in found["NS.objects"]), strict=True))
        if "NS.objects" in found:
            return [self.value(each, depth) for each in found["NS.objects"]]
        if name == "NSError":
            info = self.value(found["NSUserInfo"], depth) or {}
            return NSError(self.value(found["NSDomain"], depth), self.value(found["NSCode"], depth), info)
        return self._simple(found, name, depth)

    def _simple(self, found: dict[str, Any], name: str, depth: int) -> Any:
        for key in ("NS.string", "NS.data", "NS.bytes", "NS.time", "NS.uuidbytes"):
            if key in found:
                return self.value(found[key], depth)
        if name == "NSNull":
            return None
        raise BadArchive(f"an object of class {name!r}")
