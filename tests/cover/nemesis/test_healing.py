"""Who puts a phone back when the harness did not: the next session, a person, the supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import bgtask_harness
import bgtask_reference
from bgtask_harness.broker import Lease
from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import acquire
from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.broker.physical import identity_of
from bgtask_harness.broker.virtual import phone_arguments
from bgtask_harness.cli import main
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.nemesis.direct import DirectTransport
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.nemesis.quarantine import Quarantined
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile

SEARCH = SearchPath.standard()
WIFI_OFF = Change(
    Lever.WIFI,
    "off",
    was="on",
    apply="svc wifi disable",
    restore=("svc wifi enable",),
    check="settings get global wifi_on",
    found=r"\A1\n",
)
STUCK = Change(Lever.DATA_SAVER, "on", was="off", restore=("echo no; false",))


@pytest.fixture(scope="module")
def phone() -> Iterator[PhoneProcess]:
    """A phone that outlives what is done to it, as one on a desk does."""
    app = load_app("tvmaniac@fixed", SEARCH)
    started = PhoneProcess(
        phone_arguments(load_profile("virtual-pixel7", SEARCH), app, LeaseOptions()), Deadline.after(30)
    )
    yield started
    started.end()


@pytest.fixture
def desk(phone: PhoneProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile of it, found from the current folder; the adb server that owns it is the user's."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_ADDRESS", "127.0.0.1")
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(phone.ready.adb_server_port))
    monkeypatch.setenv("BGTASK_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "device_profiles").mkdir()
    (tmp_path / "device_profiles" / "desk.toml").write_text(f'schema = 1\n[find]\nserial = "{phone.ready.serial}"\n')
    return tmp_path


def take() -> Lease:
    return acquire(load_profile("desk", SearchPath.standard()), load_app("tvmaniac@fixed", SEARCH), LeaseOptions())


def way(phone: PhoneProcess) -> Way:
    serial = phone.ready.serial
    return Way(serial, "127.0.0.1", phone.ready.adb_server_port, serial)


def said(phone: PhoneProcess, line: str) -> str:
    return DirectTransport(way(phone)).shell(line, Deadline.after(10)).stdout.strip()


def leave(phone: PhoneProcess, desk: Path, change: Change) -> Ledger:
    """Leave the phone as a harness does that died without anybody noticing."""
    ledger = LocalLocks(desk / "state").ledger(phone.ready.serial, way(phone))
    ledger.begin(change)
    if change.apply:
        said(phone, change.apply)
    return ledger


def test_the_next_session_puts_back_what_was_left(phone: PhoneProcess, desk: Path) -> None:
    ledger = leave(phone, desk, WIFI_OFF)
    assert said(phone, "settings get global wifi_on") == "0"

    lease = take()
    lease.release()

    assert said(phone, "settings get global wifi_on") == "1"
    assert not ledger.open_changes()


def test_a_person_puts_it_back_by_profile_or_by_serial(
    phone: PhoneProcess, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("desk", phone.ready.serial):
        leave(phone, desk, WIFI_OFF)
        assert main(["heal", name]) == 0
        assert capsys.readouterr().out == f"{name}: put back: wifi off (was on)\n"
        assert said(phone, "settings get global wifi_on") == "1"
    assert main(["heal", "desk"]) == 0
    assert capsys.readouterr().out == "desk: there is nothing to put back\n"


def test_a_phone_that_does_not_take_it_back_is_refused_with_what_to_type(
    phone: PhoneProcess, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = leave(phone, desk, STUCK)

    with pytest.raises(Quarantined) as caught:
        take()
    assert main(["heal", "desk"]) == 3

    told = capsys.readouterr().err
    assert "desk is in quarantine" in str(caught.value)
    assert "data-saver on (was off): `echo no; false` says 'no'" in told
    assert f'-s {phone.ready.serial} shell "echo no; false"' in told
    assert "bgtask heal desk --forget" in told
    assert ledger.quarantined
    assert main(["heal", "desk", "--forget"]) == 0
    assert capsys.readouterr().out == "desk: forgotten: data-saver on (was off)\n"
    take().release()


def test_what_was_left_is_listed_with_the_devices(
    phone: PhoneProcess, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = leave(phone, desk, WIFI_OFF)

    assert main(["devices"]) == 0

    assert f"{phone.ready.serial}" in capsys.readouterr().out.partition("left changed")[2]
    ledger.forget()
    said(phone, "svc wifi enable")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_supervisor_takes_over_from_a_harness_that_was_ended(
    phone: PhoneProcess, desk: Path, number: signal.Signals
) -> None:
    program = (
        # Whoever runs these tests may have SIGHUP ignored, and children inherit that.
        "import signal, time\nsignal.signal(signal.SIGHUP, signal.SIG_DFL)\nfrom tests_take import change\n"
        "change(); print('changed', flush=True); time.sleep(60)\n"
    )
    (desk / "tests_take.py").write_text(
        "from bgtask_harness.broker import LeaseOptions, acquire\n"
        "from bgtask_harness.devices.changes import Lever\n"
        "from bgtask_harness.nemesis.nemesis import Nemesis\n"
        "from bgtask_harness.profiles import SearchPath, load_app, load_profile\n"
        "def change():\n"
        "    global lease\n"
        "    search = SearchPath.standard()\n"
        "    lease = acquire(load_profile('desk', search), load_app('tvmaniac@fixed', search), LeaseOptions())\n"
        "    levers = Nemesis(lease.device, lease.app.spec, lease.ledger, lambda v, a, call: call(), print)\n"
        "    levers.pull(Lever.WIFI, 'off')\n"
    )
    harness = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=desk)
    assert harness.stdout is not None
    with harness.stdout as told:
        assert told.readline() == "changed\n"
    assert said(phone, "settings get global wifi_on") == "0"

    os.kill(harness.pid, number)
    harness.wait(10)

    deadline = Deadline.after(20)
    while list(LocalLocks(desk / "state").ledgers()):
        deadline.check("the supervisor puts it back")
        time.sleep(0.02)
    assert said(phone, "settings get global wifi_on") == "1"


def test_a_supervisor_goes_with_a_lease_that_leaves_nothing(phone: PhoneProcess, desk: Path) -> None:
    lease = take()
    supervisor = next(part.__self__ for part in lease._on_release if hasattr(part, "__self__"))  # type: ignore[attr-defined] # a bound method

    lease.release()

    assert supervisor._process.returncode == 0


def test_one_phone_has_one_name_by_cable_and_by_network(phone: PhoneProcess, desk: Path) -> None:
    lease = take()
    try:
        assert identity_of(lease.device) == phone.ready.serial  # virtual phones share one ro.serialno
    finally:
        lease.release()


def test_the_supervisor_needs_the_standard_library_alone() -> None:
    roots = [str(Path(package.__file__ or "").parents[1]) for package in (bgtask_harness, bgtask_reference)]
    program = (
        f"import sys; sys.path[:0] = {roots!r}\n"
        "import bgtask_harness.nemesis.supervisor\n"
        "found = {getattr(m, '__file__', None) or '' for m in sys.modules.values()}\n"
        "print([file for file in found if 'site-packages' in file])\n"
    )

    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
