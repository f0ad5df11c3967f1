"""The layers of a virtual iPhone, as a value, so that a fault can replace any of them (`docs/virtual-phones.md`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bgtask_reference.ports.background_tasks import IosProgram


@dataclass(frozen=True, slots=True)
class IosLayers:
    """What a virtual iPhone is made of. The first two are classes, called with what they need."""

    dasd: type[Any]
    """Operating system: `virtual.ios.dasd.Dasd`."""
    background_tasks: type[Any]
    """Framework: `virtual.ios.framework.BGTaskScheduler`."""
    program: IosProgram
    """App: any program written against the ports."""
    daemons: type[Any] | None = None
    """Transport: a subclass of `virtual.iphone.daemons.Daemons`; that itself when None, as it needs `cryptography`."""

    info: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    """App: what becomes of its Info.plist before it is installed; None leaves it alone."""

    def replace(self, **changes: Any) -> IosLayers:
        """Give the same layers with some replaced."""
        return dataclasses.replace(self, **changes)


IosFault = Callable[[IosLayers], IosLayers]
