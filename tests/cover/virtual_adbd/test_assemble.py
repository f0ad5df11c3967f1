"""A whole phone from its layers: the real operating system, library and app, in process."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.transport.shell import run
from bgtask_harness.virtual.adbd.channel import Channel
from bgtask_harness.virtual.adbd.daemon import Daemon
from bgtask_harness.virtual.adbd.daemon import ServedChannel
from bgtask_harness.virtual.assemble import AssembledPhone
from bgtask_harness.virtual.assemble import build
from bgtask_harness.virtual.layers import BadReference
from bgtask_harness.virtual.layers import Fault
from bgtask_harness.virtual.layers import Layers

SECOND = 1_000_000_000
FIXED = "bgtask_reference.lineage.tvmaniac:fixed"
PACKAGE = "com.thomaskioko.tvmaniac"
LOGCAT = "shell,v2,raw:logcat -b main,system,crash -v threadtime -v epoch -v usec -T 1"
SENTINEL = (
    "cat /proc/sys/kernel/random/boot_id /proc/uptime; date +%s%N; log -p i -t bgtask-harness 'sentinel 00c0ffee {}'"
)


def soon() -> Deadline:
    return Deadline.after(10)


def make(*faults: Fault | str, **app: str) -> AssembledPhone:
    return build("pixel7-api36", FIXED, PACKAGE, "hook", faults, app)


def everything(phone: AssembledPhone, service: str) -> bytes:
    return now(InProcessTransport(phone).open(service, soon()))


def now(stream: Any) -> bytes:
    """All that a stream has to give without time passing."""
    pieces = []
    with contextlib.suppress(DeadlineExceeded):
        while piece := stream.recv(1 << 16, soon()):
            pieces.append(piece)
    return b"".join(pieces)


def test_the_clocks_and_the_sentinel_are_one_command_and_the_sentinel_comes_back_in_the_log() -> None:
    phone = make()
    log = InProcessTransport(phone).open(LOGCAT, soon())
    before = phone.kernel.now
    read = everything(phone, f"exec:{SENTINEL.format(7)}").decode().split()

    assert re.fullmatch(r"[0-9a-f-]{36}", read[0])
    assert int(read[3]) == phone.clocks.wall_ns()
    assert phone.kernel.now == before
    assert re.search(r"\d+\.\d{6} +20011 +20011 I bgtask-harness: sentinel 00c0ffee 7\n", now(log).decode())


def test_a_follower_sees_an_app_start_and_a_jump_loses_nothing_of_it() -> None:
    phone = make(launcher_activity=f"{PACKAGE}.app.MainActivity")
    log = InProcessTransport(phone).open(LOGCAT, soon())
    everything(phone, f"shell,v2,raw:am start -n {PACKAGE}/{PACKAGE}.app.MainActivity")
    target = phone.clocks.boot_ns() + 60 * SECOND

    assert int(everything(phone, f"bgtask-virtual:advance:{target}:0")) == target
    assert f"ActivityManager: Start proc 5211:{PACKAGE}/u0a".encode() in now(log)


def test_a_reboot_takes_the_phone_down_and_the_next_command_finds_it_up_again() -> None:
    phone = make()
    boots = [everything(phone, "exec:cat /proc/sys/kernel/random/boot_id")]
    everything(phone, "reboot:")
    assert not phone.online
    boots.append(everything(phone, "exec:cat /proc/sys/kernel/random/boot_id"))

    assert len(set(boots)) == 2


class Forgetful:
    """A channel that loses one line."""

    def __init__(self, channel: ServedChannel) -> None:
        self.channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self.channel, name)

    def write(self, data: bytes) -> None:
        if b"sentinel 00c0ffee 2" not in data:
            self.channel.write(data)


def log_gap(layers: Layers) -> Layers:
    class Losing(Daemon):
        def reached(self, channel: ServedChannel, service: str) -> Channel:
            return Forgetful(channel) if "logcat" in service else channel

    return layers.replace(adbd=Losing)


def test_a_fault_can_take_a_line_out_of_the_log_on_its_way() -> None:
    phone = make(log_gap)
    log = InProcessTransport(phone).open(LOGCAT, soon())
    for number in (1, 2, 3):
        everything(phone, f"exec:{SENTINEL.format(number)}")

    assert re.findall(r"sentinel 00c0ffee (\d)", now(log).decode()) == ["1", "3"]


def refusing(layers: Layers) -> Layers:
    class Refusing(Daemon):
        def service(self, name: str) -> Any:
            return None if name == "sync" else super().service(name)

    return layers.replace(adbd=Refusing)


def test_faults_apply_in_the_order_in_which_they_were_given() -> None:
    seen: list[type[Any]] = []

    def look(layers: Layers) -> Layers:
        seen.append(layers.adbd)
        return layers

    make(look, refusing, look)

    assert seen[0] is Daemon
    assert issubclass(seen[1], Daemon)
    assert seen[1].__name__ == "Refusing"


def test_what_is_no_fault_is_told_in_one_sentence() -> None:
    with pytest.raises(BadReference, match="gave back NoneType: expected Layers"):
        make(lambda _layers: None)  # type: ignore[arg-type,return-value]
    with pytest.raises(BadReference, match="cannot import nowhere"):
        make("nowhere:fault")
    with pytest.raises(ValueError, match="app argument 'colour' is not known"):
        make(colour="red")


def test_two_phones_of_one_model_behave_the_same() -> None:
    def story() -> bytes:
        phone = make()
        log = InProcessTransport(phone).open(LOGCAT, soon())
        everything(phone, f"shell,v2,raw:am start -n {PACKAGE}/{PACKAGE}.MainActivity")
        everything(phone, f"bgtask-virtual:advance:{phone.clocks.boot_ns() + 3600 * SECOND}:0")
        return now(log)

    assert story() == story()


def test_settings_are_as_a_person_left_them_also_after_all_data_was_cleared() -> None:
    phone = build("pixel7-api36", FIXED, PACKAGE, "debug", (), {"settings": {"active_provider": "TRAKT"}})
    link = InProcessTransport(phone)
    launch = f"am start -n {PACKAGE}/.MainActivity; sleep 2"

    run(link, f"{launch}; pm clear {PACKAGE}; {launch}", soon())

    said = run(link, "logcat -d -s AndroidTaskScheduler", soon()).stdout
    assert said.count("Scheduled periodic task [com.thomaskioko.tvmaniac.tokenrefresh]") == 2


@pytest.mark.parametrize("settings", ["TRAKT", {"a": 1}, [("a", "b")]])
def test_settings_that_are_no_texts_are_a_sentence(settings: object) -> None:
    with pytest.raises(ValueError, match=r"app argument 'settings' is .*: expected an object of texts"):
        build("pixel7-api36", FIXED, PACKAGE, "hook", (), {"settings": settings})
