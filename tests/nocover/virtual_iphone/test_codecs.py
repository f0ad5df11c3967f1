"""Codecs of the virtual iPhone: what goes in comes back, and no garbage does anything but be refused."""

from __future__ import annotations

import contextlib
import uuid
from ipaddress import IPv6Address
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.iphone.coredevice import packets
from bgtask_harness.virtual.iphone.coredevice import xpc
from bgtask_harness.virtual.iphone.debugserver import macho
from bgtask_harness.virtual.iphone.dtx import archive
from bgtask_harness.virtual.iphone.dtx import primitives
from bgtask_harness.virtual.iphone.dtx.archive import BadArchive
from bgtask_harness.virtual.iphone.links import Malformed
from bgtask_harness.virtual.iphone.services import oslog
from bgtask_harness.virtual.iphone.services import syslog
from bgtask_reference.ports.background_tasks import OSLogType

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
# property lists hold no surrogates and no null; XPC has no sets and no tuples
LEAVES = st.one_of(st.none(), st.booleans(), INT64, st.floats(allow_nan=False), TEXT, st.binary(max_size=20))


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda each: st.one_of(st.lists(each, max_size=4), st.dictionaries(TEXT, each, max_size=4)),
        max_leaves=8,
    )


@given(nested(LEAVES))
def test_keyed_archives(value: Any) -> None:
    assert archive.loads(archive.dumps(value)) == value


@given(st.lists(nested(LEAVES), max_size=4))
def test_dtx_arguments(values: list[Any]) -> None:
    assert primitives.loads(primitives.dumps(values)) == tuple(values)


@given(nested(LEAVES | st.uuids() | st.integers(0, 2**64 - 1).map(xpc.UInt64)))
def test_xpc_objects(value: Any) -> None:
    assert xpc.loads(xpc.dumps(value)) == value


@given(st.binary(max_size=200))
def test_garbage_is_no_archive_no_argument_no_object_and_no_packet(data: bytes) -> None:
    with contextlib.suppress(BadArchive):
        archive.loads(data)
    with contextlib.suppress(BadArchive):
        primitives.loads(data)
    with contextlib.suppress(Malformed):
        xpc.loads(data)
    packets.decode(data[:40].ljust(40, b"\0"), data[40:])


@given(
    source_port=st.integers(0, 0xFFFF),
    sequence=st.integers(0, 2**32 - 1),
    flags=st.integers(0, 31),
    window=st.integers(0, 0xFFFF),
    data=st.binary(max_size=50),
    segment_size=st.none() | st.integers(0, 0xFFFF),
    scale=st.none() | st.integers(0, 14),
)
def test_segments(**parts: Any) -> None:
    ours, theirs = IPv6Address("fd00::1"), IPv6Address("fd00::2")
    segment = packets.Segment(source=ours, target=theirs, target_port=1, acknowledged=2, **parts)
    raw = segment.encode()

    assert packets.decode(raw[:40], raw[40:]) == segment


@given(st.dictionaries(st.text("_abcdefgh", min_size=1, max_size=12), st.integers(0, 0xFFFF), max_size=40))
def test_exports_are_found_in_the_image(exports: dict[str, int]) -> None:
    memory = macho.image("/usr/lib/x.dylib", 0x180000000, exports, uuid.uuid4().bytes, executable=False)
    trie = bytes(memory[macho.LINKEDIT_AT :])

    assert {name: found(trie, name.encode()) for name in exports} == exports


def found(trie: bytes, name: bytes) -> int | None:
    """Walk a trie of one level as dyld walks any."""
    at = 1
    count, at = trie[at], at + 1
    for _ in range(count):
        end = trie.index(b"\0", at)
        child, after = uleb(trie, end + 1)
        if trie[at:end] == name:
            _, flags = uleb(trie, child)
            return uleb(trie, uleb(trie, flags)[1])[0]
        at = after
    return None


def uleb(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if not byte & 0x80:
            return value, at


@given(
    wall_ns=st.integers(0, 2**32 * 10**9 - 1),
    pid=st.integers(0, 2**31),
    kind=st.sampled_from(list(OSLogType)),
    message=st.text(max_size=200),
    subsystem=TEXT,
    category=TEXT,
)
def test_a_log_record_is_always_one_record_and_one_line_group(**parts: Any) -> None:
    record = LogRecord(boot_ns=1, thread_id=2, process="/a/Demo.app/Demo", sender="/b/Framework", **parts)
    raw = oslog.encode(record)
    texts = raw[oslog._HEADER.size :].split(b"\0")

    assert len(texts) == (6 if record.subsystem else 4)
    assert syslog.line(record, "host").count(b"\0") in {0, 1}
