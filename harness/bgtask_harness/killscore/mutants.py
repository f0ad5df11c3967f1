"""Mutants as values, read from a TOML file: this package's own, or one of another repository."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from bgtask_harness.errors import BadInput
from bgtask_harness.killscore.apps import APPS
from bgtask_harness.killscore.field import bug_classes
from bgtask_harness.killscore.stages import ANDROID
from bgtask_reference.events import ForceLevel

OWN = Path(__file__).with_name("mutants.toml")


class Mutant(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One operator on one layer.

    Attributes:
        name: Operator and what it does, e.g. `MU01.rearm-dropped`.
        layer: What it breaks.
        bugs: Classes of the field catalogue that it stands for.
        rules: What has to name it: rule ids, or families whose every rule will do.
        fault: Import path of a function from layers to layers.
        level: The gentlest force level at which it can be seen.
        masked: Rules whose breach lies inside the mask of a force: no forced run may convict it of these.
        apps: Where it can be seen; everywhere when empty.
        themes: Lives in which it can be seen; any when empty.

    """

    name: str
    layer: Literal["app", "library", "system", "transport"]
    bugs: tuple[str, ...]
    rules: tuple[str, ...]
    fault: str
    level: ForceLevel = ForceLevel.NATURAL
    masked: tuple[str, ...] = ()
    apps: tuple[str, ...] = APPS
    themes: tuple[str, ...] = ("",)

    @property
    def operator(self) -> str:
        """`MU01` of `MU01.rearm-dropped`."""
        return self.name.partition(".")[0]

    def is_named_by(self, rule: str) -> bool:
        """Tell whether a rule is one that has to name it."""
        return is_one_of(rule, self.rules)


def is_one_of(rule: str, wanted: Iterable[str]) -> bool:
    """Tell whether a rule's id or its family is among some."""
    return any(rule == each or rule.startswith(f"{each}.") for each in wanted)


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    mutant: tuple[Mutant, ...]


def load_mutants(path: Path = OWN) -> tuple[Mutant, ...]:
    """Read a file of mutants.

    Raises:
        BadInput: It is not there, or it has a mistake: one sentence.

    """
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=_File).mutant
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}; give a file of mutants as docs/kill-score.md describes") from error
    except msgspec.MsgspecError as error:
        raise BadInput(f"{path}: {error}; docs/kill-score.md describes the keys") from error
    names = [mutant.name for mutant in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"{path}: key `name`: expected each once, twice there is {', '.join(twice)}")
    return found


def chosen(mutants: Iterable[Mutant], only: Iterable[str], platform: str = ANDROID) -> tuple[Mutant, ...]:
    """Give the mutants whose name, operator or bug class was asked for; all when nothing was.

    Raises:
        BadInput: One that was asked for is none of them.

    """
    known, wanted = tuple(mutants), tuple(only)
    for each in wanted:
        if not any(_is_called(mutant, each) for mutant in known):
            raise BadInput(f"--only {each}: {_why_none(each, platform)}")
    return tuple(mutant for mutant in known if not wanted or any(_is_called(mutant, each) for each in wanted))


def _why_none(name: str, platform: str) -> str:
    why = next((each.none for each in bug_classes(platform) if each.id == name and each.none), "")
    return f"there is no mutant of it: {why}" if why else "no mutant, operator or bug class is called that"


def _is_called(mutant: Mutant, name: str) -> bool:
    return name in {mutant.name, mutant.operator, *mutant.bugs}
