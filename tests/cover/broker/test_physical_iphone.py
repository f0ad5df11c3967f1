"""An iPhone on a desk: found by its profile, held, driven, put back. The usbmuxd is a virtual iPhone's."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_looking import without_its_own_service
from served_iphone import served

from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import LocalLocks
from bgtask_harness.broker import acquire
from bgtask_harness.broker.acquire import lock
from bgtask_harness.broker.heal import heal_device
from bgtask_harness.broker.listing import list_devices
from bgtask_harness.broker.local import DeviceBusy
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import walls
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.hook import state_change
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Unsupported
from bgtask_harness.nemesis.healing import by_hand
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.profiles import Profile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_harness.virtual.ios.phone import IPhone
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_reference.events import Outcome
from bgtask_reference.lineage.tvmaniac import ios
from bgtask_reference.lineage.tvmaniac import names

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

# pymobiledevice3 leaves connections to be collected as garbage, and Python complains of that
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SEARCH = SearchPath.standard(None)
APP = load_app("tvmaniac@fixed", SEARCH)
IPHONE15 = load_profile("iphone15", SEARCH)
UDID = "00008120-000C48D21E42201E"
MACHINES_OWN = "/var/run/usbmuxd"
Serve = Callable[..., IPhone]
watched: dict[str, list[str]] = {}


def _notice(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook stays for good, and looks at nothing while nobody watches. A watched address refuses."""
    if event == "socket.connect" and watched and arguments[1] in watched:
        watched[str(arguments[1])].append(str(arguments[1]))
        raise ConnectionRefusedError


sys.addaudithook(_notice)


def soon() -> Deadline:
    return Deadline.after(30)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """What a test leaves as garbage is collected in it, not in one that Python's complaint would fail."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def identity() -> Identity:
    return Identity()


@pytest.fixture
def options(tmp_path: Path) -> LeaseOptions:
    return LeaseOptions(state_dir=tmp_path / "state", start_s=30)


@pytest.fixture
def serve(tmp_path: Path, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Have a virtual iPhone's usbmuxd stand for this computer's own, until the test ends."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with contextlib.ExitStack() as ends:

        def give(model: str = "iphone15-ios26", *, paired: bool = True, debuggable: bool = True) -> IPhone:
            app = IosAppArguments((names.TOKEN_REFRESH, names.LIBRARY_SYNC), get_task_allow=debuggable)
            phone = build(model, ios.fixed, names.PACKAGE, "hook", (without_its_own_service,), app)
            ends.enter_context(served(phone, tmp_path, identity if paired else Identity(paired=False)))
            return phone

        yield give


@pytest.fixture
def in_profile(tmp_path: Path) -> Callable[[str], Profile]:
    """Give a profile with another `[find]`."""

    def give(find: str) -> Profile:
        folder = tmp_path / "profiles"
        folder.mkdir()
        (folder / "desk.toml").write_text(f'schema = 1\n[find]\nplatform = "ios"\n{find}\n')
        return load_profile("desk", SearchPath((folder,)))

    return give


def test_it_is_found_by_its_model_and_driven(serve: Serve, options: LeaseOptions) -> None:
    serve()
    lease = acquire(IPHONE15, APP, options)
    try:
        assert (lease.identity, lease.device.facts.os_version, lease.device.facts.virtual) == (UDID, "26.1", False)
        assert lease.device.launch(APP.spec, soon()).outcome is Outcome.ACCEPTED
        assert LocalLocks(options.state_dir).owner(UDID) is not None
        with pytest.raises(Unsupported, match="is a real phone: lock takes a person"):
            lease.device.lock(soon())  # type: ignore[attr-defined]  # an iPhone's own
    finally:
        lease.release()


@pytest.mark.parametrize(
    "find", [f'udid = "{UDID}"', 'serial = "00008120000c48d21e42201e"', 'name = "Virtual iPhone 15"']
)
def test_it_is_found_by_udid_and_by_name(
    serve: Serve, options: LeaseOptions, in_profile: Callable[[str], Profile], find: str
) -> None:
    serve()
    held = lock(in_profile(find), options)
    assert held is not None
    assert held.identity == UDID
    held.release()


def test_another_model_does_not_fit_and_the_sentence_says_why(serve: Serve, options: LeaseOptions) -> None:
    serve("iphone13-ios16")
    with pytest.raises(
        DeviceNotFound, match=r"no iPhone fits model iPhone15,4; seen: 00008110.*its model is iPhone14,5"
    ):
        lock(IPHONE15, options)


def test_nobody_else_gets_it_while_it_is_held(serve: Serve, options: LeaseOptions) -> None:
    serve()
    held = lock(IPHONE15, options)
    assert held is not None
    with pytest.raises(DeviceBusy, match=UDID):
        acquire(IPHONE15, APP, options)
    held.release()
    acquire(IPHONE15, APP, options).release()


class TestWalls:
    """Each is one sentence, found before anything is measured; afterwards somebody else can have the phone."""

    def blocked(self, options: LeaseOptions) -> str:
        with pytest.raises(HarnessError) as raised:
            acquire(IPHONE15, APP, options)
        told = str(raised.value)
        assert "\n" not in told
        LocalLocks(options.state_dir).hold(UDID, Deadline.after(0), 1, print).release()
        return told

    def test_no_usbmuxd(self, options: LeaseOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", str(tmp_path / "nobody"))
        assert self.blocked(options).startswith(f"no usbmuxd answers at {tmp_path}/nobody: start it")

    def test_no_phone(self, serve: Serve, options: LeaseOptions) -> None:
        serve().shutdown()
        assert self.blocked(options) == "--device iphone15: usbmuxd has no iPhone at all: plug one in and unlock it"

    def test_not_paired(self, serve: Serve, options: LeaseOptions) -> None:
        serve(paired=False).system.trust_answer = None
        assert self.blocked(options) == (
            f"iPhone {UDID} asks whether to trust this computer: tap Trust on its screen and run again"
        )

    def test_not_trusted(self, serve: Serve, options: LeaseOptions) -> None:
        serve(paired=False).system.trust_answer = False
        assert "was told not to trust this computer" in self.blocked(options)

    def test_locked(self, serve: Serve, options: LeaseOptions) -> None:
        serve().hand("lock", "")
        assert self.blocked(options) == f"iPhone {UDID} is locked: unlock it and run again"

    def test_developer_mode_off(self, serve: Serve, options: LeaseOptions) -> None:
        serve().hand("developer-mode", "off")
        assert "Developer Mode" in self.blocked(options)

    def test_no_developer_disk_image(self, serve: Serve, options: LeaseOptions) -> None:
        serve().system.image_mounted = False
        assert "has no developer disk image mounted: `pymobiledevice3 mounter auto-mount`" in self.blocked(options)

    def test_not_built_for_development(self, serve: Serve, options: LeaseOptions) -> None:
        serve(debuggable=False)
        lease = acquire(IPHONE15, APP, options)
        try:
            lease.device.launch(APP.spec, soon())
            with pytest.raises(Unsupported, match="has no get-task-allow"):
                lease.device.simulate_by_debugger(  # type: ignore[attr-defined]  # an iPhone's own
                    APP.spec, names.TOKEN_REFRESH, Simulation.LAUNCH, soon()
                )
        finally:
            lease.release()


class TestHealing:
    """A session that was killed leaves its ledger: what it set in the app is put back by whoever comes next."""

    def left(self, options: LeaseOptions) -> Ledger:
        way = Way(UDID, identity=UDID, kind="usbmux")
        ledger = LocalLocks(options.state_dir).ledger(UDID, way)
        change = state_change(names.PACKAGE, "active_provider", "TRAKT", "NONE")
        ledger.applied(ledger.begin(change))
        return ledger

    def stored(self, phone: IPhone) -> str | None:
        return phone.installations[names.PACKAGE].storage.settings.get("active_provider")

    def test_the_next_lease_puts_it_back(self, serve: Serve, options: LeaseOptions) -> None:
        phone, ledger = serve(), self.left(options)
        acquire(IPHONE15, APP, options).release()
        assert not ledger.open_changes()
        assert self.stored(phone) == "NONE"

    @pytest.mark.parametrize("name", ["iphone15", UDID])
    def test_a_person_puts_it_back(
        self, serve: Serve, options: LeaseOptions, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv("BGTASK_STATE_DIR", str(options.state_dir))
        phone, ledger = serve(), self.left(options)
        (told,) = heal_device(name, SEARCH)
        assert told.startswith(f"{name}: put back: ")
        assert (self.stored(phone), ledger.open_changes()) == ("NONE", ())

    def test_what_a_person_would_type_is_told(self, options: LeaseOptions) -> None:
        (one,) = self.left(options).open_changes()
        typed = by_hand(one.change, Way(UDID, kind="usbmux"))
        assert typed == f"pymobiledevice3 notification post --udid {UDID} {one.change.restore[0]}"


class TestTheMachinesOwnUsbmuxd:
    """It is touched by who asked for a physical iPhone, and by nobody else."""

    @pytest.fixture
    def touched(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        """Who comes to where usbmuxd would be, by the environment and by default. Nobody gets there."""
        decoy, came = str(tmp_path / "decoy"), list[str]()
        monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", decoy)
        watched.update({decoy: came, MACHINES_OWN: came})
        yield came
        watched.clear()

    def test_a_virtual_iphone_leaves_it_alone(self, touched: list[str], options: LeaseOptions) -> None:
        lease = acquire(load_profile("virtual-iphone15", SEARCH), APP, options)
        lease.device.launch(APP.spec, soon())
        lease.release()
        assert touched == []

    def test_a_list_of_devices_leaves_it_alone(self, touched: list[str]) -> None:
        assert "iPhones and simulators: looked for when one is named" in "\n".join(list_devices(SEARCH))
        list(list_devices(SEARCH, ["virtual-iphone15", "pixel7"]))
        assert touched == []

    def test_who_asks_for_a_physical_one_touches_it(self, touched: list[str], options: LeaseOptions) -> None:
        with pytest.raises(DeviceNotFound, match="no usbmuxd answers"):
            acquire(IPHONE15, APP, options)
        assert touched
        touched.clear()
        assert "no usbmuxd answers" in "\n".join(list_devices(SEARCH, ["iphone15"]))
        assert touched

    def test_without_the_environment_it_is_the_usual_socket(
        self, touched: list[str], options: LeaseOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("USBMUXD_SOCKET_ADDRESS")
        with pytest.raises(DeviceNotFound, match=f"no usbmuxd answers at {MACHINES_OWN}"):
            acquire(IPHONE15, APP, options)
        assert set(touched) == {MACHINES_OWN}


def test_the_list_has_iphones_when_one_is_asked_for(serve: Serve) -> None:
    serve()
    told = list(list_devices(SEARCH, ["iphone15"]))
    assert [UDID, "usb", "iPhone15,4", "iOS", "26.1", "Virtual", "iPhone", "15"] in [line.split() for line in told]


def test_a_second_tunnel_in_one_process_is_one_sentence() -> None:
    theirs = Exception("A userspace tunnel is already active in this process; only one is supported.")
    told = walls.told(theirs, UDID, None)
    assert isinstance(told, Unsupported)
    assert str(told).endswith("run iPhones of iOS 17 and later each in a worker of its own: -n auto")
