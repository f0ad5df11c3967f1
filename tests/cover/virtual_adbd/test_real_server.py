"""Unmodified adb servers and clients in front of the daemon."""

from __future__ import annotations

import asyncio
import itertools
import os
import pty
import select
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbutils
import pytest

from bgtask_harness.virtual import pace
from bgtask_harness.virtual.adbd.daemon import Daemon
from bgtask_harness.virtual.server import SWITCHES
from bgtask_harness.virtual.server import NoAdb
from bgtask_harness.virtual.server import PrivateServer
from bgtask_harness.virtual.server import ask
from bgtask_harness.virtual.server import attach
from bgtask_harness.virtual.server import find_adb

SECOND = 1_000_000_000
BUNDLED = str(Path(adbutils.__file__).parent / "binaries" / "adb")
ADBS = sorted({path for path in (shutil.which("adb"), BUNDLED) if path and Path(path).is_file()})
TIMEOUT_S = 20


def name_of(adb: str) -> str:
    return "bundled" if adb == BUNDLED else "installed"


class Lab:
    """A phone, its private server, and clients of it."""

    def __init__(self, adb: str, hosted: Any) -> None:
        self.adb, self.hosted, self.phone, self.serial = adb, hosted, hosted.phone, hosted.serial
        self.server = PrivateServer(adb)
        self.server.start()

    def attach(self, **options: Any) -> None:
        asyncio.run(attach(self.server.port, self.serial, **options))

    def run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        argv = [self.adb, "-P", str(self.server.port), "-s", self.serial, *arguments]
        return subprocess.run(argv, input=stdin, capture_output=True, timeout=TIMEOUT_S, check=False)

    def open(self, service: str) -> socket.socket:
        """A stream to a service, through the server."""
        stream = socket.create_connection(("127.0.0.1", self.server.port), timeout=TIMEOUT_S)
        for request in (f"host:transport:{self.serial}", service):
            stream.sendall(f"{len(request):04x}{request}".encode())
            if stream.recv(4) != b"OKAY":
                stream.close()
                raise ConnectionError(request)
        return stream

    def ask(self, service: str) -> bytes:
        """All that a service has to say."""
        with self.open(service) as stream:
            return b"".join(iter(lambda: stream.recv(1 << 16), b""))

    def adbutils(self) -> Any:
        return adbutils.AdbClient("127.0.0.1", self.server.port).device(self.serial)


@pytest.fixture(params=ADBS, ids=name_of)
def make_lab(request: pytest.FixtureRequest, host_phone: Callable[..., Any]) -> Iterator[Callable[..., Lab]]:
    labs: list[Lab] = []

    def make(daemon: type[Daemon] = Daemon, **options: Any) -> Lab:
        labs.append(Lab(request.param, host_phone(daemon)))
        labs[-1].attach(**options)
        return labs[-1]

    yield make
    for lab in labs:
        lab.server.close()


@pytest.fixture
def lab(make_lab: Callable[..., Lab]) -> Lab:
    return make_lab()


def test_adb_shell_has_the_exit_status_and_keeps_stderr_apart(lab: Lab) -> None:
    ran = lab.run("shell", "both")

    assert (ran.returncode, ran.stdout, ran.stderr) == (3, b"to out\n", b"to err\n")
    assert lab.run("shell", "echo hi; exit 44").returncode == 44
    assert lab.run("shell", "nosuch").stderr == b"/system/bin/sh: nosuch: inaccessible or not found\n"


def test_adb_shell_without_a_command_reads_commands(lab: Lab) -> None:
    ran = lab.run("shell", stdin=b"echo a\nexit 5\n")

    assert (ran.returncode, ran.stdout) == (5, b"a\n")


def test_what_is_written_to_adb_shell_arrives(lab: Lab) -> None:
    assert lab.run("shell", "cat", stdin=b"x" * 200_000).stdout == b"x" * 200_000
    assert lab.run("exec-out", "cat /bin.dat").stdout == b"\x00\xff\n"


def test_adbutils_runs_commands_in_both_of_its_ways(lab: Lab) -> None:
    device = lab.adbutils()

    new, old = device.shell2("both", v2=True), device.shell2("both")
    assert (new.returncode, new.stdout, new.stderr) == (3, "to out\n", "to err\n")
    assert (old.returncode, old.output) == (3, "to out\nto err\n")
    assert device.prop.model == "" or device.getprop("ro.product.model") == "Pixel 7"


def test_adb_logcat_follows_and_is_ended_by_its_host(lab: Lab) -> None:
    argv = [lab.adb, "-P", str(lab.server.port), "-s", lab.serial, "logcat"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as logcat:
        assert logcat.stdout is not None
        for message in ("one", "two"):
            lab.hosted.call(lambda message=message: lab.phone.log("I", "t", message, uid=1, pid=2, tid=3))
            assert logcat.stdout.readline().endswith(f" 2 3 I t: {message}\n".encode())
        logcat.kill()
    lab.run("shell", "true")  # is answered after the end of the stream was seen

    assert lab.phone.followers == 0


def test_files_go_to_the_phone_and_back(lab: Lab, tmp_path: Path) -> None:
    here, back = tmp_path / "here", tmp_path / "back"
    here.write_bytes(os.urandom(300_000))

    assert lab.run("push", str(here), "/data/local/tmp/x").returncode == 0
    assert lab.run("shell", "wc -c < /data/local/tmp/x").stdout == b"300000\n"
    assert lab.run("pull", "/data/local/tmp/x", str(back)).returncode == 0
    assert back.read_bytes() == here.read_bytes()
    refused = lab.run("push", str(here), "/system/x")
    assert refused.returncode == 1
    assert b"couldn't create file: Permission denied" in refused.stdout + refused.stderr  # 29 says it on stdout
    assert lab.run("pull", "/nosuch", str(back)).returncode == 1


def test_a_service_that_is_not_there_is_refused(lab: Lab) -> None:
    with pytest.raises(ConnectionError):
        lab.open("jdwp:1")


def test_a_failing_command_ends_instead_of_hanging(lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    assert lab.run("shell", "broken").stdout == b"before\n"
    assert "planted" in capfd.readouterr().err


def test_a_jump_waits_for_its_readers_and_no_line_is_lost(lab: Lab) -> None:
    lines = 600
    for number in range(lines):
        lab.hosted.call(lambda number=number: lab.phone.log_at(60 + number * 3600, f"{number} {'x' * 4000}"))
    with lab.open("exec:logcat") as log:
        seen: list[bytes] = []
        reader = threading.Thread(target=lambda: seen.extend(itertools.islice(log.makefile("rb"), lines)))
        reader.start()
        target = 60 * SECOND + lines * 3600 * SECOND
        reached = int(lab.ask(f"bgtask-virtual:advance:{target}:0"))
        reader.join(TIMEOUT_S)

    assert reached == target
    assert [int(line.split()[5]) for line in seen] == list(range(lines))


def test_a_jump_stands_still_while_a_reader_does_not_read(lab: Lab) -> None:
    """Kernel buffers take a few megabytes; beyond them the phone must wait."""
    lines = 400
    for number in range(lines):
        lab.hosted.call(lambda number=number: lab.phone.log_at(60 + number, f"{number} {'x' * 60_000}"))
    with lab.open("exec:logcat") as log, lab.open(f"bgtask-virtual:advance:{3600 * SECOND}:0") as advance:
        advance.settimeout(1.0)
        with pytest.raises(TimeoutError):
            advance.recv(100)
        stood_at = lab.phone.clocks.boot_ns()
        assert stood_at < 60 * SECOND + lines * SECOND
        advance.settimeout(TIMEOUT_S)
        seen = list(itertools.islice(log.makefile("rb"), lines))
        assert int(advance.recv(100)) == 3600 * SECOND

    assert len(seen) == lines


def test_a_reader_that_never_reads_is_waited_for_only_so_long(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pace, "PATIENCE_S", 0.2)
    for number in range(400):
        lab.hosted.call(lambda number=number: lab.phone.log_at(60 + number, f"{number} {'x' * 60_000}"))
    with lab.open("exec:logcat"):
        assert int(lab.ask(f"bgtask-virtual:advance:{3600 * SECOND}:0")) == 3600 * SECOND

    assert "nobody has read 'exec:logcat'" in capfd.readouterr().err


def test_a_jump_until_output_ends_at_the_first_entry_and_the_line_is_there_before_the_answer(lab: Lab) -> None:
    lab.hosted.call(lambda: lab.phone.log_at(500, "here"))
    lab.hosted.call(lambda: lab.phone.log_at(501, "later"))
    with lab.open("exec:logcat") as log:
        assert int(lab.ask(f"bgtask-virtual:advance:{3600 * SECOND}:1")) == 500 * SECOND
        log.settimeout(1)
        assert log.recv(100) == b"500.000 1 1 I tick: here\n"


def test_after_a_jump_time_runs_on_from_there_with_the_host_s(lab: Lab) -> None:
    lab.ask(f"bgtask-virtual:advance:{3600 * SECOND}:0")
    now = float(lab.run("shell", "cat /proc/uptime").stdout.split()[0])
    slept = float(lab.run("shell", "sleep 0.3; cat /proc/uptime").stdout.split()[0])

    grain = 0.02  # both readings are cut to hundredths
    assert 3600 <= now < 3600 + TIMEOUT_S
    assert 0.3 - grain <= slept - now < TIMEOUT_S


def test_a_reboot_drops_the_connection_and_the_phone_comes_back_on_the_same_port(lab: Lab) -> None:
    with lab.open("exec:logcat") as log:
        assert lab.run("reboot").returncode == 0
        assert log.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", lab.hosted.port)).close()
    asyncio.run(ask(lab.server.port, f"host:disconnect:{lab.serial}"))
    asyncio.run(_until_connected(lab))

    assert float(lab.run("shell", "cat /proc/uptime").stdout.split()[0]) < TIMEOUT_S


async def _until_connected(lab: Lab) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            try:
                return await attach(lab.server.port, lab.serial)
            except NoAdb:  # refused: it is still booting
                await ask(lab.server.port, "host:version")


def test_a_phone_that_nobody_unlocked_is_unauthorized_and_one_whose_owner_says_yes_is_not(
    make_lab: Callable[..., Lab],
) -> None:
    class Unauthorized(Daemon):
        auth = "unauthorized"

    class Accepting(Daemon):
        auth = "accept"

    assert make_lab(Accepting).run("shell", "echo in").stdout == b"in\n"
    locked = make_lab(Unauthorized, until_device=False)
    assert asyncio.run(ask(locked.server.port, "host:devices")).endswith("\tunauthorized\n")


def test_a_person_at_a_terminal_gets_a_prompt_an_echo_and_ctrl_c(lab: Lab) -> None:
    ours, theirs = pty.openpty()
    argv = [lab.adb, "-P", str(lab.server.port), "-s", lab.serial, "shell"]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as client:
        os.close(theirs)
        screen = Screen(ours)
        screen.wait_for("panther:/ $ ")
        screen.type("ecjo\x7f\x7fho hi\r")
        screen.wait_for("hi\r\npanther:/ $ ")
        screen.type("sleep 1000\r\x03")
        screen.wait_for("^C\r\n")
        screen.wait_for("panther:/ $ ")
        screen.type("sleep 1000\r")
        screen.wait_for("sleep 1000\r\n")
        lab.run("shell", "true")  # what was typed before has arrived
        screen.type("\x03")
        screen.wait_for("^C\r\n130|panther:/ $ ")
        screen.type("exit 7\r")
        assert client.wait(TIMEOUT_S) == 7
    os.close(ours)


class Screen:
    """The person's side of a terminal."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.shown = descriptor, ""

    def type(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def wait_for(self, text: str) -> None:
        while text not in self.shown:
            assert select.select([self.descriptor], [], [], TIMEOUT_S)[0], self.shown
            self.shown += os.read(self.descriptor, 4096).decode()
        self.shown = self.shown.partition(text)[2]


# --- the private server leaves everybody else alone -------------------------------------------------------------------


@pytest.mark.parametrize("adb", ADBS, ids=name_of)
def test_a_decoy_in_the_emulator_range_and_a_second_server_are_left_alone(adb: str, hosted: Any) -> None:
    with socket.socket() as decoy:
        decoy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            decoy.bind(("127.0.0.1", 5571))
        except OSError:
            pytest.skip("something of this machine's already listens in the emulator range")
        decoy.listen()
        neighbour, private = PrivateServer(adb), PrivateServer(adb)
        try:
            neighbour.start()
            private.start()
            asyncio.run(attach(private.port, hosted.serial))
            decoy.settimeout(1.5)
            with pytest.raises(TimeoutError):
                decoy.accept()
            assert asyncio.run(ask(neighbour.port, "host:devices")) == "0000"
            assert len(asyncio.run(ask(private.port, "host:devices")).splitlines()) == 1
            private.close()
            assert asyncio.run(ask(neighbour.port, "host:version"))
        finally:
            neighbour.close()
            private.close()


def test_the_server_has_a_home_of_its_own_that_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADB_VENDOR_KEYS", "/somebody/else")
    monkeypatch.setenv("ANDROID_SERIAL", "somebody-else")
    server = PrivateServer()
    server.start()
    environment = Path(f"/proc/{server.pid}/environ")
    if environment.exists():
        given = dict(pair.split("=", 1) for pair in environment.read_text().split("\0") if pair)
        assert given.items() >= SWITCHES.items()
        assert not given.keys() & {"ADB_VENDOR_KEYS", "ANDROID_SERIAL"}
        assert Path(given["HOME"]).is_dir()
    home = Path(given["HOME"]) if environment.exists() else Path(os.devnull)
    server.close()
    server.close()

    assert not home.is_dir()


def test_without_adb_one_sentence_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find_adb() == BUNDLED
    monkeypatch.setattr(Path, "is_file", lambda _path: False)
    with pytest.raises(NoAdb, match=r"`adb`.*android-platform-tools"):
        find_adb()


def test_a_program_that_is_no_adb_is_one_sentence() -> None:
    with pytest.raises(NoAdb, match="/bin/false does not start as a server"):
        PrivateServer("/bin/false").start()
