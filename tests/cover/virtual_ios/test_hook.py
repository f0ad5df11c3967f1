"""The app's hook on a virtual iPhone: a name in, a line of JSON out."""

from __future__ import annotations

import json

import pytest

from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_harness.virtual.ios.port import Launch
from bgtask_reference.lineage.tvmaniac import ios
from bgtask_reference.lineage.tvmaniac import names

BUNDLE = "com.example.app"


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        (("state.active_5fprovider",), "ok TRAKT"),
        (("state.never_5fset",), "ok"),
        (("state.active_5fprovider.NONE", "state.active_5fprovider"), "ok NONE"),
        (("fly",), "error: unknown command 'fly'"),
    ],
)
def test_it_tells_what_is_stored_so_that_it_can_be_put_back(commands: tuple[str, ...], answer: str) -> None:
    app = IosAppArguments((names.TOKEN_REFRESH, names.LIBRARY_SYNC), settings={"active_provider": "TRAKT"})
    phone, said = build("iphone15-ios26", ios.fixed, BUNDLE, "hook", app=app), list[str]()
    phone.log.follow(lambda record: said.append(record.message) if record.category == "bgt" else None)
    phone.launch(Launch(BUNDLE, kill_existing=False))
    phone.kernel.run_until(2_000_000_000)
    for command in commands:
        phone.post(f"{BUNDLE}.bgt.{command}")
        phone.kernel.run_until(phone.kernel.now)
    assert json.loads(said[-1])["answer"] == answer
