"""What `pytest --device X` collects, in three layouts: this repository, a user's own, an empty folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
COLLECT = ["--collect-only", "-q", "-p", "no:cacheprovider"]
SUITE = "*test_runs.py::test_runs_to_success[[]virtual-pixel7-token refresh]"
USERS_TESTS = """
def test_on_a_phone(device):
    assert device.name

def test_plain():
    pass
"""


def users_repository(pytester: pytest.Pytester) -> None:
    """A repository with a package called `harness` of its own, tests of both kinds, and its environment inside."""
    pytester.makepyprojecttoml("[project]\nname = 'mine'\n[tool.pytest.ini_options]\npythonpath = ['.']\n")
    pytester.mkpydir("harness").joinpath("own.py").write_text("VALUE = 1\n")
    pytester.mkdir("tests").joinpath("test_mine.py").write_text(f"from harness.own import VALUE\n{USERS_TESTS}")


def test_in_this_repository_the_suite_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--device", "virtual-pixel7", *COLLECT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    nodes = [line for line in done.stdout.splitlines() if "::" in line]
    assert done.returncode == 0, done.stdout + done.stderr
    assert nodes
    assert all("bgtask_harness/scenarios/" in node for node in nodes)


def test_in_this_repository_a_path_is_taken_as_given() -> None:
    path = "tests/cover/profiles/test_durations.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--device", "virtual-pixel7", path, *COLLECT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "scenarios" not in done.stdout
    assert "test_durations.py::" in done.stdout


def test_in_a_user_s_repository_the_suite_and_the_tests_that_ask_for_a_device(pytester: pytest.Pytester) -> None:
    users_repository(pytester)

    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", *COLLECT)

    assert done.ret == 0
    done.stdout.fnmatch_lines(["tests/test_mine.py::test_on_a_phone[[]virtual-pixel7]"])
    done.stdout.fnmatch_lines([SUITE])
    done.stdout.no_fnmatch_line("*test_plain*")


def test_from_below_a_user_s_repository_as_well(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    users_repository(pytester)
    monkeypatch.chdir(pytester.path / "tests")

    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", *COLLECT)

    assert done.ret == 0
    done.stdout.fnmatch_lines(["*test_mine.py::test_on_a_phone[[]virtual-pixel7]"])


def test_in_an_empty_folder_the_suite_alone(pytester: pytest.Pytester) -> None:
    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", *COLLECT)

    assert done.ret == 0
    done.stdout.fnmatch_lines([SUITE])


def test_names_that_a_user_gives_test_files_do_not_hide_the_suite(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npython_files = check_*.py\npython_functions = check_*\n")

    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", *COLLECT)

    done.stdout.fnmatch_lines([SUITE])


def test_without_a_device_nothing_changes(pytester: pytest.Pytester) -> None:
    users_repository(pytester)

    done = pytester.runpytest_inprocess("-rs")

    done.assert_outcomes(passed=1, skipped=1)
    done.stdout.fnmatch_lines(["*give --device NAME, for example --device virtual-pixel7*"])
    done.stdout.no_fnmatch_line("*scenarios*")


def test_a_device_fixture_of_the_user_s_own_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef device():\n    return 'theirs'\n")
    pytester.makepyfile("def test_theirs(device):\n    assert device == 'theirs'\n")

    plain = pytester.runpytest_inprocess()
    given = pytester.runpytest_inprocess("--device", "virtual-pixel7", *COLLECT)

    plain.assert_outcomes(passed=1)
    given.stdout.no_fnmatch_line("*test_theirs*")


def test_two_devices_make_two_tests_of_each(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USERS_TESTS)

    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", "--device", "pixel7", *COLLECT)

    done.stdout.fnmatch_lines(["*::test_on_a_phone[[]virtual-pixel7]"])
    done.stdout.fnmatch_lines(["*::test_on_a_phone[[]pixel7]"])


def test_a_task_of_the_app_file_makes_a_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_each(device, task):\n    pass\n")

    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", "-k", "test_each", *COLLECT)

    done.stdout.fnmatch_lines_random(
        [
            f"*::test_each[[]virtual-pixel7-{task}]"
            for task in ("token refresh", "library sync", "episode notifications")
        ]
    )


@pytest.mark.parametrize(
    ("which", "titles"),
    [
        ("networked", ["token refresh", "library sync"]),
        ("one-networked", ["token refresh"]),
        ("one-periodic", ["token refresh"]),
    ],
)
def test_a_mark_chooses_tasks_or_the_first_of_them(pytester: pytest.Pytester, which: str, titles: list[str]) -> None:
    mark = f"import pytest\n@pytest.mark.scenario(tasks='{which}')\n"
    pytester.makepyfile(f"{mark}def test_each(device, task):\n    pass\n")

    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", "-k", "test_each", *COLLECT)

    found = [line.partition("[virtual-pixel7-")[2][:-1] for line in done.stdout.lines if "test_each" in line]
    assert found == titles


@pytest.mark.parametrize(
    ("which", "titles"),
    [
        ("idle", ["idle"]),
        ("later", ["flexible", "delayed"]),
        ("delayed", ["delayed"]),
        ("charging", ["charging"]),
        ("unmetered", ["unmetered"]),
        ("executes", ["executed"]),
        ("fails", ["plain", "upload"]),
        ("one-periodic-networked", ["executed"]),
    ],
)
def test_what_does_not_run_at_once_is_chosen_by_that_alone(
    pytester: pytest.Pytester, which: str, titles: list[str]
) -> None:
    mark = f"import pytest\n@pytest.mark.scenario(tasks='{which}')\n"
    pytester.makepyfile(f"{mark}def test_each(device, task):\n    pass\n")

    done = pytester.runpytest_inprocess(
        "--device", "virtual-pixel7", "--app", "every-kind", "-k", "test_each", *COLLECT
    )

    found = [line.partition("[virtual-pixel7-")[2][:-1] for line in done.stdout.lines if "test_each" in line]
    assert found == titles
