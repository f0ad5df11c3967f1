"""A virtual phone as a process of its own, with an adb server of its own.

    python -m bgtask_harness.virtual --phone pixel7-api36 --program MODULE:ATTR --package PACKAGE [--mode hook]
        [--virtual-fault MODULE:ATTR]... [--app-args JSON]

Prints one line of JSON when a host can use it, `{"serial", "adb_server_port", "adbd_port", "pid"}`, and lives until its
standard input ends or it gets SIGTERM. Whoever started it holds the other end of standard input, so it goes with them.
Exit status 2 and one sentence on standard error when what it was given cannot be used.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from bgtask_harness.virtual.adbd.listener import LOOPBACK
from bgtask_harness.virtual.adbd.listener import Listener
from bgtask_harness.virtual.android.profile import UnknownPhone
from bgtask_harness.virtual.assemble import AssembledPhone
from bgtask_harness.virtual.assemble import build
from bgtask_harness.virtual.layers import BadReference
from bgtask_harness.virtual.server import NoAdb
from bgtask_harness.virtual.server import PrivateServer
from bgtask_harness.virtual.server import attach

BAD_INPUT = 2
CHUNK = 4096
ATTACH_S = 20.0
"""adb itself gives up a device that does not answer after 10 s."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a phone until whoever started it goes away; the exit status."""
    given = _parser().parse_args(argv)
    try:
        app = _app_arguments(given.app_args)
        phone = build(given.phone, given.program, given.package, given.mode, given.virtual_fault, app)
        return asyncio.run(_serve(phone))
    except (BadReference, UnknownPhone, NoAdb, ValueError) as error:
        sentence = error.args[0] if error.args else error
        print(sentence, file=sys.stderr)  # noqa: T201 - a program's own standard error
        return BAD_INPUT


async def _serve(phone: AssembledPhone) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    threading.Thread(target=_watch_stdin, args=(loop, ended), daemon=True).start()
    listener = Listener(phone.adbd)
    server = PrivateServer()
    try:
        await listener.start()
        # In this thread, the one that lives as long as the process: Linux ends the server when the thread that started
        # it ends.
        server.start()
        serial = f"{LOOPBACK}:{listener.port}"
        await attach(server.port, serial, ATTACH_S, until_device=phone.adbd.auth in {"open", "accept"})
        ready = {"serial": serial, "adb_server_port": server.port, "adbd_port": listener.port, "pid": os.getpid()}
        print(json.dumps(ready), flush=True)  # noqa: T201 - the line that the starter waits for
        await ended.wait()
    finally:
        listener.close()
        server.close()
    return 0


def _watch_stdin(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Wait in a thread for the end of standard input, which may be a pipe, a terminal or a file."""
    while os.read(sys.stdin.fileno(), CHUNK):
        pass
    loop.call_soon_threadsafe(ended.set)


def _app_arguments(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"--app-args: expected a JSON object, got {text!r}: {error}") from error
    if not isinstance(given, dict):
        raise ValueError(f"--app-args: expected a JSON object, got {text!r}")  # noqa: TRY004 - bad input
    return given


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bgtask_harness.virtual", description="Run a virtual phone.")
    parser.add_argument("--phone", required=True, help="model, e.g. pixel7-api36")
    parser.add_argument("--program", required=True, metavar="MODULE:ATTR", help="the app, written against the ports")
    parser.add_argument("--package", required=True, help="the app's package name")
    parser.add_argument("--mode", default="hook", help="release, debug, beacon or hook")
    parser.add_argument("--virtual-fault", action="append", default=[], metavar="MODULE:ATTR", help="may be repeated")
    parser.add_argument("--app-args", default="{}", metavar="JSON", help="see docs/virtual-phones.md")
    return parser
