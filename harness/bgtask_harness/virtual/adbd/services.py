"""The services by name. Each gives the coroutine that serves a request, or None to refuse it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from collections.abc import Coroutine
from typing import Any
from typing import Protocol

from bgtask_harness.virtual.adbd import shell
from bgtask_harness.virtual.adbd import sync
from bgtask_harness.virtual.adbd.channel import Channel
from bgtask_harness.virtual.adbd.channel import Request
from bgtask_harness.virtual.adbd.files import Files
from bgtask_harness.virtual.android.port import ShellPort
from bgtask_harness.virtual.pace import Pace
from bgtask_harness.virtual.shell.streams import Null
from bgtask_harness.virtual.shell.streams import Streams


class Host(Protocol):
    """What a service may use: the daemon."""

    @property
    def phone(self) -> ShellPort:
        """The phone."""

    @property
    def files(self) -> Files:
        """Its files."""

    @property
    def pace(self) -> Pace | None:
        """What lets its time pass; None while nothing does."""


Work = Coroutine[Any, Any, None]
Service = Callable[[Host, Request, Channel], Work | None]


def _shell(host: Host, request: Request, channel: Channel) -> Work:
    return shell.serve(host.phone, host.files, request, channel)


def _exec(host: Host, request: Request, channel: Channel) -> Work:
    return shell.serve(host.phone, host.files, Request("exec", ("raw",), request.argument), channel)


def _sync(host: Host, _request: Request, channel: Channel) -> Work:
    return sync.serve(host.files, channel)


async def _root(_host: Host, _request: Request, channel: Channel) -> None:
    channel.write(b"adbd cannot run as root in production builds\n")  # restart_service.cpp


async def _reboot(host: Host, request: Request, _channel: Channel) -> None:
    command = host.phone.command("reboot")
    if command is not None:
        argv = ["reboot", request.argument] if request.argument else ["reboot"]
        await command(host.phone, argv, Streams(Null(), Null(), Null()))


def _virtual(host: Host, request: Request, channel: Channel) -> Work | None:
    """Do what no real phone can: `bgtask-virtual:info`, `bgtask-virtual:advance:<boot_ns>:<until_output 0|1>`."""
    wanted = re.fullmatch(r"advance:(\d+):([01])", request.argument)
    if wanted and host.pace is not None:
        return _advance(host.pace, int(wanted[1]), wanted[2] == "1", channel)
    return _info(host, channel) if request.argument == "info" else None


async def _advance(pace: Pace, boot_ns: int, until_output: bool, channel: Channel) -> None:
    reached = await pace.jump(boot_ns, until_output=until_output)
    channel.write(f"{reached}\n".encode())


async def _info(host: Host, channel: Channel) -> None:
    phone = host.phone
    known = {
        "virtual": 1,
        "serial": phone.serial,
        "api_level": phone.api_level,
        "boot_ns": phone.clocks.boot_ns(),
        "wall_ns": phone.clocks.wall_ns(),
    }
    channel.write(json.dumps(known).encode() + b"\n")


SERVICES: dict[str, Service] = {
    "bgtask-virtual": _virtual,
    "exec": _exec,
    "reboot": _reboot,
    "root": _root,
    "shell": _shell,
    "sync": _sync,
}
"""Everything that is here. What a real adbd has beyond it (jdwp, reverse, framebuffer, abb, ...) is refused."""
