"""A journal that was cut or damaged at any byte says of each rule what the whole one says, or INCONCLUSIVE."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bgtask_tests_legal import FAULTS
from bgtask_tests_legal import Life
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_harness.journal import Writer
from bgtask_harness.journal import parse
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.oracle import judge

LIVES: tuple[tuple[int, str | None], ...] = ((1, None), *((number, fault) for number, fault in enumerate(FAULTS, 2)))
PROGRAM = """
import sys
from bgtask_harness.journal import read
from bgtask_reference.oracle import judge
print(hash("bgtask"), file=sys.stderr)
print(judge(read(sys.argv[1])))
"""
Said = dict[tuple[str, str], Judgement]


@cache
def journal(seed: int, fault: str | None) -> bytes:
    """The bytes of a life's journal, as they lie on the disk."""
    life = Life(seed, fault, steps=6).live()
    assert life.header is not None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        with Writer(path, life.header) as writer:
            writer.append_many(entry.event for entry in life.entries)
        return path.read_bytes()


def said(history: History) -> Said:
    return {(each.rule, each.task): each.judgement for each in judge(history).verdicts}


@cache
def whole(seed: int, fault: str | None) -> Said:
    told = said(parse(journal(seed, fault)).history)
    assert {Judgement.FAIL, Judgement.PASS} & set(told.values())
    return told


def claims(history: History, wanted: Said) -> list[tuple[tuple[str, str], Judgement]]:
    """Give what a history says that the whole one does not."""
    told = said(history)
    assert history.header is None or told.keys() == wanted.keys()
    return [(key, says) for key, says in told.items() if says not in {wanted[key], Judgement.INCONCLUSIVE}]


@pytest.mark.parametrize(("seed", "fault"), LIVES)
def test_a_journal_that_ends_after_any_line_or_within_it_claims_nothing_else(seed: int, fault: str | None) -> None:
    raw, wanted = journal(seed, fault), whole(seed, fault)
    ends = [at for at, byte in enumerate(raw) if byte == ord("\n")]

    for end in ends[:: max(1, len(ends) // 25)]:
        for cut in (end - 3, end, end + 1):
            assert claims(parse(raw[:cut]).history, wanted) == []
    assert said(parse(raw[:-1]).history) == wanted, "without its last line feed alone nothing is missing"


@settings(max_examples=250, deadline=None)
@given(
    life=st.sampled_from(LIVES),
    at=st.floats(0, 1, exclude_max=True),
    length=st.integers(1, 2000),
    how=st.sampled_from(("cut off", "cut out", "flipped", "zeros", "garbage", "doubled", "inserted")),
    dice=st.integers(0, 1 << 32),
)
def test_a_journal_that_was_damaged_anywhere_claims_nothing_else(
    life: tuple[int, str | None], at: float, length: int, how: str, dice: int
) -> None:
    raw = journal(*life)
    start = int(at * len(raw))
    stop = min(len(raw), start + length)
    garbage = random.Random(dice).randbytes(stop - start)
    damaged = {
        "cut off": raw[:start],
        "cut out": raw[:start] + raw[stop:],
        "flipped": raw[:start] + bytes((raw[start] ^ 1 << dice % 8,)) + raw[start + 1 :],
        "zeros": raw[:start] + bytes(stop - start) + raw[stop:],
        "garbage": raw[:start] + garbage + raw[stop:],
        "doubled": raw[:stop] + raw[start:],
        "inserted": raw[:start] + garbage + raw[start:],
    }[how]

    assert claims(parse(damaged).history, whole(*life)) == []


def test_it_is_the_doubt_of_the_record_that_keeps_a_cut_journal_from_lying() -> None:
    lies = 0
    for life in LIVES:
        history = parse(journal(*life)).history
        for last in range(0, len(history.entries), 10):
            cut = replace(history, entries=history.entries[:last], holes=(), closed=True)
            lies += bool(claims(cut, whole(*life)))

    assert lies > len(LIVES), "or else the two tests above prove nothing"


def test_a_journal_replays_to_the_byte_under_every_hash_seed(tmp_path: Path) -> None:
    outputs, hashes = set(), set()
    for seed, fault in LIVES[::4]:
        path = tmp_path / f"{seed}.jsonl"
        path.write_bytes(journal(seed, fault))
        outputs.clear()
        for hash_seed in ("0", "1"):
            command = [sys.executable, "-c", PROGRAM, str(path)]
            environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
            done = subprocess.run(command, capture_output=True, check=True, env=environment)
            outputs.add(done.stdout)
            hashes.add(done.stderr)
        assert outputs == {f"{judge(parse(path.read_bytes()).history)}\n".encode()}

    assert len(hashes) == 2, "the seeds were taken"
