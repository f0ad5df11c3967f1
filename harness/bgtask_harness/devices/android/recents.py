"""The list of recent apps, and taking an app out of it as a swipe does.

`am stack remove` ends in `removeTask` with `killProcess`, which is what a swipe calls (AOSP 28 to 36,
`ActivityManagerShellCommand.runStackRemove`, later `runRootTaskRemove`). It removes a whole stack, so nothing is done
to a stack that holds tasks of other apps as well. `am stack list` says `Stack id=` up to Android 11, then
`RootTask id=`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android import readings
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import Unsupported

_HEAD = re.compile(r"^\s*(?:Stack|RootTask) id=(\d+) ")
_TASK = re.compile(r"^\s*taskId=\d+: ([\w.]+)[/ ]")


@dataclass(frozen=True, slots=True)
class RecentStack:
    """A stack of tasks, and whose they are."""

    id: int
    packages: tuple[str, ...]


def swipe(link: Link, package: str, deadline: Deadline) -> Answer:
    """Take an app out of the list of recent apps.

    Raises:
        Unsupported: It is not in it, or shares its place with another app.

    """
    listed = link.shell(["am", "stack", "list"], deadline)
    mine = [stack for stack in read_stacks(listed.stdout) if package in stack.packages]
    if not mine:
        told = (listed.stdout + listed.stderr).strip().splitlines()[:1]
        raise Unsupported(f"{package} is not among the recent apps that `am stack list` names ({' '.join(told)!r})")
    others = sorted(set(mine[0].packages) - {package})
    if others:
        raise Unsupported(f"{package} shares a stack of recent apps with {', '.join(others)}, which would go with it")
    return link.act("app.swipe", ["am", "stack", "remove", str(mine[0].id)], deadline, readings.silent)


def read_stacks(text: str) -> list[RecentStack]:
    """Give the stacks that `am stack list` prints."""
    found: list[RecentStack] = []
    for line in text.splitlines():
        head, task = _HEAD.match(line), _TASK.match(line)
        if head:
            found.append(RecentStack(int(head[1]), ()))
        elif task and found:
            found[-1] = RecentStack(found[-1].id, (*found[-1].packages, task[1]))
    return found
