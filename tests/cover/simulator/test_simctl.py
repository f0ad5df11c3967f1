"""`xcrun simctl` and its list: what comes back, what is refused, what never ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.simulator import listing
from bgtask_harness.devices.simulator import simctl
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported

PHONE = "70592006-11CD-44A3-96BC-25EE8E72CA3D"


def soon() -> Deadline:
    return Deadline.after(20)


def test_without_xcrun_one_sentence_says_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unsupported, match="no xcrun on PATH: simulators need a Mac with Xcode"):
        listing.read(soon())


def test_the_list_gives_iphones_with_the_version_and_build_of_their_runtime(mac: Any) -> None:
    found = listing.read(soon())
    phone = listing.choose(found, "iPhone 15")
    assert (phone.udid, phone.os_version, phone.build, phone.model) == (PHONE, "26.1", "23B80", "iPhone-15")
    assert (phone.state, phone.available) == (listing.SHUTDOWN, True)
    assert "a watch" not in {one.name for one in found}
    assert [one.os_version for one in found if not one.available] == ["15.4"]


def test_a_name_that_two_share_wants_a_udid(mac: Any) -> None:
    found = listing.read(soon())
    with pytest.raises(DeviceNotFound, match=r"several simulators are called 'twin'.*0001.*0002"):
        listing.choose(found, "twin")
    assert listing.choose(found, "AAAAAAAA-0000-4000-8000-000000000002").name == "twin"


def test_a_name_that_nobody_has_tells_what_there_is(mac: Any) -> None:
    with pytest.raises(DeviceNotFound, match=r"'iPhone 8'.*there are: iPhone 15 \(iOS 26\.1"):
        listing.choose(listing.read(soon()), "iPhone 8")


def test_simctl_s_own_words_say_why_it_failed(mac: Any) -> None:
    with pytest.raises(Refused, match=r"`xcrun simctl launch .*` failed while x: Unable to lookup in .*: Shutdown$"):
        simctl.call(("launch", PHONE, "app"), soon(), "x")


def test_a_command_that_never_ends_is_ended(mac: Any) -> None:
    with pytest.raises(DeadlineExceeded, match="while waiting for nothing"):
        simctl.run(("hang",), Deadline.after(0.3), "waiting for nothing")


@given(st.text(max_size=60) | st.sampled_from(["[]", '{"devices": []}', '{"devices": 1}', "[" * 100_000]))
def test_what_is_no_list_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(Refused, match="printed no list of devices"):
        listing.parse(text)


def test_an_odd_list_gives_what_can_be_read() -> None:
    odd = '{"devices": {"iOS 12.1": [3, {"name": "x"}, {"udid": "U"}], "iOS-x": [{"udid": "V"}]}, "runtimes": 5}'
    assert listing.parse(odd) == (listing.Simulator("U", "", "12.1", state=""),)
