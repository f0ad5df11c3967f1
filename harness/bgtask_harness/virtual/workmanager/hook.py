"""The debug hook's receiver: a broadcast becomes a command, the command's answer the broadcast's result data.

`ping`, `state` and `server` mean the same to every virtual app and are carried out here, since the server is no part of
the app. Every command is also handed to the program, which does the others and may do more on these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bgtask_harness.virtual.workmanager.storage import BadReply
from bgtask_harness.virtual.workmanager.storage import Server
from bgtask_harness.virtual.workmanager.storage import read_reply

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.process import Process

ACTION = "bgtask.HOOK"
PERMISSION = "android.permission.DUMP"
DONE = "ok"


def carry_out(process: Process, extras: Mapping[str, str]) -> str:
    """Give `ok` or `error: ...`, one line."""
    arguments = {name: value for name, value in extras.items() if name != "command"}
    command = extras.get("command", "")
    if not command:
        return "error: no command"
    own = _own_answer(process, command, arguments)
    if own is not None and own != DONE:
        return own
    told = process.application.on_hook(command, arguments)
    return own or told


def _own_answer(process: Process, command: str, arguments: Mapping[str, str]) -> str | None:
    if command == "ping":
        return DONE
    if command == "state":
        return _state(process, arguments)
    if command == "server":
        return _server(process.installation.storage.server, arguments)
    return None


def _state(process: Process, arguments: Mapping[str, str]) -> str:
    if "name" not in arguments:
        return "error: state wants name and value"
    if "value" not in arguments:
        return f"{DONE} {process.app.state(arguments['name'])}"
    process.app.store(arguments["name"], arguments["value"])
    return DONE


def _server(server: Server, arguments: Mapping[str, str]) -> str:
    if not {"endpoint", "reply"} <= arguments.keys():
        return "error: server wants endpoint and reply"
    try:
        reply = read_reply(arguments["reply"], arguments.get("duration_ms"))
    except BadReply as error:
        return f"error: {error}"
    server.replies[arguments["endpoint"]] = reply
    return DONE
