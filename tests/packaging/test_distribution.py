"""What is installed is what is in the tree."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_package_in_the_tree_is_in_the_distribution() -> None:
    listed = set(PROJECT["tool"]["setuptools"]["packages"])
    present = {
        ".".join(folder.relative_to(root).parts)
        for root in (ROOT / "harness", ROOT / "reference_impl")
        for folder in (file.parent for file in root.glob("**/__init__.py"))
    }

    assert listed - {"bgtask_harness._device_profiles"} == present


def test_the_plugin_s_entry_point_is_named_like_its_module() -> None:
    # Any other name makes `-p bgtask_harness.plugin` fail with "registered under a different name".
    assert PROJECT["project"]["entry-points"]["pytest11"] == {"bgtask_harness.plugin": "bgtask_harness.plugin"}


def test_back_ends_are_extras_and_no_plain_dependencies() -> None:
    plain = " ".join(PROJECT["project"]["dependencies"])
    extras = PROJECT["project"]["optional-dependencies"]

    assert {"android", "ios", "appium", "lab"} <= set(extras)
    assert not any(name in plain for name in ("adbutils", "pymobiledevice3", "appium", "labgrid"))


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()

    assert "--hash=sha256:" in lock
    assert "http" not in lock
