"""lockdownd: one conversation. Its words are those that libimobiledevice and pymobiledevice3 send and understand."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

from bgtask_harness.virtual.ios.port import TrustAnswer
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_harness.virtual.iphone.lockdown.offers import Offer
from bgtask_harness.virtual.iphone.lockdown.offers import by_lockdown
from bgtask_harness.virtual.iphone.lockdown.values import UNPAIRED
from bgtask_harness.virtual.iphone.lockdown.values import read

PORT = 62078
FIRST_SERVICE_PORT, LAST_PORT = 49152, 62000

_UNTRUSTED = {
    TrustAnswer.PENDING: "PairingDialogResponsePending",
    TrustAnswer.DENIED: "UserDeniedPairing",
    TrustAnswer.LOCKED: "PasswordProtected",
}


class Lockdownd:
    """What every conversation shares: the trust of the phone, its services and the ports that wait for a host."""

    def __init__(self, handset: Handset, identity: Identity) -> None:
        self.handset = handset
        self.identity = identity
        self.offers: Sequence[Offer] = ()
        """Set once they are made: one of them is lockdownd itself, through a tunnel."""
        self._waiting: dict[int, tuple[Offer, str]] = {}
        self._next = FIRST_SERVICE_PORT

    def expect(self, offer: Offer, host_id: str) -> int:
        """Have a service answer at a port, once, for one computer."""
        self._next = self._next + 1 if self._next < LAST_PORT else FIRST_SERVICE_PORT
        self._waiting[self._next] = (offer, host_id)
        return self._next

    def door(self, port: int) -> Callable[[Link], Any] | None:
        """Give who answers at a port; None refuses."""
        if port == PORT:
            return self._converse
        waiting = self._waiting.pop(port, None)
        if waiting is None:
            return None
        offer, host_id = waiting
        context = self.identity.context(host_id)
        return None if context is None else lambda link: self._begin(link, offer, host_id, context)

    async def converse_remotely(self, link: Link) -> None:
        """Answer a host that has come through a tunnel."""
        await Conversation(self, link.host_id).serve(link)

    async def _begin(self, link: Link, offer: Offer, host_id: str, context: ssl.SSLContext) -> None:
        async def service(link: Link) -> None:
            await link.begin_tls(context)
            await offer.serve(link)

        link.host_id = host_id
        await self.handset.serve(link, service, offer.lockdown)

    async def _converse(self, link: Link) -> None:
        link.release()
        await self.handset.serve(link, Conversation(self).serve, "lockdownd")


class Conversation:
    """One host's conversation with lockdownd. `trusted_host` needs no session: its tunnel was opened in one."""

    def __init__(self, lockdownd: Lockdownd, trusted_host: str = "") -> None:
        self._all = lockdownd
        self._session = trusted_host
        self._host_id = trusted_host

    async def serve(self, link: Link) -> None:
        """Answer until the host hangs up."""
        while True:
            asked = await link.receive()
            answer = self._answer(asked)
            context = self._all.identity.context(self._host_id) if answer.get("EnableSessionSSL") else None
            if context is not None:
                link.hold()
            await link.send(answer)
            if context is not None:
                await link.begin_tls(context)
                link.host_id = self._host_id

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = asked.get("Request")
        request = _REQUESTS.get(name) if isinstance(name, str) else None
        said = request(self, asked) if request is not None else {"Error": "InvalidRequest"}
        return {"Request": name or "", **said}

    def _query_type(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return {"Type": "com.apple.mobile.lockdown"}

    def _get_value(self, asked: dict[str, Any]) -> dict[str, Any]:
        domain, key = str(asked.get("Domain") or ""), str(asked.get("Key") or "")
        named: dict[str, Any] = {name: asked[name] for name in ("Domain", "Key") if name in asked}
        if not self._session and (domain or (key and key not in UNPAIRED)):
            return {**named, "Error": "GetProhibited" if domain else "MissingValue"}
        with self._all.handset.present() as phone:
            value = read(phone, domain, key, self._all.identity.public_key)
        if not self._session and not key:
            value = {name: given for name, given in value.items() if name in UNPAIRED}
        return {**named, **({"Error": "MissingValue"} if value is None else {"Value": value})}

    def _set_value(self, asked: dict[str, Any]) -> dict[str, Any]:
        domain, key = str(asked.get("Domain") or ""), str(asked.get("Key") or "")
        if not self._session:
            return {"Error": "SetProhibited"}
        with self._all.handset.present() as phone:
            done = phone.set_value(domain, key, asked.get("Value"))
        return {"Key": key, "Value": asked.get("Value")} if done else {"Error": "SetProhibited"}

    def _pair(self, asked: dict[str, Any]) -> dict[str, Any]:
        record = asked.get("PairRecord")
        if not isinstance(record, dict):
            return {"Error": "InvalidPairRecord"}
        with self._all.handset.present() as phone:
            trust = phone.trust(_host_id(asked))
        if trust is not TrustAnswer.TRUSTED:
            return {"Error": _UNTRUSTED[trust]}
        try:
            self._all.identity.pair(record)
        except ValueError:
            return {"Error": "InvalidPairRecord"}
        return {"EscrowBag": bytes(32)}

    def _validate_pair(self, asked: dict[str, Any]) -> dict[str, Any]:
        known = self._all.identity.context(_host_id(asked)) is not None
        return {} if known else {"Error": "InvalidHostID"}

    def _unpair(self, asked: dict[str, Any]) -> dict[str, Any]:
        done = self._all.identity.unpair(_host_id(asked))
        return {} if done else {"Error": "InvalidHostID"}

    def _start_session(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self._session:
            return {"Error": "SessionActive"}
        host = str(asked.get("HostID", ""))
        if self._all.identity.context(host) is None:
            return {"Error": "InvalidHostID"}
        self._session, self._host_id = str(uuid.uuid4()).upper(), host
        return {"SessionID": self._session, "EnableSessionSSL": True}

    def _stop_session(self, _asked: dict[str, Any]) -> dict[str, Any]:
        had, self._session = self._session, ""
        return {} if had else {"Error": "SessionInactive"}

    def _start_service(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = str(asked.get("Service", ""))
        if not self._session:
            return {"Error": "SessionInactive"}
        with self._all.handset.present() as phone:
            offer = by_lockdown(self._all.offers, phone, name)
        if offer is None:
            return {"Service": name, "Error": "InvalidService"}
        return {"Service": name, "Port": self._all.expect(offer, self._host_id), "EnableServiceSSL": True}


def _host_id(asked: dict[str, Any]) -> str:
    record = asked.get("PairRecord")
    return str(record.get("HostID", "")) if isinstance(record, dict) else ""


_REQUESTS: dict[str, Callable[[Conversation, dict[str, Any]], dict[str, Any]]] = {
    "QueryType": Conversation._query_type,  # noqa: SLF001 - its own table
    "GetValue": Conversation._get_value,  # noqa: SLF001 - same
    "SetValue": Conversation._set_value,  # noqa: SLF001 - same
    "Pair": Conversation._pair,  # noqa: SLF001 - same
    "ValidatePair": Conversation._validate_pair,  # noqa: SLF001 - same
    "Unpair": Conversation._unpair,  # noqa: SLF001 - same
    "StartSession": Conversation._start_session,  # noqa: SLF001 - same
    "StopSession": Conversation._stop_session,  # noqa: SLF001 - same
    "StartService": Conversation._start_service,  # noqa: SLF001 - same
}
