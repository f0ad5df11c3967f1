"""How the oracle declares its values: frozen for readers and for mypy, and cheap to make by the million."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TypeVar
from typing import dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(kind: type[Kind]) -> type[Kind]:
    """Declare a frozen dataclass with slots, equality and hash.

    Nothing guards it at run time: a guarded one takes four times as long to make, and a judgement makes many.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)
