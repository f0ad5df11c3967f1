"""A virtual iPhone in this process, for whoever wants to tell it what another was told. Costs no real time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

import msgspec

from bgtask_harness.broker.iphone import info_plist
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Refused
from bgtask_harness.profiles import AppFile
from bgtask_harness.virtual.ios import port
from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_harness.virtual.ios.profile import IosBeginning
from bgtask_harness.virtual.ios.profile import UnknownIPhone
from bgtask_harness.virtual.ios.profile import iphone_models
from bgtask_harness.virtual.ios.profile import iphone_profile
from bgtask_harness.virtual.layers import BadReference

_NS_PER_S = 1_000_000_000
_KILL = 9
_ATTRIBUTES = ("CFBundleIdentifier", "UIBackgroundModes", "BGTaskSchedulerPermittedIdentifiers")


class IPhoneInThisProcess:
    """A virtual iPhone with one app, made as it stands at a moment. What it is told, it is told in the driver's words.

    Attributes:
        model: Its name.
        udid: Its UDID.
        log: What its unified log has had while it was followed, a line of JSON an entry.

    """

    def __init__(self, model: str, app: AppFile, *, wall_clock: str, uptime_s: int) -> None:
        """Make it; `wall_clock` is ISO 8601 with an offset.

        Raises:
            BadInput: There is no such model, or the app file names no program for it.

        """
        ios = app.virtual.ios
        if ios.program is None:
            raise BadInput(
                f"{app.file}: key `virtual.ios.program`: expected the program that stands for the app; add it"
            )
        bundle_id, arguments = ios.bundle_id or app.spec.package, _arguments(app)
        try:
            began = IosBeginning(wall_clock, uptime_s)
            self._phone = build(model, ios.program, bundle_id, app.virtual.mode, app=arguments, began=began)
        except (BadReference, UnknownIPhone, LookupError, ValueError, ImportError) as error:
            raise BadInput(str(error.args[0] if error.args else error)) from error
        self.model, self.udid = model, self._phone.udid
        self.log: list[str] = []
        self._follows = False
        self._phone.log.follow(self._hear)
        self._verbs: dict[str, Callable[[Mapping[str, str]], object]] = {
            "facts": lambda _: self._facts(),
            "locked": lambda _: self._phone.passcode_locked,
            "lookup": lambda said: self._lookup(said["bundle"]),
            "launch": lambda said: self._phone.launch(port.Launch(said["bundle"], kill_existing=False)),
            "pid": lambda said: self._pid(said["bundle"]),
            "kill": lambda said: self._kill(said["bundle"]),
            "debuggable": lambda said: self._debuggable(said["bundle"]),
            "post": lambda said: self._phone.post(said["name"]),
            "clocks": lambda said: self._phone.post(said["sentinel"]) if said["sentinel"] else None,
            "hand": lambda said: self._hand(said["act"], said["argument"]),
            "debugger": lambda said: self._simulate(said["bundle"], said["task"], said["what"]),
            "restart": lambda _: self._phone.restart(),
            "follow": lambda _: self._follow(follows=True),
            "unfollow": lambda _: self._follow(follows=False),
        }

    @property
    def elapsed_ns(self) -> int:
        """How much of its time has passed since it was made, restarts included."""
        return self._phone.kernel.now

    def pass_until(self, elapsed_ns: int) -> None:
        """Let its time pass, as far as it has not yet."""
        if elapsed_ns > self.elapsed_ns:
            self._phone.kernel.run_until(elapsed_ns)

    def knows(self, verb: str) -> bool:
        """Tell whether it can be told that."""
        return verb in self._verbs

    def tell(self, verb: str, arguments: Mapping[str, str]) -> object:
        """Tell it something and give its answer.

        Raises:
            Refused: It does not do that: its own sentence.

        """
        try:
            answer = self._verbs[verb](arguments)
        except port.Refused as refused:
            raise Refused(refused.sentence) from refused
        self._phone.kernel.run_until(self._phone.kernel.now)
        return answer

    # --- what it can be told --------------------------------------------------------------------------------------

    def _facts(self) -> dict[str, str]:
        return {key: str(self._phone.value("", key)) for key in ("ProductType", "ProductVersion", "BuildVersion")}

    def _lookup(self, bundle_id: str) -> dict[str, object]:
        found = [app for app in self._phone.apps() if app.bundle_id == bundle_id]
        return {app.bundle_id: {key: app.info[key] for key in _ATTRIBUTES if key in app.info} for app in found}

    def _pid(self, bundle_id: str) -> int | None:
        process = self._phone.springboard.find(bundle_id)
        return process.pid if process else None

    def _kill(self, bundle_id: str) -> None:
        pid = self._pid(bundle_id)
        if pid is None:
            raise Refused(f"{bundle_id} does not run")
        self._phone.signal(pid, _KILL)

    def _debuggable(self, bundle_id: str) -> bool:
        return any(app.bundle_id == bundle_id and app.get_task_allow for app in self._phone.apps())

    def _hand(self, act: str, argument: str) -> dict[str, object]:
        self._phone.hand(act, argument)
        return {}

    def _simulate(self, bundle_id: str, task: str, selector: str) -> None:
        pid = self._pid(bundle_id)
        if pid is None:
            raise Refused(f"{bundle_id} does not run")
        held = self._phone.attach(pid)
        scheduler = held.send(port.ObjcObject("BGTaskScheduler", is_class=True), "sharedScheduler", ())
        assert isinstance(scheduler, port.ObjcObject)
        held.send(scheduler, selector, (port.ObjcObject("NSString", text=task),))
        held.detach()

    def _follow(self, *, follows: bool) -> None:
        self._follows = follows

    def _hear(self, record: port.LogRecord) -> None:
        if self._follows:
            self.log.append(_as_line(record))


def _arguments(app: AppFile) -> IosAppArguments:
    """As a process gets them on its command line."""
    return msgspec.convert(msgspec.to_builtins(info_plist(app)), IosAppArguments)


def _as_line(record: port.LogRecord) -> str:
    """Give an entry as the driver writes it to the raw log."""
    moment = dt.datetime.fromtimestamp(record.wall_ns // _NS_PER_S, dt.UTC)
    told = moment.replace(microsecond=record.wall_ns % _NS_PER_S // 1_000)
    fields = {
        "timestamp": told.strftime("%Y-%m-%d %H:%M:%S.%f+0000"),
        "processID": record.pid,
        "processImagePath": record.process,
        "senderImagePath": record.sender,
        "subsystem": record.subsystem,
        "category": record.category,
        "messageType": record.kind.value.capitalize(),
        "eventMessage": record.message,
    }
    return json.dumps(fields, ensure_ascii=False)


def iphone_like(model: str, version: str) -> str:
    """Give the virtual iPhone of that hardware, or else of the iOS that comes nearest below it, or the oldest."""
    known = sorted((iphone_profile(name) for name in iphone_models()), key=lambda one: one.version_numbers)
    same = next((one.name for one in known if one.lockdown.get("ProductType") == model), None)
    wanted = tuple(_numbers(version))
    below = [one.name for one in known if one.version_numbers <= wanted]
    return same or (below[-1] if below else known[0].name)


def _numbers(version: str) -> Iterator[int]:
    for part in version.split("."):
        if not part.isdigit():
            return
        yield int(part)
