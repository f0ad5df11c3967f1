"""A virtual iPhone as a process of its own, with a usbmuxd of its own.

    python -m bgtask_harness.virtual.iphone --phone iphone15-ios26 --program MODULE:ATTR --bundle-id BUNDLE
        [--mode hook] [--virtual-fault MODULE:ATTR]... [--app-args JSON] [--port N] [--unpaired]

Prints one line of JSON when a host can use it, `{"udid", "usbmuxd", "pid"}`, and lives until its standard input ends or
it gets SIGTERM. `usbmuxd` is the address for `USBMUXD_SOCKET_ADDRESS`: a socket in a folder that only this user can
enter, or with `--port` a port of 127.0.0.1. Exit status 2 and one sentence on standard error when what it was given
cannot be used. The machine's own usbmuxd is never opened.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bgtask_harness.virtual.guardian import Guardian
from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.ios.profile import UnknownIPhone
from bgtask_harness.virtual.iphone.daemons import Daemons
from bgtask_harness.virtual.iphone.listener import Listener
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_harness.virtual.iphone.usbmux.daemon import Daemon
from bgtask_harness.virtual.layers import BadReference

BAD_INPUT = 2
CHUNK = 4096


def main(argv: Sequence[str] | None = None) -> int:
    """Run a phone until whoever started it goes away; the exit status."""
    given = _parser().parse_args(argv)
    try:
        app = _app_arguments(given.app_args)
        phone = build(given.phone, given.program, given.bundle_id, given.mode, given.virtual_fault, app)
        return asyncio.run(_serve(phone, phone.layers.daemons or Daemons, given.port, paired=not given.unpaired))
    except (BadReference, UnknownIPhone, ValueError, ImportError) as error:
        print(error.args[0] if error.args else error, file=sys.stderr)  # noqa: T201 - a program's own standard error
        return BAD_INPUT


async def _serve(phone: IPhonePort, made_of: type[Daemons], port: int | None, *, paired: bool) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    threading.Thread(target=_watch_stdin, args=(loop, ended), daemon=True).start()
    folder = Path(tempfile.mkdtemp(prefix="bgtask-usbmuxd-"))
    guardian = Guardian(folder)
    usbmuxd, daemons = Daemon(), made_of(phone, Identity(paired=paired))
    usbmuxd.attach(daemons)
    listener = Listener(usbmuxd)
    try:
        await (listener.on_socket(folder) if port is None else listener.on_port(port))
        ready = {"udid": phone.udid, "usbmuxd": listener.address, "pid": os.getpid()}
        print(json.dumps(ready), flush=True)  # noqa: T201 - the line that the starter waits for
        await ended.wait()
    finally:
        listener.close()
        daemons.close()
        guardian.sweep()
    return 0


def _watch_stdin(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Wait in a thread for the end of standard input, which may be a pipe, a terminal or a file."""
    while os.read(sys.stdin.fileno(), CHUNK):
        pass
    loop.call_soon_threadsafe(ended.set)


class _AppArguments(msgspec.Struct, forbid_unknown_fields=True):
    """`IosAppArguments` as they come in JSON."""

    permitted_identifiers: tuple[str, ...] = ()
    background_modes: tuple[str, ...] = ("fetch", "processing")
    settings: dict[str, str] = msgspec.field(default_factory=dict)
    get_task_allow: bool = True


def _app_arguments(text: str) -> IosAppArguments:
    try:
        given = msgspec.json.decode(text, type=_AppArguments)
    except msgspec.MsgspecError as error:
        raise ValueError(f"--app-args: expected a JSON object as the docs say, got {text!r}: {error}") from error
    return IosAppArguments(**msgspec.structs.asdict(given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bgtask_harness.virtual.iphone", description="Run a virtual iPhone."
    )
    parser.add_argument("--phone", required=True, help="model, e.g. iphone15-ios26")
    parser.add_argument("--program", required=True, metavar="MODULE:ATTR", help="the app, written against the ports")
    parser.add_argument("--bundle-id", required=True, help="the app's bundle identifier")
    parser.add_argument("--mode", default="hook", help="release, debug, beacon or hook")
    parser.add_argument("--virtual-fault", action="append", default=[], metavar="MODULE:ATTR", help="may be repeated")
    parser.add_argument("--app-args", default="{}", metavar="JSON", help="see docs/virtual-phones.md")
    parser.add_argument("--port", type=int, help="listen on this port of 127.0.0.1 (0: any) instead of a socket")
    parser.add_argument("--unpaired", action="store_true", help="no computer has paired with it yet")
    return parser
