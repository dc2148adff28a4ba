"""The served certificate, and what a browser would object to, over real handshakes."""

import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.probes.servers import answer, closed_port, page, probes, tcp
from triage.model import AskHttp, AskTls, Failure, Fault, TlsAnswer
from triage.probes.tls import covers

NOW = datetime.now(UTC)
DAY = dt.timedelta(days=1)
AUTHORITY = trustme.CA(organization_name="Lab Authority")


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return path


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed(tmp_path: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(0xABC)
        .not_valid_before(NOW - DAY).not_valid_after(NOW + 30 * DAY)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "self.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@asynccontextmanager
async def web(context: ssl.SSLContext) -> AsyncIterator[int]:
    async with tcp(page(b""), tls=context) as port:
        yield port


async def shown(
    context: ssl.SSLContext, ca_file: Path | None, name: str = "example.com", **settings: object
) -> TlsAnswer:
    async with web(context) as port:
        got = await answer(probes(ports={443: port}, ca_file=ca_file, **settings), AskTls(name, "127.0.0.1"))
    assert isinstance(got, TlsAnswer), got
    return got


async def test_a_good_certificate(ca_file: Path) -> None:
    got = await shown(serving(AUTHORITY.issue_cert("example.com", "*.example.com")), ca_file)
    assert got.version == "TLSv1.3"
    assert got.certificate.names == ("example.com", "*.example.com")
    assert got.certificate.issuer.startswith("Lab Authority")
    assert got.certificate.not_before < NOW < got.certificate.not_after
    assert got.certificate.fault is None


async def test_expired(ca_file: Path) -> None:
    got = await shown(serving(AUTHORITY.issue_cert("example.com", not_after=NOW - DAY)), ca_file)
    assert got.certificate.fault == "expired"


async def test_wrong_name(ca_file: Path) -> None:
    got = await shown(serving(AUTHORITY.issue_cert("example.net")), ca_file)
    assert got.certificate.fault == "wrong name"


async def test_expired_and_wrong_name_and_unknown_authority() -> None:
    got = await shown(serving(AUTHORITY.issue_cert("example.net", not_after=NOW - DAY)), None)
    assert got.certificate.fault == "expired, wrong name, untrusted chain"


async def test_unknown_authority() -> None:
    assert (await shown(serving(AUTHORITY.issue_cert("example.com")), None)).certificate.fault == "untrusted chain"


async def test_self_signed(tmp_path: Path) -> None:
    got = await shown(self_signed(tmp_path), None)
    assert (got.certificate.fault, got.certificate.names, got.certificate.serial) == (
        "self-signed",
        ("example.com",),
        "abc",
    )


async def test_intermediate_sent_and_missing(ca_file: Path) -> None:
    middle = AUTHORITY.create_child_ca()
    leaf = middle.issue_cert("example.com")
    whole = await shown(serving(leaf), ca_file)
    alone = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.private_key_pem.tempfile() as key, leaf.cert_chain_pems[0].tempfile() as certificate:
        alone.load_cert_chain(certificate, key)
    short = await shown(alone, ca_file)
    assert (whole.certificate.fault, short.certificate.fault) == (None, "untrusted chain")


async def test_the_clock_decides_about_expiry(ca_file: Path) -> None:
    leaf = AUTHORITY.issue_cert("example.com", not_after=NOW + 10 * DAY)
    got = await shown(serving(leaf), ca_file, clock=lambda: NOW + 11 * DAY)
    assert got.certificate.fault == "expired"


async def test_an_old_server_still_shows_its_certificate(ca_file: Path) -> None:
    context = serving(AUTHORITY.issue_cert("example.com"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1
    async with web(context) as port:
        asker = {"ports": {443: port}, "ca_file": ca_file}
        certificate = await answer(probes(**asker), AskTls("example.com", "127.0.0.1"))
        hop = await answer(probes(**asker), AskHttp("https", "example.com", "127.0.0.1", "/"))
    assert isinstance(certificate, TlsAnswer)
    assert certificate.version == "TLSv1"
    assert isinstance(hop, Failure)
    assert hop.fault in (Fault.TLS, Fault.CLOSED)  # some say why, some just close


async def hello_then(*parts: bytes) -> Failure:
    async def talk(reader, writer) -> None:  # type: ignore[no-untyped-def]
        await reader.read(1)
        for part in parts:
            writer.write(part)
            await writer.drain()

    async with tcp(talk) as port:
        got = await answer(probes(ports={443: port}), AskTls("example.com", "127.0.0.1"))
    assert isinstance(got, Failure)
    return got


async def test_what_speaks_instead_of_tls() -> None:
    assert await hello_then(b"HTTP/1.1 400 Bad Request\r\n\r\n") == Failure(Fault.TLS, "plain HTTP instead of TLS")
    assert await hello_then(b"SSH-2.0-x\r\n") == Failure(Fault.TLS, "not TLS; first bytes: SSH-2.0-x\\x0d\\x0a")
    assert await hello_then(b"\x15\x03\x03\0\2\2\x70") == Failure(Fault.TLS, "alert: unrecognized name")
    assert await hello_then() == Failure(Fault.TLS, "closed during the TLS handshake")


async def test_a_handshake_without_end_is_cut() -> None:
    # One message that never comes to its end: OpenSSL bounds it.
    assert (await hello_then(*[b"\x16\x03\x03\x40\x00" + b"\x02\x00\xff\xff" + b"x" * 16380] * 100)).fault in (
        Fault.TOO_LARGE, Fault.TLS)  # fmt: skip


async def test_a_closed_port() -> None:
    got = await answer(probes(ports={443: closed_port()}), AskTls("example.com", "127.0.0.1"))
    assert isinstance(got, Failure)
    assert got.fault is Fault.REFUSED


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("example.com", "example.com", True),
        ("example.com", "www.example.com", False),
        ("*.example.com", "www.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.b.example.com", False),
    ],
)
def test_which_names_a_certificate_covers(pattern: str, name: str, fits: bool) -> None:
    assert covers(pattern, name) is fits
