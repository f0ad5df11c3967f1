"""Which of the devices that an adb server sees is the one that a profile means; and if none is, why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.transport.server import SeenDevice

Board = Callable[[SeenDevice], str]
"""Asks a device that is ready for `ro.product.board`."""

_ADVICE = {
    "unauthorized": "unlock it and accept the dialog `Allow USB debugging?`",
    "authorizing": "unlock it and accept the dialog `Allow USB debugging?`",
    "offline": "pull the cable and plug it in again, or `adb disconnect` and `adb connect` it when it is on TCP",
    "connecting": "wait until it is connected",
    "no permissions": "add a udev rule for it (Debian, Ubuntu: package android-sdk-platform-tools-common)",
    "recovery": "reboot it into Android",
    "sideload": "reboot it into Android",
    "bootloader": "reboot it into Android",
}


def choose(find: Mapping[str, object], seen: Sequence[SeenDevice], name: str, board: Board) -> SeenDevice:
    """Give the one device that fits a profile's `[find]`: serial, model, board, tags.

    Raises:
        DeviceNotFound: None fits, more than one does, or it cannot be used as it is. One sentence that lists what was
            seen, why each did not fit, and what to do.

    """
    reasons = {device.serial: mismatch(find, device, board) for device in seen}
    fitting = [device for device in seen if reasons[device.serial] is None]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        serials = ", ".join(device.serial for device in fitting)
        raise DeviceNotFound(
            f"--device {name}: {len(fitting)} devices fit the profile ({serials}): add `serial` to its [find]"
        )
    if not seen:
        raise DeviceNotFound(
            f"--device {name}: the adb server sees no device at all: plug one in and switch on USB debugging, "
            "or `adb connect` one"
        )
    listed = "; ".join(f"{device.serial} ({reasons[device.serial]})" for device in seen)
    raise DeviceNotFound(f"--device {name}: no device fits {_wanted(find)}; seen: {listed}")


def _wanted(find: Mapping[str, object]) -> str:
    wanted = [f"{key} {_text(value)}" for key, value in find.items() if value and key != "platform"]
    return ", ".join(wanted) or "the profile"


def _text(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def mismatch(find: Mapping[str, object], device: SeenDevice, board: Board) -> str | None:
    """Say why a device does not fit; None when it does. State comes last: an offline stranger is a stranger."""
    return _wrong_serial(find, device) or _wrong_state(device) or _wrong_model(find, device, board)


def _wrong_serial(find: Mapping[str, object], device: SeenDevice) -> str | None:
    serial = find.get("serial")
    return f"its serial is not {serial}" if serial and serial != device.serial else None


def _wrong_state(device: SeenDevice) -> str | None:
    if device.ready:
        return None
    advice = next((text for state, text in _ADVICE.items() if device.state.startswith(state)), "it cannot be used")
    return f"it is {device.state}: {advice}"


def _wrong_model(find: Mapping[str, object], device: SeenDevice, board: Board) -> str | None:
    model = find.get("model")
    if model and _as_listed(str(model)) != _as_listed(device.details.get("model", "")):
        return f"its model is {device.details.get('model', 'unknown')}"
    missing = sorted(set(_tags_of(find)) - tags(device))
    if missing:
        return f"it is not {' or '.join(missing)}"
    wanted = find.get("board")
    if wanted and wanted not in (device.details.get("device"), device.details.get("product")):
        found = board(device)
        return f"its board is {found or 'unknown'}" if found != wanted else None
    return None


def _tags_of(find: Mapping[str, object]) -> tuple[str, ...]:
    given = find.get("tags") or ()
    return tuple(map(str, given)) if isinstance(given, list | tuple) else (str(given),)


def _as_listed(model: str) -> str:
    """`adb devices -l` prints an underscore for whatever is no letter and no digit (adb's `transport.cpp`)."""
    return re.sub(r"[^A-Za-z0-9]", "_", model)


def tags(device: SeenDevice) -> frozenset[str]:
    """Give what a profile's `tags` can ask for: `usb`, `tcp`, `emulator`."""
    if "usb" in device.details:
        return frozenset({"usb"})
    if device.serial.startswith("emulator-"):
        return frozenset({"emulator"})
    if ":" in device.serial or "._adb" in device.serial:
        return frozenset({"tcp"})
    return frozenset({"usb"})
