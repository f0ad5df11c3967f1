"""The gdb-remote client against a real lldb-server and a real process: not our own idea of a debugserver.

It shows what the client does with registers, memory and calls; Mach-O and Objective-C are a phone's.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger.calls import prepared
from bgtask_harness.devices.ios.debugger.remote import DebuggerRefusedError
from bgtask_harness.devices.ios.debugger.remote import GdbRemote
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.transport.smart_socket import SmartSocket

SERVER = next((path for name in ("lldb-server", "lldb-server-14") if (path := shutil.which(name))), None)
COMPILER = shutil.which("gcc") or shutil.which("cc")
PROGRAM = r"""
#include <stdio.h>
#include <string.h>
#include <unistd.h>
volatile long calls = 0;
long add(long a, long b) { calls += 1; return a * 100 + b; }
long length(const char *text) { calls += 1; return (long)strlen(text); }
long spin(void) { for (;;) { } return 0; }
int main(void) {
    printf("%p %p %p %p\n", (void *)add, (void *)length, (void *)spin, (void *)main);
    fflush(stdout);
    for (long n = 0;; n++) { usleep(10000); if (calls) { printf("calls %ld\n", calls); fflush(stdout); calls = 0; } }
}
"""

pytestmark = [
    pytest.mark.skipif(SERVER is None, reason="no lldb-server is installed"),
    pytest.mark.skipif(COMPILER is None, reason="no C compiler is installed"),
]


class Target:
    """A running process and a connection to an lldb-server that may attach to it."""

    def __init__(self, process: subprocess.Popen[str], remote: GdbRemote, addresses: list[int]) -> None:
        self.process = process
        self.remote = remote
        self.add, self.length, self.spin, self.main = addresses


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    source, program = tmp_path / "program.c", tmp_path / "program"
    source.write_text(PROGRAM)
    subprocess.run([str(COMPILER), "-O0", "-o", program, source], check=True)
    process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    server = subprocess.Popen(
        [str(SERVER), "gdbserver", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stream = connected(port)
    try:
        assert process.stdout is not None
        remote = GdbRemote(stream)
        remote.handshake(Deadline.after(10))
        yield Target(process, remote, [int(word, 16) for word in process.stdout.readline().split()])
    finally:
        stream.close()
        for each in (server, process):
            each.kill()
            each.wait()
        if process.stdout is not None:
            process.stdout.close()


def connected(port: int) -> SmartSocket:
    deadline = Deadline.after(10)
    while True:
        try:
            return SmartSocket(socket.create_connection(("127.0.0.1", port), timeout=deadline.check("connecting")))
        except ConnectionRefusedError:
            deadline.check("waiting for lldb-server")


def test_functions_are_called_and_the_process_goes_on_as_if_nothing_had_been(target: Target) -> None:
    deadline = Deadline.after(20)
    thread = target.remote.attach(target.process.pid, deadline)
    before = target.remote.read_register("pc", thread, deadline)
    with prepared(target.remote, thread, target.main, deadline) as calls:
        assert calls.call(target.add, (41, 7), deadline) == 4107
        assert calls.call(target.length, (calls.text("BGTaskScheduler", deadline),), deadline) == 15
    assert target.remote.read_register("pc", thread, deadline) == before
    target.remote.detach(deadline)
    assert target.process.stdout is not None
    assert target.process.stdout.readline() == "calls 2\n"
    assert target.process.poll() is None


def test_a_call_that_does_not_return_is_interrupted_and_the_process_let_go(target: Target) -> None:
    deadline = Deadline.after(20)
    thread = target.remote.attach(target.process.pid, deadline)
    with pytest.raises(DeadlineExceeded), prepared(target.remote, thread, target.main, deadline) as calls:
        calls.call(target.spin, (), Deadline.after(0.5))
    with prepared(target.remote, thread, target.main, deadline) as calls:
        assert calls.call(target.add, (1, 2), deadline) == 102
    target.remote.detach(deadline)
    assert target.process.stdout is not None
    assert target.process.stdout.readline() == "calls 1\n"


def test_a_process_that_is_not_there_is_refused_in_one_sentence(target: Target) -> None:
    with pytest.raises(DebuggerRefusedError, match="refused vAttach"):
        target.remote.attach(4_000_000, Deadline.after(10))


def test_text_that_does_not_fit_is_refused_before_anything_is_written(target: Target) -> None:
    deadline = Deadline.after(20)
    thread = target.remote.attach(target.process.pid, deadline)
    with (
        pytest.raises(DebuggerRefusedError, match="does not fit"),
        prepared(target.remote, thread, target.main, deadline) as calls,
    ):
        calls.text("x" * 5000, deadline)
    target.remote.detach(deadline)
    assert target.process.poll() is None
