"""`am`: standby buckets and levels of background restriction.

Source: y36 services/core ActivityManagerShellCommand.java (runSetStandbyBucket, runSetBgRestrictionLevel and their
likes). What a level of restriction does is AppRestrictionController.applyRestrictionLevel, in short: the RESTRICTED
bucket from `restricted_bucket` on, and from `background_restricted` on no jobs unseen. UNCONFIRMED: that jobs are held.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import illegal_argument
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.standby import Bucket
from bgtask_harness.virtual.android.standby import RestrictionLevel
from bgtask_harness.virtual.android.standby import bucket_named
from bgtask_harness.virtual.android.system import System


class UnknownOption(Exception):  # noqa: N818 - reads as what it is
    """An option that the verb does not have."""


def take_user(arguments: Arguments) -> None:
    """Take `--user U`; raises `UnknownOption` for any other option."""
    while (word := arguments.option()) is not None:
        if word != "--user":
            raise UnknownOption(word)
        arguments.required()


async def set_standby_bucket(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`set-standby-bucket [--user U] PACKAGE BUCKET [PACKAGE BUCKET ...]`; silent. Later unknown ones are skipped."""
    take_user(arguments)
    pairs = [(arguments.required(), arguments.required())]
    while (package := arguments.next()) is not None:
        pairs.append((package, arguments.required()))
    for number, (package, word) in enumerate(pairs):
        value = bucket_named(word, phone.standby.known)
        if value is None:
            io.err(f"Error: Unknown bucket: {word}\n")
            if number == 0:
                return -1
            continue
        _set_bucket(phone, package, value)
    return 0


def _set_bucket(phone: System, package: str, value: int) -> None:
    if not int(Bucket.ACTIVE) <= value <= int(Bucket.NEVER):
        raise illegal_argument(f"Cannot set the standby bucket to {value}")
    if phone.packages.uid_of(package) is None:
        raise illegal_argument(f"Cannot set standby bucket for non existent package ({package})")
    phone.standby.set(package, value)


async def get_standby_bucket(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`get-standby-bucket [--user U] [PACKAGE]`: a number, or every package with its own."""
    take_user(arguments)
    package = arguments.next()
    if package is None:
        io.out("".join(f"{record.name}: {phone.standby.value(record.name)}\n" for record in phone.packages.all()))
    else:
        known = phone.packages.uid_of(package) is not None
        io.out(f"{phone.standby.value(package) if known else int(Bucket.NEVER)}\n")
    return 0


async def set_inactive(phone: System, arguments: Arguments, _io: CommandIO) -> int:
    """`set-inactive [--user U] PACKAGE true|false`; silent."""
    take_user(arguments)
    package, value = arguments.required(), arguments.required()
    phone.standby.set(package, int(Bucket.RARE if value.lower() == "true" else Bucket.ACTIVE))
    return 0


async def get_inactive(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`get-inactive [--user U] PACKAGE`: `Idle=true|false`."""
    take_user(arguments)
    idle = phone.standby.bucket(arguments.required()) >= Bucket.RARE
    io.out(f"Idle={'true' if idle else 'false'}\n")
    return 0


async def set_bg_restriction_level(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`set-bg-restriction-level [--user U] PACKAGE LEVEL`; silent."""
    take_user(arguments)
    package, word = arguments.required(), arguments.required()
    level = _level_named(phone, word)
    if level is None:
        io.out("Error: invalid restriction level\n")
        return -1
    if phone.packages.uid_of(package) is None:
        io.out(f"Error: userId:{_USER_CURRENT} package:{package} is not found\n")
        return -1
    phone.standby.restrict(package, level)
    return 0


_USER_CURRENT = -2


def _level_named(phone: System, word: str) -> RestrictionLevel | None:
    newer = phone.level.has("restriction_levels_by_launch")
    known = {level.name.lower(): level for level in RestrictionLevel if level.newer in {None, newer}}
    return known.get(word.lower())


async def get_bg_restriction_level(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`get-bg-restriction-level [--user U] PACKAGE`: its name."""
    take_user(arguments)
    package = arguments.required()
    app_id = phone.packages.uid_of(package)
    exempt = app_id is not None and phone.allow_list.exempt(app_id, phone.clocks.boot_ns())
    io.out(f"{phone.standby.restriction(package, exempt=exempt).name.lower()}\n")
    return 0
