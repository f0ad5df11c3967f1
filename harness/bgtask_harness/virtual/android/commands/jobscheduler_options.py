"""`cmd jobscheduler`: the options of its verbs, the job that they name, and what is said when there is none."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import illegal_argument
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.stopreasons import InternalReason
from bgtask_harness.virtual.android.stopreasons import StopReason
from bgtask_harness.virtual.android.system import System

NO_PACKAGE, NO_JOB, CONSTRAINTS = -1000, -1001, -1002
"""CMD_ERR_NO_PACKAGE, CMD_ERR_NO_JOB, CMD_ERR_CONSTRAINTS."""


@dataclass(slots=True)
class Options:
    """What the options of a verb said; `user` None for all users."""

    user: int | None
    namespace: str | None = None
    force: bool = False
    satisfied: bool = False
    stop_reason: int = int(StopReason.USER)
    internal: int = int(InternalReason.UNKNOWN)


class UnknownOptionError(Exception):
    """The verb has no such option on this level."""


def take_options(phone: System, arguments: Arguments, allowed: str, user: int | None) -> Options:
    """Read the options that a verb of this level takes."""
    found = Options(user)
    allowed = allowed if phone.level.has("namespaces") else allowed.replace("n", "")
    while (word := arguments.option()) is not None:
        letter = LETTERS.get(word, "")
        if not letter or letter not in allowed:
            raise UnknownOptionError(word)
        take_option(found, letter, arguments)
    return found


def take_option(options: Options, letter: str, arguments: Arguments) -> None:
    """Take one, with its argument."""
    if letter == "f":
        options.force = True
    elif letter == "S":
        options.satisfied = True
    elif letter == "u":
        options.user = _user(arguments.required())
    elif letter == "n":
        options.namespace = arguments.required()
    elif letter == "s":
        options.stop_reason = parse_int(arguments.required())
    else:
        options.internal = parse_int(arguments.required())


LETTERS = {
    "-f": "f",
    "--force": "f",
    "--satisfied": "S",
    "-u": "u",
    "--user": "u",
    "-n": "n",
    "--namespace": "n",
    "-s": "s",
    "--stop-reason": "s",
    "-i": "i",
    "--internal-stop-reason": "i",
}


def _user(word: str) -> int | None:
    """`UserHandle.parseUserArg`: None for all users."""
    if word == "all":
        return None
    if word in {"cur", "current"}:
        return 0
    try:
        return int(word)
    except ValueError:
        raise illegal_argument(f"Bad user number: {word}") from None


def tell_error(io: CommandIO, code: int, package: str, options: Options, job_id: int) -> int:
    """Say it on standard error; gives the code."""
    space = "" if options.namespace is None else f" / namespace {options.namespace}"
    user = -1 if options.user is None else options.user
    if code == NO_PACKAGE:
        io.err(f"Package not found: {package} / user {user}\n")
    elif code == NO_JOB:
        io.err(f"Could not find job {job_id} in package {package}{space} / user {user}\n")
    else:
        why = "has functional constraints but --force not specified"
        io.err(f"Job {job_id} in package {package}{space} / user {user} {why}\n")
    return code


def find_job(phone: System, package: str, options: Options, job_id: int) -> JobStatus | int:
    """Give the job, or the code that says why there is none."""
    uid = phone.packages.uid_of(package) if options.user in {None, 0} else None
    if uid is None:
        return NO_PACKAGE
    return phone.job_scheduler.find((uid, options.namespace, job_id)) or NO_JOB
