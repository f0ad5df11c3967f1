"""A harness that is killed: it changes a phone, takes that back, and dies by SIGKILL after its n-th step.

    python dying_harness.py PROFILE < lines of `n lever=value lever=value ...`

Each line is one life, in a process of its own, forked from this one: a lease as a session takes it, then the levers in
that order, then everything is put back. A step is a line of the ledger or a line of the phone's shell. The answer is
`killed` or `survived STEPS`.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import acquire
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.port import Answer
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.nemesis import Nemesis
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile


class Steps:
    """Counts steps and dies after one of them."""

    def __init__(self, last: int) -> None:
        self.last, self.taken = last, 0

    def count(self, kind: type, name: str) -> None:
        """Have a method be a step."""
        whole = getattr(kind, name)

        def step(*given: Any, **more: Any) -> Any:
            result = whole(*given, **more)
            self.taken += 1
            if self.taken == self.last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(kind, name, step)


def live(profile: str, last: int, pulls: list[tuple[Lever, str]]) -> int:
    """Live one life and give the number of its steps."""
    search = SearchPath.standard()
    lease = acquire(load_profile(profile, search), load_app("tvmaniac@fixed", search), LeaseOptions())
    steps = Steps(last)
    steps.count(Ledger, "_append")
    steps.count(AndroidDevice, "carry_out")
    steps.count(AndroidDevice, "tell")
    steps.count(AndroidDevice, "push")

    def send(_verb: object, _arguments: object, call: Any) -> Answer:
        answer: Answer = call()
        return answer

    nemesis = Nemesis(lease.device, lease.app.spec, lease.ledger, send, lambda _sentence: None)
    for lever, value in pulls:
        if lever is Lever.APP_BUILD:
            older = lease.app.older_build(virtual=True)
            nemesis.install_older(lease.device.plan_older_build(lease.app.spec, older, Deadline.after(30)))
        else:
            nemesis.pull(lever, value)
    nemesis.put_back()
    lease.release()
    return steps.taken


def main() -> None:
    """Live as many lives as there are lines."""
    profile = sys.argv[1]
    importlib.import_module("adbutils")  # once, and not in each life
    for line in sys.stdin:
        last, *words = line.split()
        pulls = [(Lever(lever), value) for lever, value in (word.split("=") for word in words)]
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writing, str(live(profile, int(last), pulls)).encode())
            os._exit(0)
        os.close(writing)
        taken = os.read(reading, 100).decode()
        os.close(reading)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        answer = "killed" if killed else f"survived {taken}" if taken else f"broke {status}"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
