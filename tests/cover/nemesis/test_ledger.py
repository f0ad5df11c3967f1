from __future__ import annotations

import json
from pathlib import Path

import pytest

from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.changes import Wall
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way

WIFI = Change(Lever.WIFI, "off", was="on", apply="svc wifi disable", restore=("svc wifi enable",), check="c", found="1")
CLOCK = Change(Lever.WALL_CLOCK, "5", wall=Wall("b", 1, 2, 3, 5, "read", "set {wall_ms}"))
WAY = Way("PHONE1", "127.0.0.1", 5037, "PHONE1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "phone.ledger"


@pytest.fixture(params=["file", "memory"])
def ledger(request: pytest.FixtureRequest, path: Path) -> Ledger:
    return Ledger(path if request.param == "file" else None, WAY)


def test_what_is_begun_is_open_until_it_is_restored_and_the_newest_is_last(ledger: Ledger) -> None:
    first, second = ledger.begin(WIFI), ledger.begin(CLOCK)
    ledger.applied(first)

    assert [(one.number, one.change, one.applied) for one in ledger.open_changes()] == [
        (first, WIFI, True),
        (second, CLOCK, None),
    ]
    ledger.restored(first)
    assert [one.change for one in ledger.open_changes()] == [CLOCK]


def test_another_process_reads_the_same_and_the_way_to_the_phone(path: Path) -> None:
    Ledger(path, WAY).begin(CLOCK)

    other = Ledger(path)

    assert [one.change for one in other.open_changes()] == [CLOCK]
    assert other.last_way() == WAY
    assert other.begin(WIFI) == 2


def test_the_last_one_that_is_restored_takes_the_file_along(path: Path) -> None:
    ledger = Ledger(path, WAY)
    one, two = ledger.begin(WIFI), ledger.begin(CLOCK)
    ledger.restored(two)
    assert path.exists()
    ledger.restored(one)
    assert not path.exists()


def test_a_line_that_was_cut_off_tells_of_a_change_that_was_not_made(path: Path) -> None:
    ledger = Ledger(path, WAY)
    ledger.begin(WIFI)
    whole = path.read_bytes()
    ledger.begin(CLOCK)
    longer = path.read_bytes()

    for cut in range(len(whole), len(longer)):
        path.write_bytes(longer[:cut])
        assert [one.change for one in Ledger(path).open_changes()] == [WIFI]

    path.write_bytes(longer[: len(whole) + 20])
    Ledger(path, WAY).begin(CLOCK)
    assert [one.change for one in Ledger(path).open_changes()] == [WIFI, CLOCK]


def test_what_could_not_be_put_back_quarantines_the_phone_until_it_is(ledger: Ledger) -> None:
    number = ledger.begin(WIFI)
    assert not ledger.quarantined
    ledger.failed(number, "it says no")
    assert ledger.quarantined
    assert ledger.open_changes()[0].failure == "it says no"
    ledger.restored(number)
    assert not ledger.quarantined


def test_lines_that_nobody_knows_are_passed_over(path: Path) -> None:
    Ledger(path, WAY).begin(WIFI)
    with path.open("ab") as file:
        file.write(b'\x00\xff\n[]\n{"n": "x", "what": "restored"}\n{"n": 1, "what": "later"}\n')

    assert [one.change for one in Ledger(path).open_changes()] == [WIFI]


@pytest.mark.parametrize("change", [WIFI, CLOCK])
def test_a_change_survives_being_written(change: Change) -> None:
    assert Change.from_json(json.loads(json.dumps(change.to_json()))) == change


@pytest.mark.parametrize(
    "damaged", [{}, {"lever": "wifi"}, {**WIFI.to_json(), "more": 1}, {**WIFI.to_json(), "wall": {"a": 1}}]
)
def test_what_is_no_change_is_said_to_be_none(damaged: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"is no change|is not a valid Lever"):
        Change.from_json(damaged)


def test_what_a_person_types_names_a_server_of_one_s_own_and_quotes_the_line() -> None:
    assert WAY.typed("svc wifi enable") == 'adb -s PHONE1 shell "svc wifi enable"'
    assert Way("S", "127.0.0.1", 41877).typed("a; b") == 'adb -H 127.0.0.1 -P 41877 -s S shell "a; b"'
