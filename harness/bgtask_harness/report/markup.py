"""Elements of HTML and SVG as values: text is escaped unless it is markup already, so no device can add to a page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | int | Iterable["Child"] | None
Attribute = str | int | float | bool | None

_VOID: Final = frozenset({"meta", "br", "hr", "img"})


def _unprintable() -> dict[int, str]:
    """Map what must not reach a page as itself: control characters, and those that turn the text's direction round."""
    shown = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
    shown |= {code: f"\\x{code:02x}" for code in range(0x7F, 0xA0)}
    turning = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
    shown |= {code: f"\\u{code:04x}" for code in turning}
    shown |= dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd")
    return shown


_UNPRINTABLE: Final = _unprintable()


def text(value: object) -> Markup:
    """Make text safe inside an element or a quoted attribute. What cannot be printed is made visible."""
    if isinstance(value, Markup):
        return value
    return Markup(escape(str(value).translate(_UNPRINTABLE), quote=True))


def join(*children: Child) -> Markup:
    """Put children behind each other: text escaped, None left out, iterables flattened."""
    return Markup("".join(_flat(children)))


def el(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """Make an element. `class_` stands for `class`, `_` in other names for `-`; None and False leave one out."""
    opening = name + "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(_number(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    content = join(*children)
    if name in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{content}</{name}>")


def _number(value: Attribute) -> str | int:
    """Write a coordinate with one decimal at most: the same picture on every machine."""
    if value is True:
        return ""
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return value if isinstance(value, str | int) else ""


def _flat(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str | int):
            yield text(child)
        else:
            yield from _flat(child)
