"""One TOML file and what it extends, merged, checked against a schema; a mistake becomes one sentence."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import TypeVar

import msgspec

from bgtask_harness.errors import BadInput
from bgtask_harness.profiles.durations import decode

Table = dict[str, Any]
Finder = Callable[[str], Path | None]
Schema = TypeVar("Schema", bound=msgspec.Struct)

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?(?P<path>\$[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")
_EXTENDS = "extends"


@dataclass(frozen=True, slots=True)
class Layer:
    """One file's own content."""

    path: Path
    table: Table


def read_layers(path: Path, find: Finder) -> tuple[Layer, ...]:
    """Read a file and everything that it extends, the file itself first.

    Raises:
        BadInput: A file cannot be read, is no TOML, extends itself, or extends what is not there.

    """
    layers: list[Layer] = []
    current: Path | None = path
    while current is not None:
        if any(layer.path == current for layer in layers):
            raise BadInput(f"{path}: key `extends`: the file extends itself by way of {layers[-1].path.name}")
        layer = Layer(current, _read_toml(current))
        layers.append(layer)
        current = _base_of(layer, find)
    return tuple(layers)


def _read_toml(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: is not TOML: {error}") from error


def _base_of(layer: Layer, find: Finder) -> Path | None:
    name = layer.table.get(_EXTENDS)
    if name is None:
        return None
    if not isinstance(name, str):
        raise BadInput(f"{layer.path}: key `extends`: expected the name of a file, got {name!r}")
    beside = layer.path.parent / f"{name}.toml"
    found = beside if beside.is_file() else find(name)
    if found is None:
        raise BadInput(f"{layer.path}: key `extends`: there is no {name}.toml beside it or on the search path")
    return found


def merge(layers: tuple[Layer, ...]) -> Table:
    """Lay the files over each other, the first on top: tables key by key, everything else whole."""
    merged: Table = {}
    for layer in reversed(layers):
        merged = _over(merged, layer.table)
    merged.pop(_EXTENDS, None)
    return merged


def _over(base: Table, top: Table) -> Table:
    both = dict(base)
    for key, value in top.items():
        below = both.get(key)
        both[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return both


def check(layers: tuple[Layer, ...], schema: type[Schema]) -> Schema:
    """Check the merged files against a schema.

    Raises:
        BadInput: One sentence: the file that holds the mistake, the key, what was expected.

    """
    merged = merge(layers)
    try:
        return msgspec.convert(merged, schema, dec_hook=decode)
    except msgspec.ValidationError as error:
        raise _sentence(layers, merged, schema, str(error)) from error


def _sentence(layers: tuple[Layer, ...], merged: Table, schema: type[Schema], message: str) -> BadInput:
    matched = _MESSAGE.fullmatch(message)
    what, place = (matched["what"], matched["path"] or "$") if matched else (message, "$")
    steps = _pinpoint(merged, _steps(place), schema)
    named = re.search(r"(unknown|missing required) field `([^`]*)`", what)
    if named is None:
        path, expected = steps, _lower(what)
    elif named[1] == "unknown":
        path, expected = [*steps, named[2]], _unknown_key(schema, steps, named[2])
    else:
        path, expected = [*steps, named[2]], "expected a value, and there is none; add it"
    return BadInput(f"{_blame(layers, path)}: key `{_dotted(path)}`: {expected}")


def _steps(place: str) -> list[str | int]:
    found = _STEP.findall(place)
    return [int(index) if index else (name or some) for name, index, some in found]


def _pinpoint(merged: Table, steps: list[str | int], schema: type[Schema]) -> list[str | int]:
    """Name the key where msgspec said only `[...]`: the one that still fails when its neighbours are gone."""
    exact: list[str | int] = []
    node: Any = merged
    for step in steps:
        if step == "..." and isinstance(node, dict):
            step = next((key for key in node if _still_fails(merged, exact, key, schema)), step)  # noqa: PLW2901 - narrowed
        exact.append(step)
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
    return exact


def _still_fails(merged: Table, path: list[str | int], key: str, schema: type[Schema]) -> bool:
    def only(node: Any, rest: list[str | int]) -> Any:
        if not rest:
            return {key: node[key]}
        if isinstance(node, dict):
            return {**node, rest[0]: only(node[rest[0]], rest[1:])}
        index = int(rest[0])
        return [*node[:index], only(node[index], rest[1:]), *node[index + 1 :]]

    try:
        msgspec.convert(only(merged, path), schema, dec_hook=decode)
    except msgspec.ValidationError:
        return True
    return False


def _unknown_key(schema: type[Schema], steps: list[str | int], key: str) -> str:
    known = _known_keys(schema, steps)
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean `{close[0]}`" if close else "remove it or correct its name"
    return f"expected one of {', '.join(known) or 'no keys'}; this key is unknown, {hint}"


def _known_keys(schema: type[Schema], steps: list[str | int]) -> tuple[str, ...]:
    node: Any = msgspec.inspect.type_info(schema)
    for step in steps:
        node = _below(_not_optional(node), step)
    node = _not_optional(node)
    return tuple(field.encode_name for field in getattr(node, "fields", ()))


def _below(node: Any, step: str | int) -> Any:
    if isinstance(node, msgspec.inspect.StructType):
        return next((field.type for field in node.fields if field.encode_name == step), None)
    return getattr(node, "value_type", None) or getattr(node, "item_type", None)


def _not_optional(node: Any) -> Any:
    if isinstance(node, msgspec.inspect.UnionType):
        return next((kind for kind in node.types if not isinstance(kind, msgspec.inspect.NoneType)), node)
    return node


def _blame(layers: tuple[Layer, ...], path: list[str | int]) -> Path:
    """Give the file that holds the key; of a key that nobody wrote, the file that was asked for."""
    return next((layer.path for layer in layers if _holds(layer.table, path)), layers[0].path)


def _holds(node: Any, path: list[str | int]) -> bool:
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _dotted(path: list[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "(the whole file)"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
