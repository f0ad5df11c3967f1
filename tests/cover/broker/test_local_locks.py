from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bgtask_harness.broker.local import DeviceBusy
from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceLostError

HOLD = """
import sys, time
from pathlib import Path
from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.deadline import Deadline
held = LocalLocks(Path(sys.argv[1])).hold("emulator:1", Deadline.after(5), 60, print)
print("held", flush=True)
sys.stdin.read()
"""


def silent(sentence: str) -> None:
    pass


@pytest.fixture
def locks(tmp_path: Path) -> LocalLocks:
    return LocalLocks(tmp_path / "leases")


def test_a_held_device_is_refused_naming_its_holder(locks: LocalLocks) -> None:
    held = locks.hold("S1", Deadline.after(1), 60, silent)

    with pytest.raises(DeviceBusy, match=r"device S1 is held by process \d+ .*since .*--lease-wait"):
        locks.hold("S1", Deadline.after(0), 60, silent)
    held.release()
    locks.hold("S1", Deadline.after(0), 60, silent).release()


def test_another_device_is_free(locks: LocalLocks) -> None:
    held = locks.hold("S1", Deadline.after(1), 60, silent)

    locks.hold("S2", Deadline.after(0), 60, silent).release()
    held.release()


def test_a_dead_holder_s_lock_is_free(locks: LocalLocks) -> None:
    command = [sys.executable, "-c", HOLD, str(locks.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DeviceBusy, match=rf"process {other.pid} \(`-c {locks.folder}`\) since"):
            locks.hold("emulator:1", Deadline.after(0), 60, silent)
        other.kill()
        other.wait()

        held = locks.hold("emulator:1", Deadline.after(5), 60, silent)

    assert held.fence == 2
    held.release()


def test_waiting_says_what_for_once(locks: LocalLocks) -> None:
    held = locks.hold("S1", Deadline.after(1), 60, silent)
    told: list[str] = []

    with pytest.raises(DeviceBusy):
        locks.hold("S1", Deadline.after(0.7), 60, told.append)

    held.release()
    assert len(told) == 1
    assert told[0].startswith("waiting for device S1, held by process")


def test_a_holder_whose_fence_is_old_has_lost_the_device(locks: LocalLocks) -> None:
    held = locks.hold("S1", Deadline.after(1), 60, silent)
    held.check()
    owner = locks.owner("S1")
    assert owner is not None
    (file,) = locks.folder.glob("*.json")
    file.write_text(file.read_text().replace(f'"fence":{owner.fence}', f'"fence":{owner.fence + 1}'))

    with pytest.raises(DeviceLostError, match="device S1 was taken by process"):
        held.check()
    held.release()


def test_a_damaged_owner_file_is_nobody(locks: LocalLocks) -> None:
    locks.hold("S1", Deadline.after(1), 60, silent).release()
    (file,) = locks.folder.glob("*.json")
    file.write_text("{")

    assert locks.owner("S1") is None
    locks.hold("S1", Deadline.after(0), 60, silent).release()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadInput, match="cannot keep device locks there"):
        LocalLocks(tmp_path / "file" / "leases").hold("S1", Deadline.after(0), 60, silent)
