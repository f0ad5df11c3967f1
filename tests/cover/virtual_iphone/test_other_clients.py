"""Unmodified libimobiledevice (Debian: libimobiledevice-utils) and go-ios (npm), where they are installed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest

Serve = Callable[..., None]

libimobiledevice = pytest.mark.skipif(
    shutil.which("idevice_id") is None, reason="no idevice_id on PATH: install Debian's libimobiledevice-utils"
)
GO_IOS = os.environ.get("BGTASK_GO_IOS") or shutil.which("ios") or ""
go_ios = pytest.mark.skipif(
    not GO_IOS, reason="no go-ios: npm install go-ios, and name its binary in BGTASK_GO_IOS or put it on PATH as ios"
)


async def start(address: str, *argv: str) -> asyncio.subprocess.Process:
    """Start a client against an address."""
    return await asyncio.create_subprocess_exec(
        *argv,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "USBMUXD_SOCKET_ADDRESS": address},
    )


async def run(address: str, *argv: str) -> tuple[int, str]:
    """Run a client to its end; its status and output."""
    process = await start(address, *argv)
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode(errors="replace")


@libimobiledevice
def test_libimobiledevice_lists_pairs_and_reads(serve: Serve, phone: Any) -> None:
    async def script(address: str, _daemons: Any) -> None:
        unix = f"UNIX:{address}"
        assert await run(unix, "idevice_id", "-l") == (0, f"{phone.udid}\n")
        assert "SUCCESS" in (await run(unix, "idevicepair", "validate"))[1]
        status, values = await run(unix, "ideviceinfo")
        assert status == 0
        assert "ProductVersion: 16.5\n" in values
        assert "SerialNumber: VIRTUAL0001\n" in values

    serve(phone, script)


@libimobiledevice
def test_libimobiledevice_pairs_anew(serve: Serve, phone: Any) -> None:
    async def script(address: str, _daemons: Any) -> None:
        unix = f"UNIX:{address}"
        assert "SUCCESS: Paired" in (await run(unix, "idevicepair", "pair"))[1]
        assert (await run(unix, "ideviceinfo", "-k", "SerialNumber"))[1] == "VIRTUAL0001\n"

    serve(phone, script, paired=False)


@libimobiledevice
def test_libimobiledevice_follows_the_log(serve: Serve, phone: Any) -> None:
    async def script(address: str, _daemons: Any) -> None:
        # line by line also into a pipe
        following = await start(f"UNIX:{address}", "stdbuf", "-oL", "idevicesyslog")
        assert following.stdout is not None
        while not len(phone.log_readers):  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.001)
        phone.say(401, "Running task")
        printed = b""
        while b"Running task" not in printed:
            printed = await following.stdout.readline()
        following.terminate()
        await following.communicate()
        assert printed.endswith(b"Demo(BackgroundTasks)[401] <Notice>: Running task\n")

    serve(phone, script)


@libimobiledevice
def test_libimobiledevice_hears_of_a_battery_and_restarts_the_phone(serve: Serve, phone: Any) -> None:
    async def script(address: str, _daemons: Any) -> None:
        unix = f"UNIX:{address}"
        assert "BatteryCurrentCapacity: 87\n" in (await run(unix, "ideviceinfo", "-q", "com.apple.mobile.battery"))[1]
        assert (await run(unix, "idevicediagnostics", "restart"))[0] == 0

    serve(phone, script)
    assert phone.restarts == 1


@go_ios
def test_go_ios_lists_reads_launches_and_lists_processes(serve: Serve, phone: Any) -> None:
    async def script(address: str, _daemons: Any) -> None:
        async def ios(*argv: str) -> str:
            return (await run(f"unix://{address}", GO_IOS, *argv))[1]

        assert {"deviceList": [phone.udid]} in [json.loads(line) for line in (await ios("list")).splitlines()]
        assert phone.app.bundle_id in await ios("apps", "--list")
        assert "401" in await ios("launch", phone.app.bundle_id)
        assert "dasd" in await ios("ps")

    serve(phone, script)
    assert [launch.bundle_id for launch in phone.launches] == [phone.app.bundle_id]
