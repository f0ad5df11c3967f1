"""The app's uid, as far as the files tell: from the start of its processes, its jobs, or its package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator

from bgtask_harness.importing.material import Material
from bgtask_harness.observe import observe_text
from bgtask_reference.events import NO_STAMP
from bgtask_reference.events import JobsListed

_PRINTED = re.compile(r"u(?P<user>\d{1,4})a(?P<app>\d{1,5})", re.ASCII)
_PACKAGE = re.compile(r"\s*(?:userId|appId)=(?P<uid>\d{5})\b.*", re.ASCII)
_PER_USER, _FIRST_APPLICATION = 100_000, 10_000


def app_uid(materials: Iterable[Material], package: str) -> int | None:
    """Give the app's uid; None when nothing tells, or two sources differ."""
    found = {uid for material in materials for uid in _told(material, package)}
    return found.pop() if len(found) == 1 else None


def _told(material: Material, package: str) -> Iterator[int]:
    for dump in material.dumps:
        if dump.service == "package":
            yield from _of_package(dump.text)
        elif dump.service == "jobscheduler":
            for event in observe_text("dumpsys-jobscheduler", dump.text, NO_STAMP, package):
                yield from _of_jobs(event) if isinstance(event, JobsListed) else ()


def _of_package(text: str) -> Iterator[int]:
    """Give the app id: the uid of its copy for the first user."""
    for match in filter(None, map(_PACKAGE.fullmatch, text.splitlines())):
        yield int(match["uid"])


def _of_jobs(listed: JobsListed) -> Iterator[int]:
    for uid in {job.uid for job in listed.jobs}:
        match = _PRINTED.fullmatch(uid)
        if match:
            yield int(match["user"]) * _PER_USER + _FIRST_APPLICATION + int(match["app"])
