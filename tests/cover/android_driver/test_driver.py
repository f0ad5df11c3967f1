from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.android.driver import LOG_COMMAND
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Device
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Outcome

STATE = "cat /proc/sys/kernel/random/boot_id; getprop sys.boot_completed"
INSTALLED = "Packages:\n  Package [com.example] (abc):\n    User 0: installed=true stopped=false\n"
RECEIVER = "      androidx.work.diagnostics.REQUEST_DIAGNOSTICS:\n        1a com.example/x filter 2b\n"


def soon() -> Deadline:
    return Deadline.after(5)


def test_the_driver_is_a_device(device: AndroidDevice) -> None:
    as_port: Device = device

    assert as_port.name == "lab"


def test_facts_are_what_the_phone_says(device: AndroidDevice) -> None:
    facts = device.facts

    assert (facts.model, facts.os_version, facts.api_level, facts.build) == ("Pixel 7", "16", 36, "12345678")
    assert (facts.serial, facts.virtual, facts.platform) == ("PHONE1", False, "android")
    assert facts.notes["board"] == "panther"
    assert "fingerprint" not in facts.notes


def test_a_virtual_phone_says_that_it_is_one(server: Any, sends: Callable[[bytes], Any]) -> None:
    server.services["bgtask-virtual:info"] = sends(b'{"virtual": 1, "boot_ns": 5}\n')

    opened = open_device({}, "lab", server=("127.0.0.1", server.port), deadline=soon())

    assert opened.facts.virtual
    assert "boot_ns" not in opened.facts.notes


def test_a_phone_whose_clock_cannot_be_moved_says_so(device: AndroidDevice) -> None:
    with pytest.raises(Unsupported, match="only a virtual phone"):
        device.advance_to(10, until_output=False, deadline=soon())


def test_advancing_gives_the_time_that_was_reached(
    server: Any, device: AndroidDevice, sends: Callable[[bytes], Any]
) -> None:
    server.services["bgtask-virtual:advance:10:1"] = sends(b"7\n")

    assert device.advance_to(10, until_output=True, deadline=soon()) == 7


def test_a_phone_that_goes_away_during_a_jump_is_lost(
    server: Any, device: AndroidDevice, sends: Callable[[bytes], Any]
) -> None:
    server.services["bgtask-virtual:advance:10:0"] = sends(b"")

    with pytest.raises(DeviceLostError):
        device.advance_to(10, until_output=False, deadline=soon())


def test_the_environment_names_a_parser_for_each_text(server: Any, device: AndroidDevice, app: AppSpec) -> None:
    texts = device.environment(app, soon())

    assert {text.parser for text in texts} == {
        "am-bucket",
        "appops",
        "connectivity",
        "dumpsys-battery",
        "dumpsys-deviceidle",
        "dumpsys-package-stopped",
        "jobscheduler-getters",
        "netpolicy-restrict-background",
        "settings-low-power",
    }
    assert all(text.command.startswith("adb -s PHONE1 shell ") for text in texts)


def test_the_jobs_are_asked_for_by_package(server: Any, device: AndroidDevice, app: AppSpec, reply: Any) -> None:
    server.commands["dumpsys jobscheduler com.example"] = reply("Registered 0 jobs:\n  None.\n")

    (text,) = device.jobs(app, soon())

    assert (text.parser, text.text) == ("dumpsys-jobscheduler", "Registered 0 jobs:\n  None.\n")


def test_the_log_is_followed_from_now_on_and_ends_with_the_handle(
    server: Any, device: AndroidDevice, reply: Any
) -> None:
    server.commands[LOG_COMMAND] = reply("1.000001  1  1 I T: m\n", end="hang")

    log = device.open_log(soon())
    assert log.recv(100, soon()) == b"1.000001  1  1 I T: m\n"
    device.close()

    assert server.closed_by_client.wait(5)
    with pytest.raises(DeviceLostError):
        log.recv(100, soon())


def test_only_what_the_phone_granted_is_a_capability(
    server: Any, device: AndroidDevice, app: AppSpec, reply: Any
) -> None:
    unknown = reply("unknown(com.example)\n", "Package not found: com.example / user 0\n", 24)
    server.commands["cmd jobscheduler get-job-state -u 0 com.example 0"] = unknown

    assert device.capabilities(app, soon()) == {Capability.FORCE_JOB, Capability.SWITCH_NETWORK}


def test_an_installed_app_with_everything(server: Any, device: AndroidDevice, app: AppSpec, reply: Any) -> None:
    ping = "am broadcast -a bgtask.HOOK --include-stopped-packages -n com.example/com.example.Hook --es command ping"
    server.commands |= {
        "cmd jobscheduler get-job-state -u 0 com.example 0": reply("waiting\n"),
        "dumpsys package com.example": reply(RECEIVER + INSTALLED),
        "dumpsys package com.android.shell": reply("      android.permission.SET_TIME: granted=true\n"),
        "dumpsys lock_settings": reply("    User 0\n        CredentialType: NONE\n"),
        "dumpsys battery": reply("Current Battery Service state:\n  AC powered: false\n"),
        "dumpsys deviceidle enabled deep": reply("1\n"),
        ping: reply('Broadcast completed: result=0, data="ok"\n'),
    }

    others = {Capability.ADVANCE_TIME, Capability.REBOOT_WITH_A_PERSON}
    assert device.capabilities(app, soon()) == set(Capability) - others


def test_a_shell_that_may_not_force_jobs_has_no_such_capability(
    server: Any, device: AndroidDevice, app: AppSpec, reply: Any
) -> None:
    server.commands["cmd jobscheduler get-job-state -u 0 com.example 0"] = reply(
        "Exception: java.lang.SecurityException: Uid 2000 not permitted to force timeout jobs\n", status=255
    )

    assert Capability.FORCE_JOB not in device.capabilities(app, soon())


def test_a_reboot_waits_for_another_boot_that_has_completed(server: Any, device: AndroidDevice, reply: Any) -> None:
    states = iter(
        [reply("old\n1\n"), reply("old\n1\n"), reply("new\n\n"), reply("new\n", end="cut"), reply("new\n1\n")]
    )
    seen: list[str] = []

    class States(dict[str, Any]):
        def get(self, line: str, default: Any = None) -> Any:
            return next(states) if line == STATE else super().get(line, default)

    server.commands = States()
    server.services["reboot:"] = lambda connection: connection.sendall(b"OKAY")

    answer = device.reboot(soon(), seen.append)

    assert (answer.outcome, answer.command) == (Outcome.ACCEPTED, "adb -s PHONE1 reboot")
    assert next(states, None) is None
    assert seen == ["rebooting", "it has booted"]


def test_a_phone_that_does_not_come_back_ends_with_the_deadline(server: Any, device: AndroidDevice, reply: Any) -> None:
    server.commands[STATE] = reply("old\n1\n")
    server.services["reboot:"] = lambda connection: connection.sendall(b"OKAY")

    with pytest.raises(DeadlineExceeded, match="PHONE1 reboots"):
        device.reboot(Deadline.after(0.3), lambda text: None)


def test_a_phone_on_tcp_that_was_forgotten_is_connected_again(server: Any, reply: Any) -> None:
    serial = "127.0.0.1:9"
    server.devices = {serial: "device model:Pixel_7"}
    opened = open_device({"serial": serial}, "lab", server=("127.0.0.1", server.port), deadline=soon())
    states = iter(["old\n1\n", "new\n1\n"])

    def go_down(connection: Any) -> None:
        connection.sendall(b"OKAY")
        server.devices[serial] = "offline"

    class Back(dict[str, str]):
        def __getitem__(self, request: str) -> str:
            if request.startswith("host:connect:"):
                server.devices[serial] = "device model:Pixel_7"
            return super().__getitem__(request)

    class States(dict[str, Any]):
        def get(self, line: str, default: Any = None) -> Any:
            return reply(next(states)) if line == STATE else super().get(line, default)

    server.hosts = Back({f"host:disconnect:{serial}": "disconnected", f"host:connect:{serial}": "connected"})
    server.commands = States()
    server.services["reboot:"] = go_down

    assert opened.reboot(soon(), lambda text: None).outcome is Outcome.ACCEPTED
    assert [ask for ask in server.asked if "connect" in ask] == [f"host:disconnect:{serial}", f"host:connect:{serial}"]


CALLS: dict[str, Callable[[AndroidDevice, AppSpec], object]] = {
    "clocks": lambda device, app: device.clocks(1, soon()),
    "environment": lambda device, app: device.environment(app, soon()),
    "jobs": lambda device, app: device.jobs(app, soon()),
    "diagnose": lambda device, app: device.diagnose(app, soon()),
    "launch": lambda device, app: device.launch(app, soon()),
    "home": lambda device, app: device.home(soon()),
    "kill": lambda device, app: device.kill(app, soon()),
    "force_stop": lambda device, app: device.force_stop(app, soon()),
    "clear_data": lambda device, app: device.clear_data(app, soon()),
    "hook": lambda device, app: device.hook(app, "ping", {}, soon()),
    "run_job": lambda device, app: device.run_job(app, 1, None, force=True, deadline=soon()),
    "capabilities": lambda device, app: device.capabilities(app, soon()),
    "advance_to": lambda device, app: device.advance_to(1, until_output=False, deadline=soon()),
    "reboot": lambda device, app: device.reboot(soon(), print),
    "open_log": lambda device, app: device.open_log(soon()),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_phone_that_is_gone_is_lost_whatever_is_asked_of_it(
    server: Any, device: AndroidDevice, app: AppSpec, call: Callable[[AndroidDevice, AppSpec], object]
) -> None:
    server.devices.clear()

    with pytest.raises(DeviceLostError, match="'PHONE1' not found"):
        call(device, app)


@pytest.mark.parametrize("serial", ["192.168.1.5:5555", "adb-PHONE1-x2Yz._adb-tls-connect._tcp"])
def test_a_phone_that_is_reached_over_its_network_keeps_its_networks(
    server: Any, app: AppSpec, reply: Any, serial: str
) -> None:
    server.devices = {serial: "device product:panther"}
    far = open_device({}, "lab", server=("127.0.0.1", server.port), deadline=soon())

    assert far.facts.over_network
    assert Capability.SWITCH_NETWORK not in far.capabilities(app, soon())
    far.close()
