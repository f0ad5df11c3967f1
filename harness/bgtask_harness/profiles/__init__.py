"""Device profiles and app files: TOML that people write, read and checked into values.

A mistake in one is `errors.BadInput`: one sentence with the file, the key, what was expected and what to do.
"""

from bgtask_harness.profiles.app import AppFile
from bgtask_harness.profiles.app import load_app
from bgtask_harness.profiles.device import Profile
from bgtask_harness.profiles.device import load_profile
from bgtask_harness.profiles.search import SearchPath

__all__ = ["AppFile", "Profile", "SearchPath", "load_app", "load_profile"]
