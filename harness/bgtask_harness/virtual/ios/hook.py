"""The debug hook on iOS: Darwin notifications in, a public line of JSON out (`docs/app-contract.md`).

A Darwin notification is a name and nothing else, and an app hears only names that it has registered. So a command is a
name: `<bundle>.bgt.<command>` and its arguments, each after a dot, with each byte of its UTF-8 that is no letter, digit
or hyphen written as `_XX`. An app registers the names of what it can do; here one observer stands for all of them.

force.<task>, expire.<task>     the private simulate calls of BackgroundTasks
pending                         getPendingTaskRequests, which prints what is pending
schedule|execute|cancel|run.<task>, state.<name>.<value>, server.<endpoint>.<reply>[.<seconds>], ping
sentinel.<digit>                answered and nothing else: proves the log whole up to there
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bgtask_harness.virtual.workmanager.storage import BadReply
from bgtask_harness.virtual.workmanager.storage import read_reply

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.process import AppProcess

CATEGORY = "bgt"
_MS_PER_S = 1_000
_ARGUMENTS = {
    "force": ("task",),
    "expire": ("task",),
    "pending": (),
    "ping": (),
    "sentinel": ("digit",),
    "schedule": ("task",),
    "execute": ("task",),
    "cancel": ("task",),
    "cancel_all": (),
    "run": ("task",),
    "state": ("name", "value"),
    "server": ("endpoint", "reply", "seconds"),
}


def register(process: AppProcess) -> None:
    """Hear every command of this app for as long as the process lives."""
    prefix = f"{process.package}.bgt."
    stop: list[Callable[[], None]] = []

    def heard(name: str) -> None:
        if process.alive:
            process.enter(lambda: carry_out(process, name, name.removeprefix(prefix)))
        else:
            stop[0]()

    stop.append(process.phone.notifications.observe(f"{prefix}*", heard))


def carry_out(process: AppProcess, notification: str, command: str) -> None:
    """Do it and say so: `{"v":1,"event":"hook","name":...,"answer":"ok"}`."""
    word, *rest = (_plain(part) for part in command.split("."))
    answer = _answer(process, word, rest)
    line = json.dumps({"v": 1, "event": "hook", "name": notification, "answer": answer}, separators=(",", ":"))
    process.write(line, subsystem=process.package, category=CATEGORY)


def _answer(process: AppProcess, word: str, rest: list[str]) -> str:
    names = _ARGUMENTS.get(word)
    if names is None:
        return f"error: unknown command {word!r}"
    arguments = dict(zip(names, rest, strict=False))
    if word in {"force", "expire", "pending"}:
        return _about_tasks(process, word, arguments.get("task", ""))
    if word == "state" and len(arguments) == len(names):
        process.storage_changed(arguments["name"], arguments["value"])
    elif word == "server":
        problem = _server(process, arguments)
        if problem is not None:
            return problem
    if word == "sentinel":
        return "ok"
    if word == "state" and set(arguments) == {"name"}:
        return f"ok {process.storage.settings.get(arguments['name'], '')}".rstrip()
    assert process.application is not None
    told = process.application.on_hook(word, arguments)
    return "ok" if word in {"state", "server", "ping"} else told


def _about_tasks(process: AppProcess, word: str, task: str) -> str:
    framework = process.background_tasks
    if word == "pending":
        framework.get_pending(lambda _requests: None)
    elif word == "force":
        framework.simulate_launch(task)
    else:
        framework.simulate_expiration(task)
    return "ok"


def _server(process: AppProcess, arguments: dict[str, str]) -> str | None:
    seconds = arguments.get("seconds")
    if not {"endpoint", "reply"} <= arguments.keys() or (seconds is not None and not seconds.isdecimal()):
        return "error: server wants endpoint, reply and whole seconds"
    try:
        reply = read_reply(arguments["reply"], None if seconds is None else str(int(seconds) * _MS_PER_S))
    except BadReply as error:
        return f"error: {error}"
    process.storage.server.replies[arguments["endpoint"]] = reply
    return None


def _plain(part: str) -> str:
    raw = re.sub(rb"_([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), part.encode())
    return raw.decode("utf-8", "replace")
