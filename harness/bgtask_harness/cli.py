"""The `bgtask` command: judge a run again, import files, record, keep a virtual phone, list devices and rules. Thin."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bgtask_harness.errors import HarnessError

_ERROR = 3
_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command. Gives its exit status: 0, the status of a verdict (`check`), or 3 for bad input."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except HarnessError as error:
        sys.stderr.write(f"{error}\n")
        return _ERROR
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has seen enough
        return 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bgtask", description="conformance of mobile background tasks")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="judge a run again from its journals, without a device")
    check.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    check.add_argument("--json", action="store_true", help="print verdicts.json instead of a summary")
    check.set_defaults(run=_check)
    _add_import(commands.add_parser("import", help="judge a bug report, saved logs and dumps, without a device"))
    _add_record(commands.add_parser("record", help="watch a device for a while and hand on a redacted file"))
    virtual = commands.add_parser("virtual", help="start a virtual phone and keep it until Ctrl-C")
    virtual.add_argument(
        "--phone", "--device", default="virtual-pixel7", metavar="NAME", help="device profile of a virtual phone"
    )
    virtual.add_argument("--app", metavar="NAME|FILE", help="app file; the profile's default when absent")
    virtual.add_argument("--virtual-app", metavar="MODULE:ATTR", help="program to host instead of the app file's")
    virtual.add_argument("--virtual-fault", action="append", default=[], metavar="MODULE:ATTR")
    _add_folder(virtual)
    virtual.set_defaults(run=_virtual)
    devices = commands.add_parser("devices", help="list device profiles and what is attached")
    devices.add_argument("--device", action="append", default=[], metavar="NAME", help="look for iPhones, simulators")
    _add_folder(devices)
    devices.set_defaults(run=_devices)
    heal = commands.add_parser("heal", help="put a phone back that an earlier session left changed")
    heal.add_argument("device", metavar="DEVICE", help="device profile, or the serial of a phone that was left changed")
    heal.add_argument("--forget", action="store_true", help="put nothing back: the phone is as you want it")
    _add_folder(heal)
    heal.set_defaults(run=_heal)
    rules = commands.add_parser("rules", help="list the rules that journals are judged by")
    rules.set_defaults(run=_rules)
    _add_kill_score(
        commands.add_parser("kill-score", help="measure what the oracle catches and whom it wrongly accuses")
    )
    return parser


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="bugreport zip, logcat output, dumpsys text"
    )
    parser.add_argument("--app", required=True, metavar="NAME|FILE", help="app file to judge by")
    parser.add_argument(
        "--run-dir", type=Path, metavar="DIR", help="where journal and report go (reports/imports/NAME)"
    )
    parser.add_argument("--api", type=int, metavar="N", help="API level, where the files do not say it")
    parser.add_argument("--year", type=int, metavar="N", help="year of the first line, where lines have none")
    parser.add_argument("--timezone", metavar="NAME", help="the phone's time zone, such as Europe/Berlin")
    parser.add_argument("--wanted", action="append", default=[], metavar="TASK@TIME[/WITHIN]", help="an expected run")
    parser.add_argument("--unfiltered", action="store_true", help="vouch that no line was filtered out or cut off")
    _add_folder(parser)
    parser.set_defaults(run=_import)


def _add_record(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--device", metavar="NAME", help="device profile of what is recorded")
    what.add_argument("--diff-virtual", type=Path, metavar="FILE", help="tell a virtual phone the same, and compare")
    parser.add_argument("--app", metavar="NAME|FILE", help="app file; the profile's or the recording's when absent")
    parser.add_argument("--against", metavar="MODEL", help="virtual phone to compare with (same API level)")
    parser.add_argument("--do", type=Path, metavar="FILE", help="what is done meanwhile, a verb a line (nothing)")
    parser.add_argument("--for", dest="length", default="10m", metavar="TIME", help="for how long (default: 10m)")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="where it goes (reports/recordings/NAME)")
    _add_folder(parser)
    parser.set_defaults(run=_record)


def _add_kill_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--platform", choices=["android", "ios"], default="android", help="on which virtual phones")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--only", metavar="ID,...", help="mutants, operators, bug classes, nuisances, harness faults")
    parser.add_argument("--runs", type=int, metavar="N", help="healthy runs (default: 1000; none with --only)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the first seed (default: 0)")
    parser.add_argument("--mutants", type=Path, action="append", default=[], metavar="FILE", help="more mutants")
    parser.set_defaults(run=_kill_score)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device-profiles", type=Path, metavar="DIR", help="folder of profiles to look in first")


def _check(arguments: argparse.Namespace) -> int:
    from bgtask_harness.report.check import check  # noqa: PLC0415 - each command imports what it uses

    return check(arguments.run_dir, as_json=arguments.json)


def _import(arguments: argparse.Namespace) -> int:
    from bgtask_harness.importing import Asked  # noqa: PLC0415 - same
    from bgtask_harness.importing import import_run  # noqa: PLC0415 - same
    from bgtask_harness.importing import parse_wanted  # noqa: PLC0415 - same
    from bgtask_harness.profiles import SearchPath  # noqa: PLC0415 - same
    from bgtask_harness.profiles import load_app  # noqa: PLC0415 - same

    app = load_app(arguments.app, SearchPath.standard(arguments.device_profiles))
    asked = Asked(
        files=tuple(arguments.files),
        app=app,
        run_dir=arguments.run_dir or Path("reports") / "imports" / arguments.files[0].stem,
        api_level=arguments.api,
        year=arguments.year,
        timezone=arguments.timezone,
        wanted=tuple(parse_wanted(text, app.spec) for text in arguments.wanted),
        vouched=arguments.unfiltered,
    )
    return import_run(asked)


def _record(arguments: argparse.Namespace) -> int:
    from bgtask_harness.profiles import SearchPath  # noqa: PLC0415 - same
    from bgtask_harness.recording import diff_virtual  # noqa: PLC0415 - same
    from bgtask_harness.recording import order  # noqa: PLC0415 - same
    from bgtask_harness.recording import record  # noqa: PLC0415 - same

    folder = arguments.device_profiles
    if arguments.diff_virtual is not None:
        search = SearchPath.standard(folder)
        return diff_virtual(arguments.diff_virtual, search, print, against=arguments.against, app=arguments.app)
    run_dir = arguments.run_dir or Path("reports") / "recordings" / arguments.device
    print(record(order(arguments.device, arguments.app, arguments.length, run_dir, folder, script=arguments.do)))
    return 0


def _virtual(arguments: argparse.Namespace) -> int:
    from bgtask_harness.broker.by_hand import keep_virtual_phone  # noqa: PLC0415 - same
    from bgtask_harness.profiles import SearchPath  # noqa: PLC0415 - same

    # A shell that starts this in the background leaves SIGINT ignored, and then it could not be ended as it says.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    search = SearchPath.standard(arguments.device_profiles)
    lines = keep_virtual_phone(
        arguments.phone, arguments.app, search, program=arguments.virtual_app, faults=tuple(arguments.virtual_fault)
    )
    with contextlib.closing(lines):
        for line in lines:
            print(line, flush=True)
    return 0


def _devices(arguments: argparse.Namespace) -> int:
    from bgtask_harness.broker.listing import list_devices  # noqa: PLC0415 - same
    from bgtask_harness.profiles import SearchPath  # noqa: PLC0415 - same

    for line in list_devices(SearchPath.standard(arguments.device_profiles), arguments.device):
        print(line)
    return 0


def _kill_score(arguments: argparse.Namespace) -> int:
    from bgtask_harness.killscore.command import kill_score  # noqa: PLC0415 - same

    only = tuple(name.strip() for name in (arguments.only or "").split(",") if name.strip())
    mutants = tuple(arguments.mutants)
    where = arguments.platform
    return kill_score(only, arguments.runs, arguments.seed, mutants, as_json=arguments.json, out=print, platform=where)


def _heal(arguments: argparse.Namespace) -> int:
    from bgtask_harness.broker.heal import heal_device  # noqa: PLC0415 - same
    from bgtask_harness.profiles import SearchPath  # noqa: PLC0415 - same

    for line in heal_device(arguments.device, SearchPath.standard(arguments.device_profiles), forget=arguments.forget):
        print(line)
    return 0


def _rules(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes its arguments
    from bgtask_reference import oracle  # noqa: PLC0415 - same

    for rule in oracle.CATALOGUE:
        print(f"{rule.id:<24} {rule.norm:<12} {rule.statement}")
    print(f"catalogue {oracle.catalogue_hash()}")
    return 0
