"""`settings`, `cmd settings`, `device_config`, `cmd device_config`.

Source: packages/SettingsProvider SettingsService.java (MyShellCommand), DeviceConfigService.java.
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


async def device_config(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`get|put|delete|list NAMESPACE [KEY [VALUE]]`, `set_sync_disabled_for_tests`, `reset`."""
    verb, words = arguments.next(), arguments.rest()
    flags = phone.device_config
    if verb == "get" and len(words) == 2:  # noqa: PLR2004 - namespace and key
        io.out(f"{flags.get(words[0], words[1]) or 'null'}\n")
    elif verb == "put" and len(words) >= 3:  # noqa: PLR2004 - namespace, key and value
        flags.put(words[0], words[1], words[2])
    elif verb == "delete" and len(words) == 2:  # noqa: PLR2004 - namespace and key
        deleted = flags.delete(words[0], words[1])
        io.out(f"Successfully deleted {words[1]} from {words[0]}\n" if deleted else _not_deleted(*words))
    elif verb == "list" and words:
        io.out("".join(f"{key}={value}\n" for key, value in flags.all(words[0])))
    elif verb in {"set_sync_disabled_for_tests", "reset"} and words:
        return 0
    elif verb == "get_sync_disabled_for_tests":
        io.out("none\n")
    else:
        io.err(
            f"Bad arguments for {verb}\n" if verb in {"get", "put", "delete", "list"} else f"Invalid command: {verb}\n"
        )
        return -1
    return 0


def _not_deleted(namespace: str, key: str) -> str:
    return f"Failed to delete {key} from {namespace}\n"
