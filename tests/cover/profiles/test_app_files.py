from __future__ import annotations

from pathlib import Path

import pytest

from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Unsupported
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_reference.events import Constraints
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Network
from bgtask_reference.events import UniqueName

SMALL = """
schema = 1
package = "org.example"
[[tasks]]
id = "org.example.sync"
interval = "1h"
network = "unmetered"
unique_names = [{ name = "sync", periodic = true }]
"""


TERMS = """
constraints = { charging = true, storage_not_low = true }
flex = "15m"
"""


@pytest.fixture
def standard(tmp_path: Path) -> SearchPath:
    return SearchPath.standard(cwd=tmp_path)


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return str(path)


def test_every_shipped_generation_has_the_tasks_of_its_base(standard: SearchPath) -> None:
    fixed, u6 = load_app("tvmaniac@fixed", standard), load_app("tvmaniac@U6", standard)

    assert [task.title for task in fixed.spec.tasks] == ["token refresh", "library sync", "episode notifications"]
    assert fixed.spec.tasks == u6.spec.tasks
    assert fixed.virtual.program != u6.virtual.program
    assert fixed.name == "tvmaniac@fixed"


def test_a_file_of_one_s_own_is_taken_by_path_and_its_defaults_are_stated(tmp_path: Path, standard: SearchPath) -> None:
    app = load_app(written(tmp_path, SMALL), standard)

    task = app.spec.tasks[0]
    assert (app.name, task.title, task.interval_ns) == ("mine", "org.example.sync", 3_600_000_000_000)
    assert task.network is Network.UNMETERED
    assert task.unique_names == (UniqueName("sync", periodic=True),)
    assert not app.spec.evidence.beacon


def test_a_task_declares_its_constraints_its_flex_and_its_policies(tmp_path: Path, standard: SearchPath) -> None:
    text = SMALL.replace("periodic = true", 'periodic = true, existing = "update"') + TERMS

    task = load_app(written(tmp_path, text.replace("unmetered", "not-roaming")), standard).spec.tasks[0]

    assert task.constraints == Constraints(charging=True, storage_not_low=True)
    assert (task.network, task.flex_ns, task.expedited) == (Network.NOT_ROAMING, 900_000_000_000, False)
    assert task.unique_names == (UniqueName("sync", periodic=True, existing=ExistingWork.UPDATE),)


def test_background_tasks_hears_of_a_task_by_its_id_or_by_the_identifier_that_it_shares(
    tmp_path: Path, standard: SearchPath
) -> None:
    own = load_app(written(tmp_path, SMALL), standard).spec.tasks[0]
    shared = load_app(written(tmp_path, SMALL + 'ios_identifier = "org.example.library"\n'), standard).spec.tasks[0]

    assert (own.identifier, shared.identifier) == ("org.example.sync", "org.example.library")


def test_a_task_that_declares_none_has_none(tmp_path: Path, standard: SearchPath) -> None:
    task = load_app(written(tmp_path, SMALL), standard).spec.tasks[0]

    assert (task.constraints, task.flex_ns, task.expedited) == (Constraints(), None, False)
    assert task.unique_names[0].existing is None


def test_on_a_virtual_phone_the_build_says_what_is_printed(tmp_path: Path, standard: SearchPath) -> None:
    text = SMALL + '[evidence]\napp_log = true\nbeacon = true\nhook = true\n[virtual]\nmode = "debug"\n'

    shown = load_app(written(tmp_path, text), standard).on_virtual_phone().spec.evidence

    assert (shown.app_log, shown.beacon, shown.hook) == (True, False, False)


@pytest.mark.parametrize("build", ["release", "debug", "beacon"])
def test_a_build_without_a_hook_starts_as_a_person_left_it(build: str, standard: SearchPath) -> None:
    app = load_app(f"tvmaniac-{build}", standard)

    assert app.virtual.mode == build
    assert app.spec.evidence == app.on_virtual_phone().spec.evidence
    assert app.stored_settings == {
        "active_provider": "TRAKT",
        "episode_notifications_enabled": "true",
        "background_sync_enabled": "true",
    }
    assert load_app("tvmaniac@fixed", standard).stored_settings == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            SMALL + "[virtual.states]\nlogged-in = true\n",
            r"key `virtual\.states\.logged-in`: expected one of the states of `control\.states` \(none\)",
        ),
        (SMALL.replace("interval", "intervall"), r"key `tasks\[0\]\.intervall`: .*did you mean `interval`"),
        (SMALL.replace('"1h"', "1"), r"key `tasks\[0\]\.interval`: expected a duration"),
        (SMALL.replace('id = "org.example.sync"', ""), r"key `tasks\[0\]\.id`: expected a value"),
        (SMALL.replace("periodic = true", "periodic = 1"), r"key `tasks\[0\]\.unique_names\[0\]\.periodic`"),
        (SMALL + SMALL[SMALL.index("[[tasks]]") :], r"key `tasks\[1\]\.id`: expected each id once"),
        (
            SMALL + '[control.endpoints]\n"x" = "y"\n',
            r"key `control\.endpoints\.x`: expected the id of one of the tasks",
        ),
        (
            SMALL + '[control.when_scheduled]\n"org.example.sync" = ["in"]\n',
            r"key `control\.when_scheduled\.org\.example\.sync`: expected one of none, got 'in'",
        ),
        (
            SMALL + '[control.throws]\n"org.example.sync" = "in"\n',
            r"key `control\.throws\.org\.example\.sync`: expected one of none, got 'in'",
        ),
        (
            SMALL + '[control.states.a]\nname="n"\non="1"\noff="0"\n[control.states.b]\nname="n"\non="1"\nof="0"\n',
            r"key `control\.states\.b\.of`: expected one of name, on, off; .*did you mean `off`",
        ),
        (
            SMALL + '[[log]]\ntag="T"\ntext="go"\nevent="run.started"\ntask="x"\n',
            r"key `log\[0\]\.task`: expected the id of one of the tasks, got 'x'",
        ),
        (
            SMALL + '[[log]]\ntag="T"\ntext="go {task}"\nevent="run.started"\ntask="org.example.sync"\n',
            r"key `log\[0\]\.task`: expected no task beside",
        ),
        (SMALL + "constraints = { chargin = true }\n", r"tasks\[0\]\.constraints\.chargin`: .*did you mean `charging`"),
        (SMALL.replace('interval = "1h"', 'flex = "15m"'), r"key `tasks\[0\]\.flex`: expected no flex of work without"),
        (
            SMALL.replace("periodic = true", 'periodic = true, existing = "append"'),
            r"unique_names\[0\]\.existing`: expected one of keep, replace, update for periodic work, got append",
        ),
        (
            SMALL.replace("periodic = true", 'periodic = false, existing = "update"'),
            r"existing`: expected one of keep, replace, append, append-or-replace for one-time work, got update",
        ),
        (
            SMALL + 'expedited = true\ninitial_delay = "1m"\n',
            r"tasks\[0\]\.expedited`: expected no initial delay of expedited work",
        ),
        (
            SMALL + "expedited = true\nconstraints = { charging = true }\n",
            r"tasks\[0\]\.expedited`: expected network and storage constraints alone",
        ),
        ('schema = 1\npackage = "p"\ntasks = []\n', r"key `tasks`: expected at least one"),
    ],
)
def test_a_mistake_names_file_key_and_what_was_expected(
    tmp_path: Path, standard: SearchPath, text: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as caught:
        load_app(written(tmp_path, text), standard)

    assert "mine.toml" in str(caught.value)


def test_an_unknown_app_says_what_there_is(standard: SearchPath) -> None:
    with pytest.raises(BadInput, match=r"--app nobody: .*known are .*tvmaniac@fixed"):
        load_app("nobody", standard)

    with pytest.raises(BadInput, match=r"--app gone\.toml: there is no such file"):
        load_app("gone.toml", standard)


def test_the_older_build_of_a_virtual_phone_is_a_program_and_of_any_other_a_file(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL + '[update]\napk = "old.apk"\nprogram = "some.module:program"\n')
    (tmp_path / "old.apk").write_bytes(b"PK")
    app = load_app(str(path), SearchPath.standard())

    assert b'"program":"some.module:program"' in app.older_build(virtual=True)
    assert app.older_build(virtual=False) == b"PK"
    (tmp_path / "old.apk").unlink()
    with pytest.raises(BadInput, match=r"key `update\.apk`: .*old\.apk cannot be read"):
        app.older_build(virtual=False)


def test_without_an_older_build_there_is_nothing_to_update_from(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)

    with pytest.raises(Unsupported, match=r"key `update\.apk`: there is no older build to update from; name one"):
        load_app(str(path), SearchPath.standard()).older_build(virtual=False)
