"""Every test leaves a record: one that ended before its session began, or whose worker died, gets a short one here."""

from __future__ import annotations

from pathlib import Path

from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.errors import HarnessError
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.journal import Writer
from bgtask_harness.journal import read
from bgtask_harness.pytest_support.chosen import Chosen
from bgtask_harness.pytest_support.marks import scenario_of
from bgtask_harness.session.recording import host_stamp
from bgtask_harness.session.setup import header_of
from bgtask_reference.events import ScenarioBegan
from bgtask_reference.events import ScenarioEnded


def leave_record(chosen: Chosen, device: str, scenario: str, folder: Path, reason: str) -> None:
    """Write the journal of a test that never came to its device: it began, and it ended broken, for that reason.

    Raises:
        HarnessError: It cannot be written.

    """
    profile, app = chosen.profiles[device], chosen.apps[device]
    unseen = DeviceFacts(profile.find.platform, serial="", model="", os_version="", virtual=profile.virtual)
    with Writer(folder / JOURNAL_NAME, header_of(profile, app, unseen, scenario)) as writer:
        began = ScenarioBegan(stamp=host_stamp(), name=scenario)
        writer.append_many((began, ScenarioEnded(stamp=host_stamp(), outcome="broken", reason=reason)))


def leave_record_of(chosen: Chosen, device: str, nodeid: str, reason: str) -> None:
    """Do the same for a test whose worker died, unless that has begun a journal: then its open end says enough."""
    path, bracket, parameters = nodeid.partition("[")
    scenario = scenario_of(f"{path.rpartition('::')[2]}{bracket}{parameters}", device)
    if not any(_is_open(one) for one in (chosen.run_dir / device).glob(f"{scenario}*/{JOURNAL_NAME}")):
        leave_record(chosen, device, scenario, free_folder(chosen.run_dir / device, scenario), reason)


def free_folder(parent: Path, scenario: str) -> Path:
    """Give a folder in which no journal is: two tests of one name in different files have one each."""
    number, folder = 1, parent / scenario
    while (folder / JOURNAL_NAME).exists():
        number += 1
        folder = parent / f"{scenario}-{number}"
    return folder


def _is_open(journal: Path) -> bool:
    try:
        entries = read(journal).entries
    except HarnessError:
        return True
    return not any(isinstance(entry.event, ScenarioEnded) for entry in entries)
