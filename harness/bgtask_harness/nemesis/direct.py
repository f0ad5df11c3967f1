"""The way to a phone without adbutils: adb's own requests on a socket, for a process that may depend on nothing."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Completed
from bgtask_harness.errors import HarnessError
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.transport.shell import run
from bgtask_harness.transport.smart_socket import SmartSocket


@dataclass(frozen=True, slots=True)
class DirectTransport:
    """Satisfies `transport.port.Transport`."""

    way: Way

    def open(self, service: str, deadline: Deadline) -> SmartSocket:
        """Open a service on the phone. See `Transport.open`."""
        connection = SmartSocket.connect(self.way.host, self.way.port, deadline)
        try:
            connection.ask(f"host:transport:{self.way.serial}", deadline)
            connection.ask(service, deadline)
        except HarnessError:
            connection.close()
            raise
        return connection

    def shell(self, line: str, deadline: Deadline) -> Completed:
        """Run a line of the phone's shell."""
        return run(self, line, deadline)
