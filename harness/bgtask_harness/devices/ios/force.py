"""Two ways to simulate a launch or an expiration, tried in this order: the app's hook, then the debugger.

A third, on a Mac, is `lldb`.

Both only make the call. What it needs is looked for before: a process that is not suspended and runs no task of that
identifier; whether a request was pending the framework says in the log. What is not met is a refusal. A way that cannot
be gone gives way to the next, and the answer names the one that was.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import hook
from bgtask_harness.devices.ios import processes
from bgtask_harness.devices.ios import walls
from bgtask_harness.devices.ios.answers import HookAnswers
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.debugger import simulate
from bgtask_harness.devices.ios.debugger.remote import DebuggerRefusedError
from bgtask_harness.devices.ios.debugger.remote import NotAttachedError
from bgtask_harness.devices.ios.framework_lines import FrameworkLines
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.ios.stream import ServiceStream
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import Subject

MASK = ("earliest-begin-date", "conditions", "time-limit", "rate")
"""What a simulated launch overrides: it looks at no date and no condition, and its task has no time limit."""

COMMANDS = {Simulation.LAUNCH: "force", Simulation.EXPIRATION: "expire"}
_VERBS = {Simulation.LAUNCH: "bgtask.simulate-launch", Simulation.EXPIRATION: "bgtask.simulate-expiration"}
_BEFORE_17 = "com.apple.debugserver.DVTSecureSocketProxy"
_SINCE_17 = "com.apple.internal.dt.remote.debugproxy"
_TUNNEL = (17,)
_SAYS_WITHIN_S = 2.0
"""How long the framework's line is waited for; it comes after a question to dasd."""


def checked(
    link: Link,
    framework: FrameworkLines,
    bundle_id: str,
    identifier: str,
    what: Simulation,
    make: Callable[[], Answer],
    deadline: Deadline,
) -> Answer:
    """Make the call, unless something is against it, and give what the framework said of it.

    Of a log in which it said nothing the call counts as accepted: what came of it is for the rules to say.
    """
    against = objection(framework, bundle_id, identifier, what, lambda: processes.pid_of(link, bundle_id, deadline))
    if against is not None:
        return as_answer(identifier, what, "none", "", Outcome.REFUSED, Refusal.OTHER, against)
    framework.begin()
    answer = make()
    if answer.outcome is not Outcome.ACCEPTED:
        return answer
    said = framework.refusal(identifier, what, Deadline.after(min(_SAYS_WITHIN_S, deadline.remaining())))
    if said is None:
        return answer
    return dataclasses.replace(answer, outcome=Outcome.REFUSED, refusal=Refusal.UNKNOWN_JOB, output=said)


def objection(
    framework: FrameworkLines, bundle_id: str, identifier: str, what: Simulation, pid: Callable[[], int | None]
) -> str | None:
    """Give what is against the call, as far as the log told; `pid` gives the app's process."""
    if framework.is_suspended(bundle_id):
        return f"{bundle_id} is suspended: bring it to the front first"
    runs_in = framework.runs_in(identifier) if what is Simulation.LAUNCH else None
    if runs_in is None or runs_in != pid():
        return None
    return f"a task of {identifier} runs already: forcing another would end the app"


def by_hook(
    link: Link, answers: HookAnswers, bundle_id: str, identifier: str, what: Simulation, deadline: Deadline
) -> Answer:
    """Have the app call its own scheduler."""
    done = hook.send(link, answers, bundle_id, COMMANDS[what], {"task": identifier}, deadline)
    return as_answer(identifier, what, "hook", done.command, done.outcome, done.refusal, done.output)


def by_debugger(
    link: Link,
    bundle_id: str,
    identifier: str,
    what: Simulation,
    deadline: Deadline,
    otherwise: Callable[[int], Answer] | None = None,
) -> Answer:
    """Make the call in the app's process through debugserver; where that refuses to attach, go another way.

    `otherwise` is that way, of the process of that pid. What may have been called is not called again.

    Raises:
        Unsupported: The app does not run, or may not be debugged; Developer Mode or image are missing.

    """
    pid = processes.pid_of(link, bundle_id, deadline)
    if pid is None:
        raise Unsupported(f"{bundle_id} does not run: launch it, a simulated launch needs its process")
    if not processes.may_be_debugged(link, pid, deadline):
        raise Unsupported(walls.NO_DEBUGGING.format(bundle=bundle_id))
    service = link.call(link.version, deadline, "asking for its version") >= _TUNNEL
    name = _SINCE_17 if service else _BEFORE_17
    command = f"debugserver {name}: attach {pid}; [[BGTaskScheduler sharedScheduler] {what.value}@{identifier!r}]"
    try:
        with _open(link, name, deadline) as stream:
            said = ("debugger", {"bundle": bundle_id, "task": identifier, "what": what.value})
            at_ns = time.monotonic_ns()
            made = simulate(stream, pid, identifier, what, deadline)
            link.note(said, at_ns)
    except NotAttachedError as error:
        if otherwise is not None:
            return otherwise(pid)
        return as_answer(identifier, what, "debugger", command, Outcome.REFUSED, Refusal.OTHER, str(error))
    except DebuggerRefusedError as error:
        return as_answer(identifier, what, "debugger", command, Outcome.REFUSED, Refusal.OTHER, str(error))
    except DeadlineExceeded as error:
        return as_answer(identifier, what, "debugger", command, Outcome.UNKNOWN, None, str(error))
    output = f"attached in {made.attach_s:.3f} s, called in {made.calls_s:.3f} s, {made.packets} packets"
    return as_answer(identifier, what, "debugger", command, Outcome.ACCEPTED, None, output)


def _open(link: Link, name: str, deadline: Deadline) -> ServiceStream:
    async def start() -> ServiceStream:
        provider = await link.developer()
        return ServiceStream(link, await provider.start_lockdown_developer_service(name))

    return link.call(start, deadline, "starting debugserver")


def as_answer(
    identifier: str,
    what: Simulation,
    way: str,
    command: str,
    outcome: Outcome,
    refusal: Refusal | None,
    output: str,
) -> Answer:
    """Give what became of a simulation as the port has it; `way` is the one that was gone."""
    return Answer(
        verb=_VERBS[what],
        command=command,
        outcome=outcome,
        refusal=refusal,
        output=output,
        level=ForceLevel.FORCED if what is Simulation.LAUNCH else None,
        mask=MASK if what is Simulation.LAUNCH else (),
        subject=Subject(task=identifier),
        arguments={"task": identifier, "way": way},
    )
