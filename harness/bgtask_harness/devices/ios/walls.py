"""The walls of the first day with an iPhone: each is one sentence, with what to do.

What pymobiledevice3 raises becomes an error of ours here and nowhere else; its classes are compared by name, so that
reading this needs nothing installed.
"""

from __future__ import annotations

from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Unsupported

_NO_USBMUXD = (
    "no usbmuxd answers{at}: start it (Debian, Ubuntu: package usbmuxd; it runs by itself on a Mac), or set "
    "USBMUXD_SOCKET_ADDRESS to where one listens"
)
_SENTENCES: dict[str, tuple[type[HarnessError], str]] = {
    "ConnectionFailedToUsbmuxdError": (DeviceNotFound, _NO_USBMUXD),
    "NoDeviceConnectedError": (DeviceNotFound, "usbmuxd{at} has no iPhone: plug it in and unlock it"),
    "DeviceNotFoundError": (
        DeviceNotFound,
        "usbmuxd{at} has no iPhone with UDID {udid}: `bgtask devices` lists those that it has",
    ),
    "PairingDialogResponsePendingError": (
        Unsupported,
        "iPhone {udid} asks whether to trust this computer: tap Trust on its screen and run again",
    ),
    "UserDeniedPairingError": (
        Unsupported,
        "iPhone {udid} was told not to trust this computer: pull the cable, plug it in again and tap Trust",
    ),
    "NotPairedError": (Unsupported, "iPhone {udid} is not paired with this computer: unlock it and tap Trust"),
    "InvalidHostIDError": (
        Unsupported,
        "iPhone {udid} has forgotten this computer: unlock it, plug it in again and tap Trust",
    ),
    "PasswordRequiredError": (Unsupported, "iPhone {udid} is locked: unlock it once and run again"),
    "PasscodeRequiredError": (Unsupported, "iPhone {udid} is locked: unlock it and run again"),
    "DeveloperModeIsNotEnabledError": (
        Unsupported,
        "Developer Mode of iPhone {udid} is off: switch it on in Settings > Privacy & Security, which restarts it",
    ),
    "UserspaceTunnelUnavailableError": (
        Unsupported,
        "no tunnel to iPhone {udid} without root: iOS 17.4 has one, before it `sudo pymobiledevice3 remote tunneld`",
    ),
}
_LOST = frozenset(
    {
        "ConnectionTerminatedError",
        "StreamClosedError",
        "ConnectionFailedError",
        "BadDevError",
        "MuxException",
        "ChannelClosedError",
        "NotConnectedError",
        "IncompleteReadError",
        "RemoteXPCHandshakeTimeoutError",
        "TunneldConnectionError",
    }
)
NO_IMAGE = (
    "iPhone {udid} has no developer disk image mounted: `pymobiledevice3 mounter auto-mount` mounts one (personalized "
    "from iOS 17 on, for which it asks Apple over the internet); this harness never fetches one by itself"
)
NO_DEVELOPER_MODE = _SENTENCES["DeveloperModeIsNotEnabledError"][1]
NO_DEBUGGING = (
    "{bundle} may not be debugged: it has no get-task-allow, so it was not built for development; install a "
    "development build, or use one with the debug hook"
)
_ONE_TUNNEL = "userspace tunnel is already active"
ONE_TUNNEL = (
    "no second tunnel to iPhone {udid}: a process has one, so run iPhones of iOS 17 and later each in a worker of its "
    "own: -n auto"
)
LOCKED = _SENTENCES["PasscodeRequiredError"][1]
NO_BACK_END = "iPhones need the extra `ios`: pip install 'bgtask-harness[ios]' (pymobiledevice3, GPL-3.0)"


def told(error: BaseException, udid: str, address: str | None) -> HarnessError | None:
    """Give the error of ours that a failure of pymobiledevice3 stands for; None for one that nobody knows."""
    if isinstance(error, HarnessError):
        return error
    at = f" at {address}" if address else ""
    if _ONE_TUNNEL in str(error):
        return Unsupported(ONE_TUNNEL.format(udid=udid))
    names = [kind.__name__ for kind in type(error).__mro__]
    for name in names:
        if name in _SENTENCES:
            kind, sentence = _SENTENCES[name]
            return kind(sentence.format(udid=udid, at=at))
        if name in _LOST:
            return DeviceLostError(f"iPhone {udid} went away ({type(error).__name__})")
    if isinstance(error, OSError | EOFError):
        return DeviceLostError(f"iPhone {udid} went away ({error})")
    return None
