"""Bad input is one sentence and pytest's exit status for bad usage."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

USAGE_ERROR = 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--device", "nobody"],
            "ERROR: --device nobody: there is no profile of that name; known are *virtual-pixel7*",
        ),
        (["--device", "virtual-pixel7", "--app", "nobody"], "ERROR: --app nobody: there is no app file of that name*"),
        (["--device", "virtual-pixel7", "--app", "x.toml"], "ERROR: --app x.toml: there is no such file"),
        (["--device", "virtual-pixel7", "--patience", "long"], "ERROR: --patience: expected a duration such as*"),
        (
            ["--device", "virtual-pixel7", "--allow-disruption", "all"],
            "ERROR: --allow-disruption all: expected one of observe, nudge,*",
        ),
        (["--device", "virtual-pixel7", "--device-profiles", "gone"], "ERROR: --device-profiles gone: there is no*"),
        (
            ["--device", "pixel7", "--virtual-fault", "a:b"],
            "ERROR: --virtual-fault: none of pixel7 is a virtual phone*",
        ),
        (["--device", "virtual-pixel7#two"], "ERROR: --device virtual-pixel7#two: expected NAME, or NAME#2 for*"),
        (["--device", "pixel7#2"], "ERROR: --device pixel7#2: only a virtual phone can be had more than once;*"),
        (["--device", "virtual-pixel7", "-n", "2"], "ERROR: -n 2: there is one worker for each device; use -n 1 or*"),
    ],
)
def test_it_is_one_sentence(pytester: pytest.Pytester, arguments: list[str], sentence: str) -> None:
    done = pytester.runpytest_inprocess(*arguments)

    assert done.ret == USAGE_ERROR
    done.stderr.fnmatch_lines([sentence])
    assert "Traceback" not in done.stderr.str() + done.stdout.str()


def test_a_wrong_key_in_a_profile_names_file_and_key(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("device_profiles")
    (folder / "mine.toml").write_text('schema = 1\n[find]\nmodle = "Pixel 7"\n')

    done = pytester.runpytest_inprocess("--device", "mine")

    assert done.ret == USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: *device_profiles/mine.toml: key `find.modle`: *did you mean `model`"])


def test_a_phone_that_is_asked_for_and_not_there_is_an_error_and_no_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")
    pytester.makepyfile("def test_on_a_phone(device):\n    pass\n")

    done = pytester.runpytest_inprocess("--device", "pixel7", "-k", "test_on_a_phone")

    assert done.ret == 1
    done.stdout.fnmatch_lines(
        ["DeviceNotFound: --device pixel7: *", "INCONCLUSIVE *on_a_phone *no adb server answers*"]
    )


def test_a_phone_that_is_not_there_stops_the_workers_before_they_start(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")

    done = pytester.runpytest_inprocess("--device", "pixel7", "-n", "auto")

    assert done.ret == USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: --device pixel7: *"])


def test_a_mark_that_asks_for_what_there_is_not_is_a_sentence(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.scenario(tasks='some')\ndef test_it(device, task):\n    pass\n")

    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", "-k", "test_it")

    done.stdout.fnmatch_lines(["*`tasks` is one of all, periodic, retries, reachable*"])


def test_a_run_folder_that_pytest_takes_for_its_root_is_a_sentence(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = pytester.mkdir("outside")
    inside = pytester.mkdir("inside")
    (inside / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(inside)

    done = pytester.runpytest_inprocess("--device", "virtual-pixel7", "--collect-only", "--run-dir", str(outside))
    joined = pytester.runpytest_inprocess("--device", "virtual-pixel7", "--collect-only", f"--run-dir={outside}")

    assert done.ret == USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: --run-dir {outside}: *; write --run-dir={outside}"])
    assert joined.ret == 0


def test_listing_devices_needs_none_and_runs_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")
    pytester.makepyfile("def test_it():\n    assert False\n")

    done = pytester.runpytest_inprocess("--list-devices")

    assert done.ret == 0
    done.stdout.fnmatch_lines(
        ["profiles:", "  virtual-pixel7 *no hardware needed*", "attached:", "  no adb server answers*"]
    )
