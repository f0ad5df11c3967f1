"""`settings`, `cmd settings`.

Source: packages/SettingsProvider SettingsService.java (MyShellCommand).
"""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_NAMESPACES = ("system", "secure", "global")
_NEEDS_KEY = frozenset({"get", "put", "delete"})


async def settings(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`get|put|delete|list|reset NAMESPACE [KEY [VALUE]]`."""
    verb, words = arguments.next(), _without_options(arguments.rest())
    if verb not in {"get", "put", "delete", "list", "reset"}:
        io.out(f"Unknown command: {verb}\n" if verb else "Settings provider (settings) commands:\n")
        return -1
    mistake = _mistake(verb, words)
    if mistake is not None:
        io.err(f"{mistake}\n")
        return -1
    return _settings(phone, verb, words, io)


def _without_options(words: Sequence[str]) -> list[str]:
    left: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--user":
            skip = True
        elif word not in {"--lineage", "default", "makeDefault"} or len(left) < 2:  # noqa: PLR2004 - trailing words
            left.append(word)
    return left


def _mistake(verb: str, words: list[str]) -> str | None:
    if not words:
        return "No table specified" if verb in {"list", "reset"} else "Bad arguments"
    if words[0] not in _NAMESPACES:
        return f"Invalid namespace '{words[0]}'"
    if verb in _NEEDS_KEY and len(words) < (3 if verb == "put" else 2):
        return "Bad arguments"
    return None


def _settings(phone: System, verb: str, words: list[str], io: CommandIO) -> int:
    store, namespace = phone.settings, words[0]
    if verb == "list":
        io.out("".join(f"{key}={value}\n" for key, value in store.all(namespace)))
    elif verb == "get":
        found = store.get(namespace, words[1])
        io.out(f"{'null' if found is None else found}\n")
    elif verb == "put":
        store.put(namespace, words[1], words[2])
    elif verb == "delete":
        io.out(f"Deleted {int(store.delete(namespace, words[1]))} rows\n")
    return 0
