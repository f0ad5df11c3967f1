"""What lockdown's GetValue gives: the phone's own values, and those that only its daemons know."""

from __future__ import annotations

from typing import Any

from bgtask_harness.virtual.ios.port import IPhonePort

UNPAIRED = frozenset(
    {
        "BuildVersion",
        "CPUArchitecture",
        "ChipID",
        "DeviceClass",
        "DeviceColor",
        "DeviceName",
        "DevicePublicKey",
        "DieID",
        "HardwareModel",
        "PartitionType",
        "ProductName",
        "ProductType",
        "ProductVersion",
        "ProductionSOC",
        "ProtocolVersion",
        "SupportedDeviceFamilies",
        "TelephonyCapability",
        "UniqueChipID",
        "UniqueDeviceID",
        "WiFiAddress",
    }
)
"""What a computer learns before it is trusted (what `ideviceinfo -s` prints; UNCONFIRMED per iOS version)."""

_BATTERY = {
    "BatteryCurrentCapacity": "CurrentCapacity",
    "BatteryIsCharging": "IsCharging",
    "ExternalConnected": "ExternalConnected",
    "FullyCharged": "FullyCharged",
}


def read(phone: IPhonePort, domain: str, key: str, public_key: bytes) -> Any:
    """Give a value; None when it is missing. An empty key gives the whole domain."""
    if domain:
        known = _domain(phone, domain)
        given = phone.value(domain, "")
        whole = {**(given if isinstance(given, dict) else {}), **known}
    else:
        whole = {**_derived(phone.udid), **(phone.value("", "") or {}), **_own(phone, public_key)}
    return whole.get(key) if key else whole


def _derived(udid: str) -> dict[str, Any]:
    """Give what the UDID of a phone since 2018 says (chip, then the chip's own number), and an address made of it."""
    chip, _, own = udid.partition("-")
    try:
        number = int(own, 16)
        known = {"ChipID": int(chip, 16), "UniqueChipID": number}
    except ValueError:
        return {}
    return {**known, "WiFiAddress": "02:" + (number & 0xFF_FFFF_FFFF).to_bytes(5, "big").hex(":")}


def _own(phone: IPhonePort, public_key: bytes) -> dict[str, Any]:
    return {
        "DevicePublicKey": public_key,
        "HostAttached": True,
        "PasswordProtected": phone.passcode_locked,
        "ProductVersion": ".".join(map(str, phone.version)),
        "ProtocolVersion": "2",
        "TimeIntervalSince1970": phone.clocks.wall_ns() / 1e9,
        "UniqueDeviceID": phone.udid,
    }


def _domain(phone: IPhonePort, domain: str) -> dict[str, Any]:
    if domain == "com.apple.security.mac.amfi" and phone.version >= (16,):
        return {"DeveloperModeStatus": phone.developer_mode}
    if domain == "com.apple.mobile.battery":
        battery = phone.battery()
        return {name: battery[source] for name, source in _BATTERY.items() if source in battery}
    return {}
