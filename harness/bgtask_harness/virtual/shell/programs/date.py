"""`date`: the phone's wall clock. It cannot be set from here: the shell user may not (`cmd alarm set-time` may)."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.programs.program import UsageError
from bgtask_harness.virtual.shell.programs.program import options
from bgtask_harness.virtual.shell.streams import Streams

DEFAULT_FORMAT = "%a %b %e %H:%M:%S %Z %Y"
_OF_A_CALENDAR = re.compile("%([^sN]|$)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


async def date(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it: `+FORMAT` as strftime has it, `%s`, `%N`; `-u`; `-d @SECONDS` or a date in ISO 8601."""
    try:
        given, operands = options(argv, "ud:")
        zone = "UTC" if ("-u", "") in given else shell.phone.getprop("persist.sys.timezone")
        wall_ns = _moment(dict(given).get("-d"), shell.phone.clocks.wall_ns(), zone)
    except UsageError as error:
        streams.err(f"date: {error}\n")
        return 1
    if operands and not operands[0].startswith("+"):
        set_it = re.fullmatch(r"@?\d+(\.\d+)?", operands[0])
        streams.err("date: cannot set date: Operation not permitted\n" if set_it else f"date: bad date {operands[0]}\n")
        return 1
    form = operands[0][1:] if operands else DEFAULT_FORMAT
    streams.out(formatted(wall_ns, form, zone) + "\n")
    return 0


def formatted(wall_ns: int, form: str, zone: str) -> str:
    """Give a wall time, nanoseconds since 1970, in a format of `date`."""
    seconds, nanos = divmod(wall_ns, 1_000_000_000)
    own = {"N": f"{nanos:09d}", "s": str(seconds), "%": "%%"}
    if not _OF_A_CALENDAR.search(form):
        return re.sub("%(.)", lambda found: own[found[1]], form)
    moment = (_EPOCH + dt.timedelta(seconds=seconds)).astimezone(_zone(zone))
    own["Z"] = _abbreviation(moment, zone)

    def conversion(found: re.Match[str]) -> str:
        return own.get(found[1], found[0])

    return moment.strftime(re.sub("%(.)", conversion, form))


def _moment(text: str | None, now: int, zone: str) -> int:
    if text is None:
        return now
    if since := re.fullmatch(r"@(\d+)(?:\.(\d{1,9}))?", text):
        return int(since[1]) * 1_000_000_000 + int((since[2] or "").ljust(9, "0"))
    if not _ISO.fullmatch(text):
        raise UsageError(f"bad date {text}")
    try:
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=_zone(zone))
    except ValueError:
        raise UsageError(f"bad date {text}") from None
    return (moment - _EPOCH) // dt.timedelta(microseconds=1) * 1_000


def _zone(name: str) -> dt.tzinfo:
    try:
        return zoneinfo.ZoneInfo(name) if name not in {"", "GMT", "UTC"} else dt.UTC
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def _abbreviation(moment: dt.datetime, zone: str) -> str:
    return "GMT" if zone in {"", "GMT"} else moment.strftime("%Z")
