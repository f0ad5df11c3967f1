"""The four layers of a virtual phone, as a value, so that a fault can replace any of them.

A fault is a function from layers to layers, named on the command line by import path (`--virtual-fault module:attr`):

    def backoff_ignored(layers: Layers) -> Layers:
        class Impatient(layers.work_manager):
            def backoff_delay_ms(self, work): return 0
        return layers.replace(work_manager=Impatient)

The methods that a fault may override are the ones listed in `docs/virtual-phones.md`; they keep their meaning.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bgtask_reference.ports.work_manager import AndroidProgram


@dataclass(frozen=True, slots=True)
class Layers:
    """What a virtual Android phone is made of. Each field is a class or a factory that is called with what it needs."""

    adbd: type[Any]
    """Transport: `virtual.adbd.daemon.Daemon`."""
    job_scheduler: type[Any]
    """Operating system: `virtual.android.jobscheduler.JobScheduler`."""
    work_manager: type[Any]
    """Library: `virtual.workmanager.library.WorkManager`."""
    program: AndroidProgram
    """App: any program written against the ports."""

    def replace(self, **changes: Any) -> Layers:
        """Give the same layers with some replaced."""
        return dataclasses.replace(self, **changes)


Fault = Callable[[Layers], Layers]


class BadReference(ValueError):  # noqa: N818 - reads as what it is
    """An import path names nothing that can be used."""


def load(reference: str, what: str) -> Any:
    """Give the object that `module:attr` names.

    Raises:
        BadReference: One sentence: which part of it cannot be imported or is not there.

    """
    module_name, colon, attribute = reference.partition(":")
    if not colon or not module_name or not attribute:
        raise BadReference(f"{what} {reference!r}: expected an import path like package.module:name")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise BadReference(f"{what} {reference!r}: cannot import {module_name}: {error}") from error
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise BadReference(f"{what} {reference!r}: {module_name} has no {attribute!r}")
        found = getattr(found, part)
    return found
