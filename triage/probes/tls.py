"""The certificate that an address serves for a name, and what a browser would object to: AskTls → TlsAnswer.

One handshake that accepts anything, old servers too; the chain that came is judged offline, since ssl reports only
the first fault and differs between Python versions.
"""

import ipaddress
import ssl
import warnings
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import certifi
from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import NameOID

from triage.model import AskTls, Certificate, Fault, TlsAnswer
from triage.ports import Clock
from triage.probes.failing import Failed, plain
from triage.probes.http import server_name
from triage.probes.turns import Asking
from triage.probes.wire import Wire, seal

MOST_CERTIFICATES = 10  # of a chain
MOST_NAMES = 250


class Tls:
    def __init__(self, wire: Wire, ca_file: Path | None, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._context = diagnostic_context()
        self._ca_file = ca_file

    async def ask(self, question: AskTls, asking: Asking) -> TlsAnswer:
        name = question.name.removeprefix("*.")
        async with self._wire.open(question.address, 443, asking) as stream:
            sealed = await seal(stream, self._context, server_name(name), asking)
            chain, version = served_chain(sealed.tls), sealed.tls.version() or ""
        if not chain:
            raise Failed(Fault.TLS, "no certificate was shown")
        return TlsAnswer(certificate(chain, name, self._clock(), self._ca_file), version)


def diagnostic_context() -> ssl.SSLContext:
    """Speaks with anything that speaks TLS at all: 1.0 and newer, weak keys and ciphers, unsafe renegotiation."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= 0x4  # SSL_OP_LEGACY_SERVER_CONNECT, without a name before Python 3.12
    return context


def served_chain(tls: ssl.SSLObject) -> list[bytes]:
    """The certificates that the server sent, leaf first, in DER."""
    if hasattr(tls, "get_unverified_chain"):  # Python 3.13
        return list(cast("Any", tls).get_unverified_chain())[:MOST_CERTIFICATES]
    chain = cast("Any", tls)._sslobj.get_unverified_chain() or []
    return [c.public_bytes(2) for c in chain[:MOST_CERTIFICATES]]  # 2: DER


def certificate(chain: list[bytes], name: str, now: datetime, ca_file: Path | None) -> Certificate:
    """The leaf as a value. Raises Failed where it is no certificate at all."""
    try:
        leaf = x509.load_der_x509_certificate(chain[0])
        names = _names(leaf)
        return Certificate(
            issuer=_called(leaf.issuer),
            not_before=leaf.not_valid_before_utc,
            not_after=leaf.not_valid_after_utc,
            names=names,
            fault=", ".join(_faults(leaf, chain[1:], names, name, now, ca_file)) or None,
            serial=f"{leaf.serial_number:x}",
        )
    except (ValueError, TypeError, x509.DuplicateExtension) as error:
        raise Failed(Fault.GARBLED, f"the certificate cannot be read: {error}") from error


def _faults(
    leaf: x509.Certificate, others: list[bytes], names: tuple[str, ...], name: str, now: datetime, ca_file: Path | None
) -> list[str]:
    """All that a browser would object to, the plainest first."""
    faults: list[str] = []
    if now > leaf.not_valid_after_utc:
        faults.append("expired")
    if now < leaf.not_valid_before_utc:
        faults.append("not yet valid")
    if not any(covers(n, name) for n in names):
        faults.append("wrong name")
    if leaf.issuer == leaf.subject:
        faults.append("self-signed")
    elif not _trusted(leaf, others, names, now, ca_file):
        faults.append("untrusted chain")
    return faults


def covers(pattern: str, name: str) -> bool:
    """RFC 6125: equal, or a wildcard for exactly the first label."""
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return pattern == name


def _trusted(
    leaf: x509.Certificate, others: list[bytes], names: tuple[str, ...], now: datetime, ca_file: Path | None
) -> bool:
    """Does the chain lead to a root we trust? Times and names are judged apart, so both are made to fit here."""
    subject = _subject(names)
    if subject is None:
        return False
    moment = min(max(now, leaf.not_valid_before_utc), leaf.not_valid_after_utc)
    anything = verification.ExtensionPolicy.permit_all()
    leaves = anything.require_present(x509.SubjectAlternativeName, verification.Criticality.AGNOSTIC, None)
    authorities = anything.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)
    verifier = (
        verification.PolicyBuilder()
        .store(_roots(ca_file))
        .time(moment.replace(tzinfo=None))
        .extension_policies(ca_policy=authorities, ee_policy=leaves)
        .build_server_verifier(subject)
    )
    try:
        verifier.verify(leaf, [x509.load_der_x509_certificate(der) for der in others])
    except verification.VerificationError:
        return False
    return True


def _subject(names: tuple[str, ...]) -> x509.DNSName | x509.IPAddress | None:
    for name in names:
        try:
            return x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            return x509.DNSName(f"any{name[1:]}" if name.startswith("*.") else name)
    return None


@lru_cache(maxsize=4)
def _roots(ca_file: Path | None) -> verification.Store:
    """The public roots; with a `ca_file` those in it as well."""
    files = [Path(certifi.where()), *([ca_file] if ca_file else [])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one old root has a serial number that RFC 5280 forbids
        return verification.Store([c for file in files for c in x509.load_pem_x509_certificates(file.read_bytes())])


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return tuple(plain(str(a.value)).lower() for a in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME))
    names = [n.lower() for n in found.get_values_for_type(x509.DNSName)]
    names += [str(a) for a in found.get_values_for_type(x509.IPAddress)]
    return tuple(plain(n) for n in names[:MOST_NAMES])


def _called(name: x509.Name) -> str:
    """Organization and common name, as people know an issuer: "Let's Encrypt R11"."""
    parts = [
        str(a.value)
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        for a in name.get_attributes_for_oid(oid)[:1]
    ]
    if len(parts) == 2 and parts[1].startswith(parts[0]):
        parts = parts[1:]
    return plain(" ".join(parts)) or plain(name.rfc4514_string())


def utc_now() -> datetime:
    return datetime.now(UTC)
