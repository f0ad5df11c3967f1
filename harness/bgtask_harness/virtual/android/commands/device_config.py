"""`device_config`, `cmd device_config`: flags of system services.

Source: packages/SettingsProvider DeviceConfigService.java of a30 and y36 (MyShellCommand.onCommand). Which of the later
verbs came with which level between 30 and 36 is UNCONFIRMED.
"""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.properties import DeviceConfig
from bgtask_harness.virtual.android.system import System

_RESET_MODES = ("untrusted_defaults", "untrusted_clear", "trusted_defaults")
_SYNC_MODES = ("none", "persistent", "until_reboot")
_LATER = frozenset({"override", "clear_override", "list_namespaces", "list_local_overrides"})
_SYNC = frozenset({"set_sync_disabled_for_tests", "get_sync_disabled_for_tests"})
_GET, _PUT, _PUT_DEFAULT = 2, 3, 4
"""How many words `get`, `put` and `put ... default` have after the verb."""

HELP = """\
Device Config (device_config) commands:
  help
      Print this help text.
  get NAMESPACE KEY
      Retrieve the current value of KEY from the given NAMESPACE.
  put NAMESPACE KEY VALUE [default]
      Change the contents of KEY to VALUE for the given NAMESPACE.
      {default} to set as the default value.
  delete NAMESPACE KEY
      Delete the entry for KEY for the given NAMESPACE.
  list [NAMESPACE]
      Print all keys and values defined, optionally for the given NAMESPACE.
  reset RESET_MODE [NAMESPACE]
      Reset all flag values, optionally for a NAMESPACE, according to RESET_MODE.
      RESET_MODE is one of {untrusted_defaults, untrusted_clear, trusted_defaults}
      NAMESPACE limits which flags are reset if provided, otherwise all flags are reset
"""


async def device_config(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(HELP)
        return -1
    name = str(verb).lower()
    known = (name not in _LATER or phone.level.has("device_config_overrides")) and (
        name not in _SYNC or phone.level.has("device_config_sync")
    )
    action = _VERBS.get(name) if known else None
    if action is None:
        io.err(f"Invalid command: {verb}\n")
        return -1
    mistake = action(phone.device_config, arguments.rest(), io)
    if mistake is not None:
        io.err(f"{mistake}\n")
        return -1
    return 0


_Verb = Callable[[DeviceConfig, list[str], CommandIO], str | None]
"""A verb gives what is wrong with its words, None when it was carried out."""

_BAD, _TOO_MANY = "Bad arguments", "Too many arguments"


def _get(flags: DeviceConfig, words: list[str], io: CommandIO) -> str | None:
    if len(words) != _GET:
        return _TOO_MANY if len(words) > _GET else _BAD
    value = flags.get(words[0], words[1])
    io.out(f"{'null' if value is None else value}\n")
    return None


def _put(flags: DeviceConfig, words: list[str], _io: CommandIO) -> str | None:
    if len(words) == _PUT or (len(words) == _PUT_DEFAULT and words[3].lower() == "default"):
        flags.put(words[0], words[1], words[2])
        return None
    return _TOO_MANY if len(words) > _PUT_DEFAULT and words[3].lower() == "default" else _BAD


def _delete(flags: DeviceConfig, words: list[str], io: CommandIO) -> str | None:
    if len(words) != _GET:
        return _TOO_MANY if len(words) > _GET else _BAD
    namespace, key = words
    deleted = flags.delete(namespace, key)
    io.out(f"{'Successfully deleted' if deleted else 'Failed to delete'} {key} from {namespace}\n")
    return None


def _list(flags: DeviceConfig, words: list[str], io: CommandIO) -> str | None:
    if len(words) > 1:
        return _TOO_MANY
    if words:
        io.out("".join(f"{key}={value}\n" for key, value in flags.all(words[0])))
        return None
    lines = [f"{namespace}/{key}={value}\n" for namespace in flags.namespaces() for key, value in flags.all(namespace)]
    io.out("".join(sorted(lines)))
    return None


def _reset(flags: DeviceConfig, words: list[str], _io: CommandIO) -> str | None:
    if not words:
        return _BAD
    if words[0].lower() not in _RESET_MODES:
        return f"Invalid reset mode: {words[0]}"
    if len(words) > _GET:
        return _TOO_MANY
    flags.reset(words[1] if len(words) > 1 else None)
    return None


def _override(flags: DeviceConfig, words: list[str], _io: CommandIO) -> str | None:
    if len(words) != _PUT:
        return _BAD
    flags.override(words[0], words[1], words[2])
    return None


def _clear_override(flags: DeviceConfig, words: list[str], _io: CommandIO) -> str | None:
    if len(words) != _GET:
        return _TOO_MANY if len(words) > _GET else _BAD
    flags.override(words[0], words[1], None)
    return None


def _list_overrides(flags: DeviceConfig, words: list[str], io: CommandIO) -> str | None:
    if words:
        return _BAD
    io.out("".join(f"{namespace}/{key}={value}\n" for namespace, key, value in flags.overrides()))
    return None


def _list_namespaces(flags: DeviceConfig, words: list[str], io: CommandIO) -> str | None:
    """Those with flags in them; a phone prints every NAMESPACE_ constant of DeviceConfig, which is UNCONFIRMED here."""
    if words not in ([], ["--public"]):
        return _BAD
    io.out("".join(f"{namespace}\n" for namespace in flags.namespaces()))
    return None


def _set_sync(flags: DeviceConfig, words: list[str], _io: CommandIO) -> str | None:
    if not words:
        return _BAD
    if words[0].lower() not in _SYNC_MODES:
        return f"Invalid sync disabled mode: {words[0]}"
    if len(words) > 1:
        return _BAD
    flags.sync_disabled = words[0].lower()
    return None


def _get_sync(flags: DeviceConfig, words: list[str], io: CommandIO) -> str | None:
    if words:
        return _BAD
    io.out(f"{flags.sync_disabled}\n")
    return None


_VERBS: dict[str, _Verb] = {
    "get": _get,
    "put": _put,
    "delete": _delete,
    "list": _list,
    "reset": _reset,
    "override": _override,
    "clear_override": _clear_override,
    "list_local_overrides": _list_overrides,
    "list_namespaces": _list_namespaces,
    "set_sync_disabled_for_tests": _set_sync,
    "get_sync_disabled_for_tests": _get_sync,
}
