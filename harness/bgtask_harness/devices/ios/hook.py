"""The app's debug hook on iOS: commands as names of Darwin notifications (`docs/app-contract.md`)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.ios.answers import HookAnswers
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Completed
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import Subject

ANSWER_S = 5.0
"""How long an app that runs may take to answer; one that is suspended answers when it runs again."""

_PLAIN = re.compile(r"[^A-Za-z0-9-]")
_ORDER = ("task", "name", "value", "endpoint", "reply", "seconds", "digit")
_MS_PER_S = 1_000
_RING = 10


def notification(bundle_id: str, command: str, arguments: Mapping[str, str]) -> str:
    """Give the name that carries a command.

    >>> notification("app", "state", {"name": "on_x", "value": "1"})
    'app.bgt.state.on_5fx.1'
    """
    given = dict(arguments)
    if "duration_ms" in given:
        given["seconds"] = str(-(-int(given.pop("duration_ms")) // _MS_PER_S))
    words = [given[key] for key in _ORDER if key in given]
    return ".".join((f"{bundle_id}.bgt.{command}", *(_PLAIN.sub(_escaped, word) for word in words)))


def bundle_of(notification: str) -> str:
    """Give whose command it is.

    >>> bundle_of("com.example.app.bgt.state.on.1")
    'com.example.app'
    """
    return notification.partition(".bgt.")[0]


def send(
    link: Link,
    answers: HookAnswers,
    bundle_id: str,
    command: str,
    arguments: Mapping[str, str],
    deadline: Deadline,
    level: ForceLevel | None = None,
    within_s: float = ANSWER_S,
) -> Answer:
    """Post a command and wait for its answer in the log.

    No answer is UNKNOWN, never a refusal: the app may be suspended, and hears it when it runs again.
    """
    name = notification(bundle_id, command, arguments)
    answer = ask(link, answers, name, deadline, within_s)
    return as_answer(typed(name), command, arguments, answer, level)


def ask(link: Link, answers: HookAnswers, name: str, deadline: Deadline, within_s: float = ANSWER_S) -> str | None:
    """Post a notification and give what the app answers to it; None when it does not in that time."""
    answers.forget(name)
    post(link, name, deadline)
    return answers.wait(name, Deadline.after(min(within_s, deadline.remaining())))


def typed(name: str) -> str:
    """Give what a person types to post it."""
    return f"pymobiledevice3 notification post {name}"


def as_completed(command: str, answer: str | None) -> Completed:
    """Give a command that was posted as one that ended: well when the app has answered that it did it."""
    if answer is None:
        return Completed(command, "", "the app did not answer", 1)
    return Completed(command, answer, "", int(_meaning(answer)[0] is not Outcome.ACCEPTED))


def as_answer(
    posted: str, command: str, arguments: Mapping[str, str], answer: str | None, level: ForceLevel | None
) -> Answer:
    """Give what the app answered to a command as the port has it; `posted` is how a person would post it."""
    outcome, refusal = _meaning(answer)
    return Answer(
        verb=f"app.{command}",
        command=posted,
        outcome=outcome,
        refusal=refusal,
        output=answer or "",
        level=level,
        subject=Subject(task=arguments.get("task")),
        arguments=dict(arguments),
        text=answer.removeprefix("ok").strip() if answer and answer.startswith("ok") else "",
    )


def state_change(bundle_id: str, name: str, value: str, was: str | None) -> Change:
    """Give the change of a setting of the app; a line of it is a notification to post."""
    back = () if was is None else (notification(bundle_id, "state", {"name": name, "value": was}),)
    apply = notification(bundle_id, "state", {"name": name, "value": value})
    found = "unknown" if was is None else was or "empty"
    return Change(lever=Lever.APP_STATE, value=value, subject=name, was=found, apply=apply, restore=back)


def server_change(bundle_id: str, endpoint: str, arguments: Mapping[str, str]) -> Change:
    """Give the change of what the app's server answers, likewise."""
    apply = notification(bundle_id, "server", arguments)
    back = notification(bundle_id, "server", {"endpoint": endpoint, "reply": "ok"})
    return Change(
        lever=Lever.SERVER, value=arguments["reply"], subject=endpoint, was="ok", apply=apply, restore=(back,)
    )


def post(link: Link, name: str, deadline: Deadline) -> None:
    """Post a Darwin notification."""

    async def send_it() -> None:
        from pymobiledevice3.services.notification_proxy import NotificationProxyService  # noqa: PLC0415 - when used

        async with NotificationProxyService(await link.lockdown()) as proxy:
            await proxy.notify_post(name)

    link.call(send_it, deadline, f"posting {name}", ("post", {"name": name}))


def sentinel(bundle_id: str, number: int) -> str:
    """Give the notification of a sentinel: one of ten, by its last digit."""
    return notification(bundle_id, "sentinel", {"digit": str(number % _RING)})


def _meaning(answer: str | None) -> tuple[Outcome, Refusal | None]:
    if answer is None:
        return Outcome.UNKNOWN, None
    if answer == "ok" or answer.startswith("ok "):
        return Outcome.ACCEPTED, None
    return Outcome.REFUSED, Refusal.OTHER


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"_{byte:02x}" for byte in found[0].encode())
