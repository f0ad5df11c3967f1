"""Which computers a phone trusts, and with which certificate it shows itself to each."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from bgtask_harness.virtual.iphone.lockdown.certificates import new_record
from bgtask_harness.virtual.iphone.lockdown.certificates import private_key
from bgtask_harness.virtual.iphone.lockdown.certificates import public_pem
from bgtask_harness.virtual.iphone.lockdown.certificates import server_context


class Identity:
    """The phone's key, and the pairings made with it. They outlive a reboot.

    With `paired` there is one from the beginning: the computer that the phone was set up with.
    """

    def __init__(self, *, paired: bool = True) -> None:
        self._key = private_key()
        self._paired = paired
        self._hosts: dict[str, ssl.SSLContext] = {}

    @cached_property
    def public_key(self) -> bytes:
        """`DevicePublicKey`."""
        return public_pem(self._key)

    @cached_property
    def record(self) -> dict[str, Any] | None:
        """The record of the computer that the phone was set up with; None when there was none."""
        if not self._paired:
            return None
        made = new_record(self._key)
        self.pair(made)
        return made

    def pair(self, record: Mapping[str, Any]) -> None:
        """Trust a computer from now on.

        Raises:
            ValueError: Its record lacks something, or the certificate in it is not for this phone.

        """
        host = record.get("HostID")
        device, *theirs = (record.get(f"{name}Certificate") for name in ("Device", "Host", "Root"))
        shown = [each for each in theirs if isinstance(each, bytes)]
        if not isinstance(host, str) or not isinstance(device, bytes) or not shown:
            raise ValueError("a pair record needs HostID, DeviceCertificate and a certificate of the computer's")
        self._hosts[host] = server_context(device, self._key, shown)

    def unpair(self, host_id: str) -> bool:
        """Trust it no longer; False when it was not trusted."""
        return self._hosts.pop(host_id, None) is not None

    def context(self, host_id: str) -> ssl.SSLContext | None:
        """Give the TLS towards that computer; None when it is not trusted."""
        return self._hosts.get(host_id)
