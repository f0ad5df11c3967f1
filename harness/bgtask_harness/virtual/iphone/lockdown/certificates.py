"""Keys and certificates as pairing makes them: a root of the computer's own, and below it the computer and the phone.

All with empty names, RSA 2048 and SHA-256, as iTunes has made them since iOS 10. Needs `cryptography`.
"""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
except ImportError as missing:
    raise ImportError("a virtual iPhone needs the package cryptography: pip install 'bgtask-harness[ios]'") from missing

_PEM = serialization.Encoding.PEM
_VALID = dt.timedelta(days=3650)
_BIG = 65537

CIPHERS = "ALL:!aNULL:!eNULL:@SECLEVEL=0"
"""Clients that are written for old phones offer little that OpenSSL 3 takes by itself."""


def private_key() -> rsa.RSAPrivateKey:
    """Make a key."""
    return rsa.generate_private_key(public_exponent=_BIG, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    """Write a private key."""
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    """Write a public key as lockdown's `DevicePublicKey` has it."""
    return key.public_key().public_bytes(_PEM, serialization.PublicFormat.PKCS1)


def certificate(subject: rsa.RSAPrivateKey, issuer: rsa.RSAPrivateKey, *, authority: bool = False) -> bytes:
    """Make a certificate for a key, signed with another, as PEM."""
    nobody = x509.Name([])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(nobody)
        .issuer_name(nobody)
        .public_key(subject.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    return builder.sign(issuer, hashes.SHA256()).public_bytes(_PEM)


def server_context(
    device_certificate: bytes, device_key: rsa.RSAPrivateKey, host_certificates: Sequence[bytes]
) -> ssl.SSLContext:
    """Give the TLS of a phone towards one computer: it has to show one of these certificates, and have its key.

    Raises:
        ValueError: A certificate is none, or the phone's is not for this key.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    with tempfile.TemporaryDirectory(prefix="bgtask-cert-") as folder:
        chain = Path(folder) / "device.pem"
        chain.write_bytes(device_certificate + private_pem(device_key))
        try:
            context.load_cert_chain(chain)
            context.load_verify_locations(cadata=b"\n".join(host_certificates).decode("ascii"))
        except (ssl.SSLError, UnicodeDecodeError) as error:
            raise ValueError(f"no certificate for this phone's key: {error}") from error
    context.verify_mode = ssl.CERT_REQUIRED
    # names are empty, so OpenSSL takes each certificate for its own issuer: it is trusted by itself or not at all
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def new_record(device: rsa.RSAPrivateKey) -> dict[str, Any]:
    """Make what a computer keeps of a pairing (`PairRecord`), without its SystemBUID."""
    root, host = private_key(), private_key()
    return {
        "DeviceCertificate": certificate(device, root),
        "HostCertificate": certificate(host, root),
        "HostPrivateKey": private_pem(host),
        "RootCertificate": certificate(root, root, authority=True),
        "RootPrivateKey": private_pem(root),
        "HostID": str(uuid.uuid4()).upper(),
        "EscrowBag": bytes(32),
    }
