from __future__ import annotations

from collections.abc import Callable

import pytest

from bgtask_harness.observe import PARSERS
from bgtask_harness.observe import observe_text
from bgtask_reference.events import Clock
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp

NOW = Stamp(Clock.BOOT, 1)
WIFI = "    NetworkAgentInfo{network{138}  handle{1}  ni{WIFI CONNECTED} nc{[ Transports: WIFI Capabilities: %s ]}}"


def facts(parser: str, text: str) -> dict[str, bool | int | str]:
    (event,) = observe_text(parser, text, NOW, "com.app")
    if isinstance(event, LineUnknown):
        assert event.parser == parser
        return {}
    assert isinstance(event, EnvironmentSampled)
    assert (event.stamp, event.source) == (NOW, Source.SYSTEM_DUMP)
    assert event.raw
    return event.facts


def test_battery_as_recorded(recorded: Callable[[str], str]) -> None:
    assert facts("dumpsys-battery", recorded("battery_api36.txt")) == {
        "power": "usb",
        "battery-level": 87,
        "battery-frozen": False,
    }


def test_a_battery_that_a_person_set_says_so() -> None:
    text = (
        "Current Battery Service state:\n  (UPDATES STOPPED -- use 'reset' to restart)\n  AC powered: false\n"
        "  USB powered: false\n  Wireless powered: false\n  level: 50\n  scale: 200\n"
    )

    assert facts("dumpsys-battery", text) == {"power": "none", "battery-level": 25, "battery-frozen": True}


def test_a_battery_dump_that_broke_off_tells_only_what_it_told() -> None:
    assert facts("dumpsys-battery", "Current Battery Service state:\n  AC powered: false\n  USB pow") == {
        "battery-frozen": False
    }


def test_device_idle_as_recorded(recorded: Callable[[str], str]) -> None:
    assert facts("dumpsys-deviceidle", recorded("deviceidle_api36_tail.txt")) == {
        "doze-deep": "ACTIVE",
        "doze-light": "ACTIVE",
    }


def test_device_idle_of_android_6_has_no_light_state() -> None:
    assert facts("dumpsys-deviceidle", "  mState=INACTIVE\n") == {"doze-deep": "INACTIVE"}


@pytest.mark.parametrize(
    ("parser", "text", "expected"),
    [
        (
            "jobscheduler-getters",
            "get-battery-charging\ntrue\nget-battery-not-low\nfalse\nget-storage-not-low\ntrue\n",
            {"charging": True, "battery-not-low": False, "storage-not-low": True},
        ),
        ("jobscheduler-getters", "get-battery-charging\nget-battery-not-low\ntrue\n", {"battery-not-low": True}),
        ("am-bucket", "40\n", {"bucket": 40}),
        ("am-bucket", "Error: Unknown package\n", {}),
        ("appops", "RUN_ANY_IN_BACKGROUND: allow\n", {"background-restricted": False}),
        ("appops", "RUN_ANY_IN_BACKGROUND: ignore; time=+1h2m ago\n", {"background-restricted": True}),
        ("appops", "No operations.\nDefault mode: allow\n", {"background-restricted": False}),
        (
            "appops",
            "Uid mode: RUN_ANY_IN_BACKGROUND: ignore\nRUN_ANY_IN_BACKGROUND: allow\n",
            {"background-restricted": True},
        ),
        ("appops", "RUN_ANY_IN_BACKGROUND: foreground\n", {}),
        ("netpolicy-restrict-background", "Restrict background status: enabled\n", {"data-saver": True}),
        ("netpolicy-restrict-background", "Restrict background status: disabled\n", {"data-saver": False}),
        ("netpolicy-restrict-background", "cmd: Can't find service: netpolicy\n", {}),
        ("settings-low-power", "1\n", {"battery-saver": True}),
        ("settings-low-power", "null\n", {"battery-saver": False}),
        ("settings-low-power", "perhaps\n", {}),
        (
            "dumpsys-package-stopped",
            "  Package [com.app] (1f):\n    User 0: stopped=true notLaunched=false\n    User 10: stopped=false\n",
            {"stopped": True},
        ),
        ("dumpsys-package-stopped", "  Package [com.b] (1f):\n    User 0: stopped=true\n", {}),
        ("dumpsys-package-stopped", "Unable to find package: com.app\n", {}),
        ("connectivity", "Active default network: none\n", {"network": "none"}),
        (
            "connectivity",
            f"Active default network: 138\n\nCurrent Networks:\n{WIFI % 'NOT_METERED&VALIDATED&NOT_ROAMING'}\n",
            {"network": "wifi", "metered": False, "roaming": False},
        ),
        (
            "connectivity",
            "Active default network: 138\n" + (WIFI % "INTERNET").replace(": WIFI C", ": CELLULAR|VPN C") + "\n",
            {"network": "mobile", "metered": True, "roaming": True},
        ),
        ("connectivity", "Active default network: 138\n", {}),
    ],
)
def test_short_answers(parser: str, text: str, expected: dict[str, bool | int | str]) -> None:
    assert facts(parser, text) == expected


@pytest.mark.parametrize("parser", sorted(PARSERS))
def test_an_answer_that_says_nothing_gives_no_fact(parser: str) -> None:
    for text in ("", "\n", "cmd: Can't find service: x\n"):
        events = observe_text(parser, text, NOW, "com.app")
        assert not [event for event in events if isinstance(event, EnvironmentSampled)]


def test_a_parser_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="no parser is called 'dumpsys-cheese'"):
        observe_text("dumpsys-cheese", "", NOW, "com.app")
