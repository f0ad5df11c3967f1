"""A process that a debugger holds, as far as Objective-C goes: implements `Debuggee`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bgtask_harness.virtual.ios.framework import FRAMEWORK_PATH
from bgtask_harness.virtual.ios.port import ObjcObject
from bgtask_harness.virtual.ios.port import ObjcValue
from bgtask_harness.virtual.ios.port import Refused
from bgtask_reference.ports.background_tasks import ObjectiveCException

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.process import AppProcess

_HOLD = "debugger"
_SCHEDULER = "BGTaskScheduler"
_SIMULATE_LAUNCH = "_simulateLaunchForTaskWithIdentifier:"
_SIMULATE_EXPIRATION = "_simulateExpirationForTaskWithIdentifier:"
_IMAGES = (
    "/usr/lib/dyld",
    "/usr/lib/libobjc.A.dylib",
    "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation",
    "/System/Library/Frameworks/Foundation.framework/Foundation",
    FRAMEWORK_PATH,
)


class HeldProcess:
    """Held from the moment it is made until `detach`."""

    def __init__(self, process: AppProcess) -> None:
        self._process = process
        self._attached = True
        self._pending_abort: str | None = None
        process.holds.add(_HOLD)
        self.pid = process.pid

    def images(self) -> Sequence[str]:
        return (self._process.app.executable, *_IMAGES)

    def objc_class(self, name: str) -> ObjcObject | None:
        return ObjcObject(name, is_class=True) if name == _SCHEDULER else None

    def send(self, receiver: ObjcObject, selector: str, arguments: Sequence[ObjcValue]) -> ObjcValue:
        if receiver.class_name == _SCHEDULER and receiver.is_class and selector == "sharedScheduler":
            return ObjcObject(_SCHEDULER)
        if receiver.class_name == _SCHEDULER and selector in {_SIMULATE_LAUNCH, _SIMULATE_EXPIRATION}:
            self._simulate(selector, arguments)
            return None
        raise self._unrecognized(receiver, selector)

    def resume(self) -> None:
        self._process.holds.discard(_HOLD)
        if self._pending_abort is not None:
            reason, self._pending_abort = self._pending_abort, None
            self._process.abort("NSInvalidArgumentException", reason)
        self._process.thaw()

    def halt(self) -> None:
        if self._attached:
            self._process.holds.add(_HOLD)

    def detach(self) -> None:
        if self._attached:
            self._attached = False
            self._process.debugged = False
            self.resume()

    def _simulate(self, selector: str, arguments: Sequence[ObjcValue]) -> None:
        identifier = arguments[0] if arguments else None
        if not isinstance(identifier, ObjcObject) or identifier.text is None:
            raise self._unrecognized(ObjcObject("NSNull"), "isEqualToString:")
        framework = self._process.background_tasks
        try:
            if selector == _SIMULATE_LAUNCH:
                framework.simulate_launch(identifier.text)
            else:
                framework.simulate_expiration(identifier.text)
        except ObjectiveCException as exception:
            raise self._raised(str(exception)) from exception

    def _unrecognized(self, receiver: ObjcObject, selector: str) -> Refused:
        sign = "+" if receiver.is_class else "-"
        return self._raised(f"{sign}[{receiver.class_name} {selector}]: unrecognized selector sent to instance")

    def _raised(self, reason: str) -> Refused:
        """An exception in the held process: it aborts as soon as it is let go."""
        self._pending_abort = reason
        return Refused(reason)
