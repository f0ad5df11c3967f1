"""Builds that take no commands, on a real virtual phone: judged on what WorkManager and JobScheduler show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import acquire
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Capability
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.scenarios.test_force import test_force_when_due as force_when_due
from bgtask_harness.scenarios.test_force import test_forced_before_schedule_is_refused as forced_too_early
from bgtask_harness.scenarios.test_reboot import test_reboot_restores as reboot_restores
from bgtask_harness.scenarios.test_runs import test_comes_again_when_due as comes_again_when_due
from bgtask_harness.scenarios.test_runs import test_runs_to_success as runs_to_success
from bgtask_harness.session import Session
from bgtask_harness.session import Settings
from bgtask_harness.session.finish import consequence
from bgtask_harness.session.finish import end_session
from bgtask_reference.events import Judgement
from bgtask_reference.events import TaskSpec

Scenario = Callable[[Session, TaskSpec], None]
EVERY: tuple[Scenario, ...] = (
    runs_to_success,
    comes_again_when_due,
    reboot_restores,
    force_when_due,
    forced_too_early,
)


def run(build: str, scenarios: tuple[Scenario, ...], folder: Path) -> dict[str, JudgedJournal]:
    search = SearchPath.standard()
    lease = acquire(load_profile("virtual-pixel7", search), load_app(f"tvmaniac-{build}", search), LeaseOptions())
    try:
        deadline = Deadline.after(30)
        lease.device.launch(lease.app.spec, deadline)
        able = lease.device.capabilities(lease.app.spec, deadline)
        assert Capability.APP_HOOK not in able
        judged = {}
        for scenario in scenarios:
            name = scenario.__name__.removeprefix("test_")
            session = Session(lease, able, Settings(name, folder / "virtual-pixel7" / name))
            scenario(session, session.task("token refresh"))
            judged[name] = end_session(session, None)
        return judged
    finally:
        lease.release()


def verdicts(judged: JudgedJournal, judgement: Judgement) -> set[str]:
    return {one.rule for one in judged.verdicts if one.judgement is judgement and "tokenrefresh" in one.task}


def test_a_release_build_passes_by_what_it_shows_and_says_what_it_leaves_open(tmp_path: Path) -> None:
    judged = run("release", EVERY, tmp_path)

    assert {name: one.conclusion for name, one in judged.items()} == dict.fromkeys(judged, Conclusion.PASS)
    assert all(consequence(one, None) is None for one in judged.values())
    for one in judged.values():
        assert "R1.nudged" in verdicts(one, Judgement.PASS)
        assert verdicts(one, Judgement.INCONCLUSIVE) >= {"R4.overlap", "R10.once"}
        assert all(set(verdict.missing) <= {"app-log", "beacon", "wm-debug"} for verdict in one.unseen)
        assert verdicts(one, Judgement.NOT_EXERCISED) >= {"R9.cancel", "R6.backoff"}
    assert "R12.rearmed" in verdicts(judged["comes_again_when_due"], Judgement.PASS)
    assert "F1.responds" in verdicts(judged["force_when_due"], Judgement.PASS)


@pytest.mark.parametrize(("build", "open_rules"), [("debug", {"R6.attempts"}), ("beacon", set())])
def test_a_build_that_shows_starts_leaves_open_what_only_the_next_one_shows(
    build: str, open_rules: set[str], tmp_path: Path
) -> None:
    judged = run(build, (comes_again_when_due,), tmp_path)["comes_again_when_due"]

    assert judged.conclusion is Conclusion.PASS
    assert verdicts(judged, Judgement.PASS) >= {"R1.nudged", "R12.rearmed", "R4.overlap", "R10.once", "R10.in-time"}
    assert verdicts(judged, Judgement.INCONCLUSIVE) == open_rules
