"""Asks the oracle about a history written by hand: one rule's verdict, its judgement, what its witness shows."""

from __future__ import annotations

from bgtask_tests_histories import Writer

from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict
from bgtask_reference.oracle import judge


def verdict(writer: Writer, rule: str) -> Verdict:
    return next(each for each in judge(writer.history()).verdicts if each.rule == rule)


def judged(writer: Writer, rule: str) -> Judgement:
    return verdict(writer, rule).judgement


def kinds(writer: Writer, told: Verdict) -> list[str]:
    return [type(writer.entries[index].event).__name__ for index in told.witness]
