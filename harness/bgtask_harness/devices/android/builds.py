"""An older build of the app, and the present one again.

**Not tried on hardware.** The build that is found is read from the phone itself, so nobody needs its APK. Both lie on
the phone while the older one is installed: what puts the present one back is a line of the phone's shell, and works for
a process that knows nothing of this one. `-d` lets a debuggable app be replaced by an older one, `-t` lets test builds
be installed.
"""

from __future__ import annotations

import re

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.changes import OlderBuild
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.transport.shell import quote
from bgtask_harness.transport.sync import pull
from bgtask_harness.transport.sync import push
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

PLACE = "/data/local/tmp/bgtask"
_PATH = re.compile(r"^package:(\S+)$", re.MULTILINE)
_VERSION = re.compile(r"versionCode=(\d+)")


def plan_older_build(link: Link, package: str, older: bytes, deadline: Deadline) -> OlderBuild:
    """Read the present build and give how the older one is installed over it; nothing is changed yet.

    Raises:
        Unsupported: The app is in more than one file, or is not there.

    """
    present = _present(link, package, deadline)
    check = f"dumpsys package {quote([package])} | grep -m 1 versionCode="
    version = _VERSION.search(link.shell(check, deadline).stdout)
    if version is None:
        raise Unsupported(f"`{check}` does not tell the version of {package}")
    old, found = f"{PLACE}-{package}-older.apk", f"{PLACE}-{package}-found.apk"
    return OlderBuild(
        files=((found, present), (old, older)),
        staged=Change(
            lever=Lever.FILES,
            value=f"{old} and {found}",
            was="not there",
            restore=(f"rm -f {old} {found}",),
        ),
        installed=Change(
            lever=Lever.APP_BUILD,
            value="older",
            subject=package,
            was=f"version {version[1]}",
            apply=_install(old, older),
            restore=(_install(found, present),),
            answers=r"(?m)^Success$",
            check=check,
            holds=_VERSION.pattern,
            found=rf"versionCode={version[1]}\b",
        ),
    )


def _present(link: Link, package: str, deadline: Deadline) -> bytes:
    said = link.shell(["pm", "path", package], deadline).stdout
    paths = _PATH.findall(said)
    if len(paths) != 1:
        raise Unsupported(f"{package} is in {len(paths)} files on the phone; only an app in one can be replaced here")
    try:
        return pull(link.transport, paths[0], deadline)
    except Refused as error:
        raise Unsupported(f"the phone does not give the app away that it has: {error}") from error


def _install(path: str, content: bytes) -> str:
    return f"cat {path} | pm install -r -d -t -S {len(content)}"


def push_files(link: Link, files: tuple[tuple[str, bytes], ...], deadline: Deadline) -> Answer:
    """Put files on the phone."""
    paths = " ".join(path for path, _ in files)
    try:
        for path, content in files:
            push(link.transport, path, content, deadline)
    except Refused as error:
        return Answer("env.files", f"adb push ... {paths}", Outcome.REFUSED, Refusal.OTHER, output=str(error))
    return Answer("env.files", f"adb push ... {paths}", Outcome.ACCEPTED)
