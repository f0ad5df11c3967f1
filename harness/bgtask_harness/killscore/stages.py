"""Where lives are lived: what a campaign on Androids and one on iPhones have instead of each other's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bgtask_harness.killscore.trouble import HarnessFault
from bgtask_harness.killscore.trouble import Nuisance
from bgtask_reference.events import History

ANDROID, IOS = "android", "ios"
PLATFORMS = (ANDROID, IOS)
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Stage:
    """One platform's.

    Attributes:
        apps: Names of the healthy apps.
        mutants: The file of its mutants.
        classes: The file of the bug classes that it can show.
        nuisances: What is legal there.
        faults: What the harness may break.
        healthy: Gives the healthy app of a name and a seed; a dataclass with `faults`, `wrap`, `profile` and `app`.
        generate: Gives the plan of an app file, a seed and a theme.
        carry_out: Gives the history of a plan.

    """

    apps: tuple[str, ...]
    mutants: Path
    classes: Path
    nuisances: tuple[Nuisance, ...]
    faults: tuple[HarnessFault, ...]
    healthy: Callable[[str, int], Any]
    generate: Callable[..., tuple[str, ...]]
    carry_out: Callable[..., History]


@cache
def stage(platform: str) -> Stage:
    """Give a platform's; each is imported when it is first asked for."""
    return _ios() if platform == IOS else _android()


def _android() -> Stage:
    from bgtask_harness.killscore import apps  # noqa: PLC0415 - a platform is imported when it is asked for
    from bgtask_harness.killscore import plans  # noqa: PLC0415 - as above
    from bgtask_harness.killscore import running  # noqa: PLC0415 - as above
    from bgtask_harness.killscore import trouble  # noqa: PLC0415 - as above

    files = _HERE / "mutants.toml", _HERE / "field_classes.toml"
    known = trouble.NUISANCES, trouble.HARNESS_FAULTS
    return Stage(apps.APPS, *files, *known, apps.healthy, plans.generate, running.carry_out)


def _ios() -> Stage:
    from bgtask_harness.killscore.ios import apps  # noqa: PLC0415 - as above
    from bgtask_harness.killscore.ios import plans  # noqa: PLC0415 - as above
    from bgtask_harness.killscore.ios import running  # noqa: PLC0415 - as above
    from bgtask_harness.killscore.ios import trouble  # noqa: PLC0415 - as above

    files = _HERE / "ios_mutants.toml", _HERE / "ios_field_classes.toml"
    known = trouble.NUISANCES, trouble.HARNESS_FAULTS
    return Stage(apps.APPS, *files, *known, apps.healthy, plans.generate, running.carry_out)
