"""Intents on a command line: how `am` reads and prints them.

Source: frameworks/base core/java/android/content/Intent.java parseCommandArgs and toShortString.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field

FLAG_RECEIVER_FROM_SHELL = 0x0040_0000
FLAG_INCLUDE_STOPPED_PACKAGES = 0x20
FLAG_EXCLUDE_STOPPED_PACKAGES = 0x10
_FLAG_OPTIONS = {
    "--include-stopped-packages": FLAG_INCLUDE_STOPPED_PACKAGES,
    "--exclude-stopped-packages": FLAG_EXCLUDE_STOPPED_PACKAGES,
    "--receiver-foreground": 0x1000_0000,
    "--receiver-registered-only": 0x4000_0000,
    "--activity-clear-top": 0x0400_0000,
    "--activity-clear-task": 0x0000_8000,
    "--activity-single-top": 0x2000_0000,
}
_EXTRAS = {
    "--es": "string",
    "-e": "string",
    "--esn": "null",
    "--ez": "boolean",
    "--ei": "integer",
    "--el": "integer",
    "--ef": "string",
    "--eu": "string",
}


class IntentError(Exception):
    """What Android throws when it cannot make an intent: the text is the exception's `toString`."""


@dataclass(slots=True)
class Intent:
    """An intent."""

    action: str | None = None
    data: str | None = None
    categories: list[str] = field(default_factory=list)
    flags: int = 0
    package: str | None = None
    component: str | None = None
    extras: dict[str, str] = field(default_factory=dict)

    def printed(self, *, extras: bool = True) -> str:
        """`Intent.toString`: `Intent { act=... flg=0x400020 cmp=pkg/.Class (has extras) }`."""
        parts = [f"act={self.action}"] if self.action else []
        if self.categories:
            parts.append(f"cat=[{','.join(self.categories)}]")
        if self.data:
            parts.append(f"dat={self.data}")
        if self.flags:
            parts.append(f"flg=0x{self.flags:x}")
        if self.package:
            parts.append(f"pkg={self.package}")
        if self.component:
            parts.append(f"cmp={short(self.component)}")
        if self.extras and extras:
            parts.append("(has extras)")
        return "Intent { " + " ".join(parts) + " }"


def short(component: str) -> str:
    """Give `package/.Class` for a class of that package, else `package/full.Class`."""
    package, _, name = component.partition("/")
    return f"{package}/{name.removeprefix(package)}" if name.startswith(f"{package}.") else component


def full(component: str) -> str:
    """Give `package/full.Class` for either form."""
    package, _, name = component.partition("/")
    return f"{package}/{package}{name}" if name.startswith(".") else component


def parse_intent(words: list[str], unknown: Callable[[str, Callable[[], str]], bool]) -> Intent:
    """Read an intent; `unknown(option, next word)` takes options of the command itself and says whether it did.

    Raises:
        IntentError: The words make no intent.

    """
    intent, rest = Intent(), list(words)
    bare: list[str] = []

    def following() -> str:
        if not rest:
            raise IntentError(f'java.lang.IllegalArgumentException: Argument expected after "{word}"')
        return rest.pop(0)

    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            bare.append(word)
        elif not _standard(intent, word, following) and not unknown(word, following):
            raise IntentError(f"java.lang.IllegalArgumentException: Unknown option: {word}")
    _bare(intent, bare)
    return intent


def _standard(intent: Intent, word: str, following: Callable[[], str]) -> bool:
    if word == "-a":
        intent.action = following()
    elif word == "-d":
        intent.data = following()
    elif word == "-c":
        intent.categories.append(following())
    elif word == "-p":
        intent.package = following()
    elif word == "-n":
        intent.component = _component(following())
    elif word == "-f":
        intent.flags = int(following(), 0)
    elif word in _EXTRAS:
        _extra(intent, _EXTRAS[word], following)
    elif word in _FLAG_OPTIONS:
        intent.flags |= _FLAG_OPTIONS[word]
    else:
        return False
    return True


def _component(word: str) -> str:
    if "/" not in word or not word.partition("/")[2]:
        raise IntentError(f"java.lang.IllegalArgumentException: Bad component name: {word}")
    return full(word)


def _extra(intent: Intent, kind: str, following: Callable[[], str]) -> None:
    key = following()
    if kind == "null":
        return
    value = following()
    if kind == "boolean":
        if value.lower() not in {"true", "t", "false", "f"} and not value.lstrip("-").isdecimal():
            raise IntentError(f"java.lang.IllegalArgumentException: Invalid boolean value: {value}")
        value = "true" if value.lower() in {"true", "t"} or value.lstrip("-0").isdecimal() else "false"
    elif kind == "integer" and not value.lstrip("+-").isdecimal():
        raise IntentError(f'java.lang.NumberFormatException: For input string: "{value}"')
    intent.extras[key] = value


def _bare(intent: Intent, bare: list[str]) -> None:
    """A last word names a component, a URI or a package."""
    for word in bare:
        if "/" in word and ":" not in word:
            intent.component = _component(word)
        elif ":" in word:
            intent.data = word
        else:
            intent.package = word
        if intent.action is None and "/" in word and ":" not in word:
            intent.action, intent.categories = "android.intent.action.MAIN", ["android.intent.category.LAUNCHER"]
