"""The vocabulary of histories."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import bgtask_reference.events as vocabulary
from bgtask_reference.events import KINDS
from bgtask_reference.events import Event
from bgtask_reference.events import TaskEvent


def event_classes() -> set[type[Event]]:
    return {
        thing
        for thing in vars(vocabulary).values()
        if inspect.isclass(thing) and issubclass(thing, Event) and thing not in {Event, TaskEvent}
    }


def test_every_event_has_a_name_in_journals() -> None:
    assert set(KINDS.values()) == event_classes()
    assert all(name == kind.KIND != "" for name, kind in KINDS.items())


def test_events_are_values() -> None:
    for kind in event_classes():
        assert dataclasses.is_dataclass(kind)
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]


def test_every_event_and_every_field_of_it_is_in_the_docs() -> None:
    page = (Path(__file__).parents[3] / "docs/events.md").read_text()
    common = {field.name for field in dataclasses.fields(Event)}
    for name, kind in KINDS.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert all(f"`{field.name}`" in row for field in dataclasses.fields(kind) if field.name not in common), name
