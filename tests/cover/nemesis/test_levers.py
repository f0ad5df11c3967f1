"""Each lever on a phone of each level: what it does is seen, and afterwards the phone is as it was found."""

from __future__ import annotations

import dataclasses

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import Unsupported
from bgtask_harness.nemesis.healing import NotPutBack
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.nemesis.nemesis import Nemesis
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.virtual.assemble import build
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Outcome

PACKAGE = "com.thomaskioko.tvmaniac"
APP = AppSpec("tvmaniac", PACKAGE, (), hook_receiver=f"{PACKAGE}.BackgroundTaskHook")
PHONES = ["pixel3-api28", "pixel5-api30", "pixel8-api34", "pixel7-api36"]
STATE = "; ".join(
    [
        "settings list global",
        "dumpsys battery",
        "dumpsys deviceidle get force; dumpsys deviceidle get deep; dumpsys deviceidle get screen",
        f"am get-standby-bucket {PACKAGE}; cmd appops get {PACKAGE} RUN_ANY_IN_BACKGROUND",
        "cmd netpolicy get restrict-background; dumpsys connectivity; cmd netpolicy list wifi-networks",
        "getprop persist.sys.timezone",
        "dumpsys devicestoragemonitor | grep -o 'mForceState=[A-Z]*'; cmd jobscheduler get-storage-not-low",
        "dumpsys jobscheduler | grep 'Currently idle'",
    ]
)
SINGLE = [
    (Lever.WIFI, "off"),
    (Lever.MOBILE_DATA, "off"),
    (Lever.DATA_SAVER, "on"),
    (Lever.METERED_WIFI, "on"),
    (Lever.METERED_WIFI, "off"),
    (Lever.STORAGE, "low"),
    (Lever.STORAGE, "enough"),
    (Lever.DEVICE_IDLE, "on"),
    (Lever.POWER, "unplugged"),
    (Lever.POWER, "low"),
    (Lever.POWER, "charging"),
    (Lever.BATTERY_SAVER, "on"),
    (Lever.SCREEN, "off"),
    (Lever.DOZE, "deep"),
    (Lever.DOZE, "light"),
    (Lever.BUCKET, "rare"),
    (Lever.BACKGROUND, "restricted"),
    (Lever.AUTOMATIC_TIME, "off"),
    (Lever.WALL_CLOCK, "3600000000000"),
    (Lever.AUTOMATIC_TIME_ZONE, "off"),
    (Lever.TIME_ZONE, "Pacific/Kiritimati"),
]


def soon() -> Deadline:
    return Deadline.after(20)


class Bench:
    """A phone in this process, with levers."""

    def __init__(self, phone: str = "pixel7-api36", *, over_network: bool = False) -> None:
        self.phone = build(phone, "bgtask_reference.lineage.tvmaniac:fixed", PACKAGE, "hook")
        self.device = AndroidDevice.attach(InProcessTransport(self.phone), "bench", soon(), serial="in-process")
        self.device._facts = dataclasses.replace(self.device.facts, over_network=over_network)
        self.ledger = Ledger(None, Way("in-process"))
        self.said: list[str] = []
        self.sent: list[str] = []
        self.nemesis = Nemesis(self.device, APP, self.ledger, self.send, self.said.append)

    def send(self, verb: str, _arguments: object, call: object) -> Answer:
        self.sent.append(verb)
        answer: Answer = call()  # type: ignore[operator] # what `Send` says
        return answer

    def state(self) -> str:
        return self.device.tell(STATE, soon()).stdout

    def clock(self) -> int:
        reading = self.device.clocks(0, soon())
        return (reading.wall_ns - reading.boot_ns) // 1_000_000_000


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize(("lever", "value"), SINGLE, ids=lambda value: str(value)[:20])
def test_what_was_pulled_holds_and_what_is_put_back_is_as_it_was(phone: str, lever: Lever, value: str) -> None:
    bench = Bench(phone)
    before, clock = bench.state(), bench.clock()

    answer = bench.nemesis.pull(lever, value)

    assert answer.outcome is Outcome.ACCEPTED
    assert bench.state() != before or abs(bench.clock() - clock) > 3000
    bench.nemesis.put_back()
    assert bench.state() == before
    assert abs(bench.clock() - clock) <= 1
    assert not bench.nemesis.changed


@pytest.mark.parametrize("phone", PHONES[1:])
def test_airplane_mode_takes_the_radios_along_and_gives_each_back_as_it_was(phone: str) -> None:
    bench = Bench(phone)
    bench.device.tell("svc wifi disable", soon())
    before = bench.state()

    bench.nemesis.pull(Lever.AIRPLANE_MODE, "on")
    assert "Active default network: none" in bench.state()
    bench.nemesis.put_back()

    assert bench.state() == before


def test_airplane_mode_is_unsupported_where_the_shell_has_no_verb_for_it() -> None:
    bench = Bench("pixel3-api28")
    before = bench.state()

    with pytest.raises(Unsupported, match=r"the phone (refused|did not take) airplane-mode on"):
        bench.nemesis.pull(Lever.AIRPLANE_MODE, "on")

    assert not bench.nemesis.changed
    assert bench.state() == before


def test_several_are_put_back_in_the_order_that_undoes_them() -> None:
    bench = Bench()
    before = bench.state()

    for lever, value in [(Lever.POWER, "unplugged"), (Lever.SCREEN, "off"), (Lever.DOZE, "deep"), (Lever.POWER, "low")]:
        bench.nemesis.pull(lever, value)
    bench.nemesis.pull(Lever.DOZE, "maintenance")
    bench.nemesis.put_back()

    assert bench.state() == before


def test_what_a_person_had_set_before_is_what_is_put_back() -> None:
    bench = Bench()
    bench.device.tell(
        "dumpsys battery set level 42; cmd appops set " + PACKAGE + " RUN_ANY_IN_BACKGROUND ignore", soon()
    )
    bench.device.tell(
        "dumpsys battery unplug; dumpsys deviceidle force-idle deep; settings delete global low_power", soon()
    )
    before = bench.state()

    bench.nemesis.pull(Lever.POWER, "charging")
    bench.nemesis.pull(Lever.BACKGROUND, "unrestricted")
    bench.nemesis.pull(Lever.DOZE, "active")
    bench.nemesis.pull(Lever.BATTERY_SAVER, "on")
    bench.nemesis.put_back()

    assert bench.state() == before


def test_one_lever_is_let_go_and_the_others_stay() -> None:
    bench = Bench()
    bench.nemesis.pull(Lever.WIFI, "off")
    bench.nemesis.pull(Lever.DATA_SAVER, "on")

    bench.nemesis.release(Lever.WIFI)

    assert [one.change.lever for one in bench.ledger.open_changes()] == [Lever.DATA_SAVER]
    assert bench.sent == ["env.wifi", "env.data-saver", "env.wifi"]


@pytest.mark.parametrize("lever", [Lever.WIFI, Lever.MOBILE_DATA, Lever.AIRPLANE_MODE])
def test_a_phone_that_is_reached_over_its_network_keeps_it(lever: Lever) -> None:
    bench = Bench(over_network=True)

    with pytest.raises(Unsupported, match=f"{lever} off: the phone is reached over its network; connect it by USB"):
        bench.nemesis.pull(lever, "off")
    assert bench.sent == []
    bench.nemesis.pull(Lever.DATA_SAVER, "on")


@pytest.mark.parametrize(
    ("lever", "value", "sentence"),
    [
        (Lever.WIFI, "sideways", "wifi sideways: the values are on, off"),
        (Lever.BUCKET, "golden", "standby-bucket golden: the values are active, working_set"),
        (Lever.WALL_CLOCK, "later", "wall-clock later: expected nanoseconds"),
        (Lever.TIME_ZONE, "Pacific/Kiritimati; reboot", "expected a name of the time zone database"),
    ],
)
def test_a_value_that_there_is_not_is_a_sentence_and_changes_nothing(lever: Lever, value: str, sentence: str) -> None:
    bench = Bench()
    with pytest.raises(Unsupported, match=sentence):
        bench.nemesis.pull(lever, value)
    assert not bench.nemesis.changed


def test_an_exempted_app_has_no_bucket_to_change() -> None:
    bench = Bench()
    bench.phone.standby.exempt(PACKAGE, on=True)
    with pytest.raises(Unsupported, match="is exempted"):
        bench.nemesis.pull(Lever.BUCKET, "rare")


def test_a_phone_that_does_not_take_a_value_is_told_to_have_it_back_and_the_sentence_quotes_it() -> None:
    bench = Bench()
    bench.device.tell("dumpsys deviceidle disable all", soon())

    with pytest.raises(Unsupported, match=r"the phone (refused|did not take) doze deep.*not enabled"):
        bench.nemesis.pull(Lever.DOZE, "deep")
    assert not bench.nemesis.changed


def test_what_cannot_be_put_back_says_what_to_type_and_keeps_nothing_else_from_it() -> None:
    bench = Bench()
    bench.nemesis.pull(Lever.WIFI, "off")
    stuck = Change(Lever.DATA_SAVER, "on", was="off", restore=("false",))
    bench.nemesis.make(stuck, lambda: Answer("env.data-saver", "", Outcome.ACCEPTED))

    with pytest.raises(
        NotPutBack, match=r'data-saver on \(was off\) is not put back .*type adb -s in-process shell "false"'
    ):
        bench.nemesis.put_back()

    assert [one.change for one in bench.ledger.open_changes()] == [stuck]
    assert bench.ledger.quarantined


def test_a_state_of_which_nobody_knows_what_it_was_stays_and_that_is_said() -> None:
    bench = Bench()
    change = bench.device.plan_state(APP, "active_provider", "TRAKT", None)
    bench.nemesis.make(change, lambda: bench.device.carry_out(change, soon()))

    bench.nemesis.put_back()

    assert bench.said == ["app-state of active_provider TRAKT (was unknown): nobody can tell what it was, so it stays"]
    assert not bench.nemesis.changed
