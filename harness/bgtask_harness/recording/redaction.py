"""Takes out of a recording what names a person or a device: e-mail and MAC addresses, serials, an iPhone's name.

What a verdict rests on stays: package names, task ids, work ids, times. The same thing is always replaced by the same
word, so that two lines about one account still tell that. It is no anonymiser: an app may log anything.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from bgtask_harness.recording.tape import Exchange
from bgtask_reference.events import History

T = TypeVar("T")

_EMAIL = re.compile(r"(?<![\w@/.:+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@/.-])")
_MAC = re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")
_LEAST_SERIAL = 4


class Redactor:
    """Replaces what is private in any text.

    `serials` are the device's own; shorter ones than 4 letters are left. `names` are what its owner calls it.
    """

    def __init__(self, serials: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self._serial = _any_of(each for each in serials if len(each) >= _LEAST_SERIAL)
        self._name = _any_of(names)
        self._words: dict[str, str] = {}

    @property
    def replaced(self) -> int:
        """How many different things were replaced."""
        return len(self._words)

    def text(self, text: str) -> str:
        """Give the text without them."""
        if self._serial is not None:
            text = self._serial.sub(lambda match: self._word("serial", match[0]), text)
        if self._name is not None:
            text = self._name.sub(lambda match: self._word("name", match[0]), text)
        if "@" in text:
            text = _EMAIL.sub(lambda match: self._word("e-mail", match[0].lower()), text)
        return _MAC.sub(lambda match: self._word("mac", match[0].lower()), text) if ":" in text else text

    def exchange(self, exchange: Exchange) -> Exchange:
        """Give what was typed and answered without them."""
        texts = {name: self.text(getattr(exchange, name)) for name in ("service", "stdout", "stderr")}
        return msgspec.structs.replace(exchange, **texts)

    def value(self, value: T) -> T:
        """Give a value with every text in it redacted: dataclasses, tuples and dicts are gone through."""
        if isinstance(value, str):
            return type(value)(self.text(value)) if type(value) is str else value
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            old = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
            new = {name: self.value(each) for name, each in old.items()}
            return value if new == old else dataclasses.replace(value, **new)
        if isinstance(value, tuple):
            return tuple(self.value(each) for each in value)  # type: ignore[return-value]  # a tuple of the same types
        if isinstance(value, dict):
            return {key: self.value(each) for key, each in value.items()}  # type: ignore[return-value]  # same
        return value

    def _word(self, kind: str, private: str) -> str:
        number = sum(word.startswith(f"<{kind}-") for word in self._words.values()) + 1
        return self._words.setdefault(private, f"<{kind}-{number}>")


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    known = sorted({each for each in words if each}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in known)) if known else None


def redact_history(history: History, redactor: Redactor) -> History:
    """Give a history without them. Whatever is judged of it stays as it was."""
    return redactor.value(history)
