"""The iOS side of TvManiac's background tasks, from G0 to U6, and `fixed` (`docs/seed-system.md`).

`fixed` is u6 with these findings repaired:

1. Expiry completed the task and let the worker go on, past its time, until the system ended the process: the worker is
   now cancelled.
2. A worker whose coroutine was cancelled left its task without completion until expiry: it is now completed.
3. A task that came before its initializer (a cold launch) ran and was never asked for again: what was asked for is now
   stored, and asked for again whoever started the process.
4. `cancel` and a request that the system refused left traces: cancelling now ends the run as well, and only what the
   system took counts as active.
5. An identifier that the system would not register was logged as registered: it is now an error, and not submitted.
6. `Retry` waited a whole interval: it is now asked for again after five minutes, before the task is completed.
7. `cancelAll` forgot foreign identifiers too: it now forgets this app's.
8. An immediate run and the system's run of one worker could overlap: they now take turns.
9. Every process start executed token refresh and notifications once more: repair 4 of the Android side, shared.
10. Every process start asked for each task anew, five minutes from then, which pushes the begin date of a pending
    request and forgets its interval: a request that is pending and unchanged is now left alone.
11. What an error said read `<private>` to all but a debugger, so nobody heard of a request that was refused: it is
    now public.
"""

from __future__ import annotations

from bgtask_reference.lineage.tvmaniac.ios import generations
from bgtask_reference.lineage.tvmaniac.ios.application import TvManiacIos
from bgtask_reference.lineage.tvmaniac.ios.g0 import TvManiacIosG0
from bgtask_reference.lineage.tvmaniac.ios.g1 import G1A
from bgtask_reference.lineage.tvmaniac.ios.g1 import G1B
from bgtask_reference.lineage.tvmaniac.ios.g1 import TvManiacIosG1
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort


def g0(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIosG0:
    """Six steps of BGTaskScheduler inlined into each task."""
    return TvManiacIosG0(app, tasks)


def g1a(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIosG1:
    """The registry, with two tasks; expiry cancels the work."""
    return TvManiacIosG1(app, tasks, G1A)


def g1b(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIosG1:
    """The registry, with three tasks; expiry no longer cancels."""
    return TvManiacIosG1(app, tasks, G1B)


def u1(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIos:
    """The blog's code."""
    return generations.assemble(generations.U1, app, tasks)


def u2(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIos:
    """Processing tasks; registered when the scheduler is made."""
    return generations.assemble(generations.U2, app, tasks)


def u3(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIos:
    """Five minutes at first, the interval after a run."""
    return generations.assemble(generations.U3, app, tasks)


def u4(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIos:
    """Errors of the system are heard; what is pending is not submitted again."""
    return generations.assemble(generations.U4, app, tasks)


def u5(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIos:
    """Without `scheduleAndExecute`."""
    return generations.assemble(generations.U5, app, tasks)


def u6(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIos:
    """As published last."""
    return generations.assemble(generations.U6, app, tasks)


def fixed(app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIos:
    """TvManiac with the findings above repaired: what healthy means."""
    return generations.assemble(generations.FIXED, app, tasks)
