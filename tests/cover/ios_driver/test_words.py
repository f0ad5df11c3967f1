"""What the iOS driver says without a phone: notification names, lines of the log, the walls of the first day."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import walls
from bgtask_harness.devices.ios.answers import HookAnswers
from bgtask_harness.devices.ios.hook import notification
from bgtask_harness.devices.ios.log import as_line
from bgtask_harness.devices.ios.loop import Loop
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import Unsupported
from bgtask_harness.observe.ios import parse_record
from bgtask_harness.virtual.ios.hook import _plain


@given(st.text(max_size=30))
def test_an_argument_comes_out_of_the_name_as_it_went_in(value: str) -> None:
    name = notification("app", "state", {"name": "n", "value": value})
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")
    assert _plain(name.removeprefix("app.bgt.state.n.")) == value


def test_a_duration_is_whole_seconds_rounded_up() -> None:
    arguments = {"endpoint": "e", "reply": "ok", "duration_ms": "1500"}
    assert notification("app", "server", arguments) == "app.bgt.server.e.ok.2"


def test_a_record_becomes_a_line_that_the_parser_reads() -> None:
    moment = dt.datetime(2026, 11, 23, 2, 0, 0, 400_000, tzinfo=dt.UTC)
    entry = SimpleNamespace(
        timestamp=moment,
        pid=412,
        thread_id=7,
        filename="/app/App",
        image_name="/x/BackgroundTasks",
        label=SimpleNamespace(subsystem="s", category="c"),
        level=SimpleNamespace(name="ERROR"),
        mach_timestamp=5,
        message="two\nlines \ud800",
    )
    line = parse_record(as_line(entry).decode())
    assert line is not None
    assert (line.pid, line.process, line.sender, line.kind) == (412, "App", "BackgroundTasks", "error")
    assert line.message == "two\nlines ?"
    assert abs(line.stamp.ns - round(moment.timestamp() * 1e9)) <= line.stamp.error_ns


class NoDeviceConnectedError(Exception):
    pass


class PairingDialogResponsePendingError(Exception):
    pass


class ConnectionTerminatedError(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (NoDeviceConnectedError(), DeviceNotFound, "plug it in"),
        (PairingDialogResponsePendingError(), Unsupported, "tap Trust"),
        (ConnectionTerminatedError(), DeviceLostError, "went away"),
        (ConnectionResetError("reset"), DeviceLostError, "went away"),
    ],
    ids=["no device", "pairing", "terminated", "reset"],
)
def test_a_wall_is_one_sentence_with_what_to_do(error: Exception, kind: type[Exception], words: str) -> None:
    ours = walls.told(error, "UDID", None)
    assert type(ours) is kind
    assert words in str(ours)
    assert "{" not in str(ours)


def test_a_failure_that_nobody_knows_stays_what_it_is() -> None:
    assert walls.told(ZeroDivisionError(), "UDID", None) is None


def test_an_answer_is_taken_once_and_junk_is_none() -> None:
    answers = HookAnswers()
    for message in ("junk", "[1]", json.dumps({"name": "n", "answer": "ok"})):
        answers.hear(SimpleNamespace(label=SimpleNamespace(category="bgt"), message=message))
    answers.hear(SimpleNamespace(label=None, message="{}"))
    assert answers.wait("n", Deadline.after(0)) == "ok"
    assert answers.wait("n", Deadline.after(0)) is None


def test_a_coroutine_that_takes_too_long_is_cancelled_and_named() -> None:
    import asyncio  # noqa: PLC0415 - of this one test

    loop = Loop("test")
    cancelled: list[bool] = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(True)

    try:
        with pytest.raises(DeadlineExceeded, match="waiting for nothing"):
            loop.call(forever(), Deadline.after(0.05), "waiting for nothing")
    finally:
        loop.close()
    assert cancelled == [True]
