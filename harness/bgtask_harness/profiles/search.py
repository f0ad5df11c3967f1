"""Where profiles and app files are looked for, first place first."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.errors import BadInput

FOLDER = "device_profiles"
_PACKAGE = "bgtask_harness"
_PACKAGED = "_device_profiles"


@dataclass(frozen=True, slots=True)
class SearchPath:
    """Folders that hold `NAME.toml` and `apps/NAME.toml`."""

    folders: tuple[Path, ...]

    @classmethod
    def standard(cls, explicit: Path | None = None, cwd: Path | None = None, root: Path | None = None) -> SearchPath:
        """Give the folder that was asked for, `device_profiles/` here and in every parent, at the root, the packaged.

        Raises:
            BadInput: The folder that was asked for does not exist.

        """
        here = (cwd or Path.cwd()).resolve()
        if explicit is not None and not (here / explicit).is_dir():
            raise BadInput(f"--device-profiles {explicit}: there is no such folder")
        wanted = [here / explicit] if explicit is not None else []
        near = [place / FOLDER for place in (here, *here.parents, *([root] if root else []))]
        found = [*wanted, *(folder for folder in near if folder.is_dir()), *_packaged()]
        return cls(tuple(dict.fromkeys(folder.resolve() for folder in found)))

    def find(self, name: str, below: str = "") -> Path | None:
        """Give the first `NAME.toml`; None when no folder has it."""
        for folder in self.folders:
            path = folder / below / f"{name}.toml"
            if path.is_file():
                return path
        return None

    def names(self, below: str = "") -> tuple[str, ...]:
        """Give every name that `find` would find, sorted."""
        return tuple(sorted({path.stem for folder in self.folders for path in (folder / below).glob("*.toml")}))


def _packaged() -> list[Path]:
    """The files that came with the package; in an editable install they are still in the repository."""
    package = Path(str(importlib.resources.files(_PACKAGE)))
    places = (package / _PACKAGED, package.parents[1] / FOLDER)
    return [place for place in places if place.is_dir()][:1]
