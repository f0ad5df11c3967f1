"""Simulators by a profile: found, held, booted and shut down again. The `xcrun` is one of our own."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from fake_mac import Mac

from bgtask_harness.broker import Lease
from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import LocalLocks
from bgtask_harness.broker import acquire
from bgtask_harness.broker.acquire import lock
from bgtask_harness.broker.heal import heal_device
from bgtask_harness.broker.listing import list_devices
from bgtask_harness.broker.local import DeviceBusy
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.hook import state_change
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import Unsupported
from bgtask_harness.nemesis.healing import by_hand
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile

PHONE = "70592006-11CD-44A3-96BC-25EE8E72CA3D"
SEARCH = SearchPath.standard(None)
APP = load_app("tvmaniac@fixed", SEARCH)
SIMULATOR = load_profile("simulator-iphone15", SEARCH)


@pytest.fixture
def options(tmp_path: Path) -> LeaseOptions:
    return LeaseOptions(state_dir=tmp_path / "state")


def leased(options: LeaseOptions) -> Lease:
    return acquire(SIMULATOR, APP, options)


def test_it_is_booted_for_a_lease_and_shut_down_after_it(mac: Mac, options: LeaseOptions) -> None:
    lease = leased(options)
    assert (lease.identity, mac.states()[PHONE]) == (PHONE, "Booted")
    lease.release()
    assert mac.states()[PHONE] == "Shutdown"


def test_one_that_ran_before_runs_on(mac: Mac, options: LeaseOptions) -> None:
    mac.boots(PHONE)
    leased(options).release()
    assert mac.states()[PHONE] == "Booted"


def test_nobody_else_gets_it_while_it_is_held_and_looking_boots_none(mac: Mac, options: LeaseOptions) -> None:
    held = lock(SIMULATOR, options)
    assert held is not None
    with pytest.raises(DeviceBusy, match=PHONE):
        leased(options)
    assert mac.states()[PHONE] == "Shutdown"
    assert leased(dataclasses.replace(options, locked=True)).device.facts.serial == PHONE
    held.release()


def test_without_a_mac_one_sentence_says_what_is_needed(
    options: LeaseOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unsupported, match=r"^there is no xcrun on PATH: simulators need a Mac with Xcode$"):
        leased(options)
    assert "  there is no xcrun on PATH: simulators need a Mac with Xcode" in list_devices(SEARCH, [SIMULATOR.name])


def test_one_that_is_not_there_is_a_sentence_and_nothing_is_held(
    mac: Mac, options: LeaseOptions, tmp_path: Path
) -> None:
    (tmp_path / "old.toml").write_text('schema = 1\n[find]\nplatform = "ios"\nsimulator = "iPhone 8"\n')
    with pytest.raises(DeviceNotFound, match=r"no simulator is called 'iPhone 8'.*there are: iPhone 15"):
        acquire(load_profile("old", SearchPath((tmp_path,))), APP, options)
    assert not options.state_dir.exists()


def test_the_list_has_simulators_when_one_is_asked_for(mac: Mac) -> None:
    assert not any(PHONE in line for line in list_devices(SEARCH))
    assert f"  {PHONE}  Shutdown  iPhone-15  iOS 26.1  iPhone 15" in list_devices(SEARCH, [SIMULATOR.name])


@pytest.mark.parametrize("name", ["simulator-iphone15", PHONE])
def test_what_a_killed_session_left_is_put_back(
    mac: Mac, options: LeaseOptions, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("BGTASK_STATE_DIR", str(options.state_dir))
    way = Way(PHONE, identity=PHONE, kind="simctl")
    ledger = LocalLocks(options.state_dir).ledger(PHONE, way)
    change = state_change(APP.spec.package, "on", "1", "0")
    said = json.dumps({"v": 1, "event": "hook", "name": change.restore[0], "answer": "ok"})
    mac.has_app(APP.spec.package, {change.restore[0]: [{"category": "bgt", "eventMessage": said}]})
    ledger.applied(ledger.begin(change))
    assert by_hand(change, way) == f"xcrun simctl spawn {PHONE} notifyutil -p {change.restore[0]}"
    (told,) = heal_device(name, SEARCH)
    assert told.startswith(f"{name}: put back: ")
    assert ["spawn", PHONE, "notifyutil", "-p", change.restore[0]] in mac.calls()
    assert (ledger.open_changes(), mac.states()[PHONE]) == ((), "Shutdown")
    LocalLocks(options.state_dir).hold(PHONE, Deadline.after(0), 1, print).release()
