from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.recording import Redactor
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import LineUnknown


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("account=Jane.Doe+tv@mail.example.org failed", "account=<e-mail-1> failed"),
        ("from a@b.de to A@B.DE and c@d.com", "from <e-mail-1> to <e-mail-1> and <e-mail-2>"),
        ("adb-28161FDH2000XY-abc", "adb-<serial-1>-abc"),
        ("wlan0 02:00:5e:10:00:Ff up", "wlan0 <mac-1> up"),
    ],
)
def test_what_names_a_person_or_a_device_is_taken_out(text: str, redacted: str) -> None:
    assert Redactor(["28161FDH2000XY"]).text(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "JOB ns:u0a217/2: dfe6549 @androidx.work.systemjobscheduler@dev.gift.wallpaper_changer/x.Y",
        '{"attempt_id":"a424d7c4-d141-424f-8010-c45a8dcbd328@1795399203008.1"}',
        "tvmaniac@U6",
        "11-23 02:00:00.500  6037  6059 I WM-WorkerWrapper: Worker result SUCCESS",
        "com.android.server.alarm.AlarmManagerService$2@f698134",
        "  -1d02h57m31s562ms   START: #u0a146/0 @ns@com.example.app/androidx.work.Service",
    ],
)
def test_what_a_verdict_rests_on_stays(text: str) -> None:
    assert Redactor().text(text) == text


def test_a_serial_inside_a_word_and_a_short_one_are_left() -> None:
    assert (
        Redactor(["abc", "emulator-5554"]).text("abc emulator-55545 emulator-5554") == "abc emulator-55545 <serial-1>"
    )


def test_values_are_gone_through_to_their_last_text() -> None:
    redactor = Redactor(["28161FDH2000XY"])
    device = DeviceSpec("pixel7", notes={"serial": "28161FDH2000XY", "model": "Pixel 7"})

    assert redactor.value(device).notes == {"serial": "<serial-1>", "model": "Pixel 7"}
    assert redactor.value(LineUnknown(raw="mail a@b.de", parser="x")) == LineUnknown(raw="mail <e-mail-1>", parser="x")


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    redactor = Redactor(["28161FDH2000XY"])
    once = redactor.text(text)

    assert redactor.text(once) == once
