"""kill -9 at each step of each lever, on a virtual phone behind a real adb server: the phone is as it was found."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.broker.virtual import phone_arguments
from bgtask_harness.deadline import Deadline
from bgtask_harness.nemesis.direct import DirectTransport
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile

DYING = Path(__file__).parents[2] / "outside" / "dying_harness.py"
PACKAGE = "com.thomaskioko.tvmaniac"
STATE = "; ".join(
    [
        "settings list global | grep -v bgtask",
        "dumpsys battery",
        *(f"dumpsys deviceidle get {key}" for key in ("force", "deep", "light", "screen")),
        f"am get-standby-bucket {PACKAGE}",
        f"cmd appops get {PACKAGE} RUN_ANY_IN_BACKGROUND",
        "cmd netpolicy get restrict-background",
        "dumpsys connectivity",
        "cmd netpolicy list wifi-networks",
        "dumpsys devicestoragemonitor | grep -o 'mForceState=[A-Z]*'; cmd jobscheduler get-storage-not-low",
        "dumpsys jobscheduler | grep 'Currently idle'",
        "getprop persist.sys.timezone",
        f"pm list packages --show-versioncode {PACKAGE}",
        f"cat /data/local/tmp/bgtask-{PACKAGE}-older.apk /data/local/tmp/bgtask-{PACKAGE}-found.apk",
    ]
)
HEALED_S = 20.0


class Lab:
    """A phone that outlives the harness, as one on a desk does."""

    def __init__(self, folder: Path) -> None:
        search = SearchPath.standard()
        profile, app = load_profile("virtual-pixel7", search), load_app("tvmaniac@fixed", search)
        self.phone = PhoneProcess(phone_arguments(profile, app, LeaseOptions()), Deadline.after(30))
        serial = self.phone.ready.serial
        self.way = Way(serial, "127.0.0.1", self.phone.ready.adb_server_port)
        (folder / "device_profiles").mkdir()
        (folder / "device_profiles" / "desk.toml").write_text(
            f'schema = 1\n[find]\nserial = "{serial}"\n[allow]\ndisruption = "clear-data"\n'
        )
        self.locks = LocalLocks(folder / "state")
        environment = os.environ | {
            "ANDROID_ADB_SERVER_ADDRESS": "127.0.0.1",
            "ANDROID_ADB_SERVER_PORT": str(self.phone.ready.adb_server_port),
            "BGTASK_STATE_DIR": str(folder / "state"),
        }
        self.harness = subprocess.Popen(
            [sys.executable, str(DYING), "desk"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environment,
        )

    def live(self, last: int, levers: str) -> str:
        """Live a life that ends after a step; what became of it."""
        assert self.harness.stdin is not None
        assert self.harness.stdout is not None
        self.harness.stdin.write(f"{last} {levers}\n")
        self.harness.stdin.flush()
        return self.harness.stdout.readline().strip()

    def state(self) -> str:
        """What the phone says of itself."""
        return DirectTransport(self.way).shell(STATE, Deadline.after(10)).stdout

    def clock(self) -> float:
        """How far its wall clock is from its boot clock, seconds."""
        said = DirectTransport(self.way).shell("cat /proc/uptime; date +%s", Deadline.after(10)).stdout
        uptime, wall = said.split("\n")[:2]
        return int(wall) - float(uptime.split()[0])

    def wait_until_healed(self) -> None:
        """Wait until somebody has put everything back."""
        deadline = Deadline.after(HEALED_S)
        while list(self.locks.ledgers()):
            deadline.check("somebody puts the phone back")
            time.sleep(0.02)

    def close(self) -> None:
        """End the harness, then the phone."""
        assert self.harness.stdin is not None
        self.harness.communicate(timeout=10)
        self.phone.end()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    made = Lab(tmp_path_factory.mktemp("lab"))
    yield made
    made.close()


@pytest.mark.parametrize(
    "levers",
    [
        "power=unplugged doze=deep wifi=off",
        pytest.param("airplane-mode=on wifi=on mobile-data=off screen=off", marks=pytest.mark.slow),
        pytest.param("standby-bucket=rare background=restricted data-saver=on", marks=pytest.mark.slow),
        "power=low battery-saver=on automatic-time=off wall-clock=18000000000000",
        "metered-wifi=on storage=low device-idle=on",
        "automatic-time-zone=off time-zone=Pacific/Kiritimati",
        "app-build=older",
    ],
)
def test_whatever_step_it_dies_at_the_phone_is_as_it_was_found(lab: Lab, levers: str) -> None:
    before, clock = lab.state(), lab.clock()
    step, said = 0, "killed"
    while said == "killed":
        step += 1
        said = lab.live(step, levers)
        lab.wait_until_healed()
        assert lab.state() == before, f"after step {step}"
        assert abs(lab.clock() - clock) <= 2, f"after step {step}"

    assert said == f"survived {step - 1}"
    assert step > 3 * len(levers.split())
