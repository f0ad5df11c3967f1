"""An older build and the present one again, on phones of each level: files, verbs, and what the app keeps."""

from __future__ import annotations

import json

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.nemesis.healing import put_back
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.nemesis.nemesis import Nemesis
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.transport.sync import CHUNK
from bgtask_harness.transport.sync import pull
from bgtask_harness.transport.sync import push
from bgtask_harness.virtual.assemble import build
from bgtask_reference.events import AppSpec

PACKAGE = "com.thomaskioko.tvmaniac"
APP = AppSpec("tvmaniac", PACKAGE, (), hook_receiver=f"{PACKAGE}.BackgroundTaskHook")
PHONES = ["pixel3-api28", "pixel5-api30", "pixel8-api34", "pixel7-api36"]
FOUND = f"/data/local/tmp/bgtask-{PACKAGE}-found.apk"


def older(program: str = "bgtask_reference.lineage.tvmaniac:u5", **changes: object) -> bytes:
    line = {"virtual_apk": 1, "package": PACKAGE, "program": program, "version_code": 0, "version_name": "0.9"}
    return json.dumps({**line, **changes}).encode()


def soon() -> Deadline:
    return Deadline.after(20)


class Desk:
    """A phone in this process, with levers."""

    def __init__(self, model: str) -> None:
        fixed, settings = "bgtask_reference.lineage.tvmaniac:fixed", {"active_provider": "TRAKT"}
        self.phone = build(model, fixed, PACKAGE, "hook", app={"settings": settings})
        self.device = AndroidDevice.attach(InProcessTransport(self.phone), "desk", soon(), serial="in-process")
        self.ledger = Ledger(None, Way("in-process"))
        self.nemesis = Nemesis(
            self.device, APP, self.ledger, lambda _verb, _arguments, call: call(), lambda _sentence: None
        )

    def said(self, line: str) -> str:
        return self.device.tell(line, soon()).stdout

    def install(self, content: bytes) -> None:
        self.nemesis.install_older(self.device.plan_older_build(APP, content, soon()))


@pytest.mark.parametrize("model", PHONES)
def test_an_older_build_runs_until_it_is_updated_and_the_app_keeps_its_jobs_and_data(model: str) -> None:
    desk = Desk(model)
    desk.device.launch(APP, soon())
    desk.said("sleep 5")
    jobs = f"dumpsys jobscheduler {PACKAGE} | grep -c JOB"
    before = desk.said(jobs)

    desk.install(older())

    assert desk.said(f"dumpsys package {PACKAGE} | grep -m 1 versionCode").startswith("    versionCode=0 ")
    assert desk.said(f"pidof {PACKAGE}") == ""
    assert desk.said(jobs) == before != "0\n"
    desk.nemesis.put_back()
    assert desk.said(f"dumpsys package {PACKAGE} | grep -m 1 versionCode").startswith("    versionCode=1 ")
    assert desk.said(f"cat {FOUND}") == ""
    desk.device.launch(APP, soon())
    answer = desk.device.hook(APP, "state", {"name": "active_provider"}, soon())
    assert answer.text == "TRAKT"


def test_putting_it_back_twice_is_harmless() -> None:
    desk = Desk("pixel7-api36")
    desk.install(older())
    staged, installed = desk.ledger.open_changes()

    for one in (installed, installed, staged, staged):
        put_back(one, desk.device.tell)

    assert desk.said(f"pm list packages --show-versioncode {PACKAGE}") == f"package:{PACKAGE} versionCode:1\n"


@pytest.mark.parametrize(
    "content", [b"PK", b"{}", older(program="no.such:module"), older(package="org.example.other"), b""]
)
def test_what_is_no_build_of_this_app_is_unsupported_and_leaves_nothing_behind(content: bytes) -> None:
    desk = Desk("pixel7-api36")

    with pytest.raises(Unsupported, match="the phone does not install the older build"):
        desk.install(content)

    assert not desk.nemesis.changed
    assert desk.said(f"cat {FOUND}") == ""
    assert desk.said(f"pm list packages --show-versioncode {PACKAGE}") == f"package:{PACKAGE} versionCode:1\n"


def test_an_older_version_is_refused_without_the_option_that_allows_it() -> None:
    desk = Desk("pixel7-api36")
    push(InProcessTransport(desk.phone), "/data/local/tmp/a.apk", older(), soon())

    done = desk.device.tell(f"cat /data/local/tmp/a.apk | pm install -r -S {len(older())}", soon())

    assert done.exit_status == 1
    assert "INSTALL_FAILED_VERSION_DOWNGRADE" in done.stderr


def test_a_file_comes_back_as_it_was_pushed_and_goes_with_rm() -> None:
    desk = Desk("pixel7-api36")
    way, content = InProcessTransport(desk.phone), bytes(range(256)) * (CHUNK // 100)

    push(way, "/data/local/tmp/a", content, soon())
    assert pull(way, "/data/local/tmp/a", soon()) == content
    with pytest.raises(Refused, match=r"^/system/a: .*Permission denied"):
        push(way, "/system/a", content, soon())

    assert desk.device.tell("rm /data/local/tmp/a", soon()).exit_status == 0
    assert desk.device.tell("rm -f /data/local/tmp/a", soon()).exit_status == 0
    gone = desk.device.tell("rm /data/local/tmp/a", soon())
    assert (gone.exit_status, gone.stderr) == (1, "rm: /data/local/tmp/a: No such file or directory\n")
    with pytest.raises(Refused, match="No such file"):
        pull(way, "/data/local/tmp/a", soon())
