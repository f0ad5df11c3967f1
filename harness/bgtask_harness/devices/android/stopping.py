"""`cmd jobscheduler timeout` and `stop`: the system stops a job that runs.

Both answer 0 whether or not a job ran: what they did is in their words. Up to Android 13 `Timing out: `, then
`Stopping job: `; `No matching executing jobs found.` (android.md A.3; AOSP `JobSchedulerService.executeStopCommand`).
"""

from __future__ import annotations

import re

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.android.link import Meaning
from bgtask_harness.devices.android.readings import ACCEPTED
from bgtask_harness.devices.android.readings import NOT_PERMITTED
from bgtask_harness.devices.android.readings import UNKNOWN
from bgtask_harness.devices.android.readings import denied
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Completed
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import Subject

FIRST_API_WITH_STOP = 34
_STOPPING = re.compile(r"^(Timing out|Stopping job): ", re.MULTILINE)
_NONE_RUNS = "No matching executing jobs found."


def stop_job(
    link: Link,
    api_level: int | None,
    package: str,
    job: tuple[int, str | None],
    reason: int | None,
    deadline: Deadline,
) -> Answer:
    """Stop a job by id and namespace: timed out without a reason, else for that one.

    Raises:
        Unsupported: A reason was given, and this API level has no verb that takes one.

    """
    if reason is not None and (api_level is None or api_level < FIRST_API_WITH_STOP):
        level = "an unknown API level" if api_level is None else f"API level {api_level}"
        raise Unsupported(
            f"`cmd jobscheduler stop` came with Android 14 (API {FIRST_API_WITH_STOP}), and this is {level}"
        )
    job_id, namespace = job
    verb = ["timeout"] if reason is None else ["stop", "-s", str(reason)]
    place = ["-n", namespace] if namespace else []
    return link.act(
        "job.timeout" if reason is None else "job.stop",
        ["cmd", "jobscheduler", *verb, "-u", "0", *place, package, str(job_id)],
        deadline,
        read_answer,
        subject=Subject(job_id=job_id, namespace=namespace),
    )


def read_answer(done: Completed) -> Meaning:
    """Give what the answer means. Accepted: a job ran and was told to stop."""
    if denied(done):
        return NOT_PERMITTED
    if _STOPPING.search(done.stdout):
        return ACCEPTED
    return (Outcome.REFUSED, Refusal.UNKNOWN_JOB) if _NONE_RUNS in done.stdout else UNKNOWN
