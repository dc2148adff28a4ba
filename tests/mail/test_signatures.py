"""DKIM verified by ourselves: real signatures, made here, and every way in which one must not count."""

import base64
import hashlib
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from triage.mail import Signatures
from triage.model import AskDns, Authentication, DnsAnswer, Failure, Fault, Observation, Question, Record
from triage.unwrap import unwrap

MAIL = b"From: Owner <owner@example.jp>\r\nTo: ssl@triage.example.net\r\nSubject: Fwd: SSL\r\n\r\nhello\r\n"
KEY = "mail._domainkey.example.jp"


@cache
def pair(bits: int) -> tuple[bytes, str]:
    """A private key, and the record that tells the public one."""
    key = rsa.generate_private_key(65537, bits)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()


def signed(mail: bytes = MAIL, domain: str = "example.jp", bits: int = 2048, **more: object) -> bytes:
    headers = more.pop("include_headers", [b"from", b"subject"])
    return dkim.sign(mail, b"mail", domain.encode(), pair(bits)[0], include_headers=headers, **more) + mail


class Zone:
    """Probes that know these TXT records, and keep what they were asked."""

    def __init__(self, records: Mapping[str, tuple[str, ...] | Fault]) -> None:
        self._records, self.asked = records, list[Question]()

    sources: tuple[str, ...] = ()

    @asynccontextmanager
    async def round(self, deadline: float) -> AsyncGenerator["Zone"]:
        yield self

    def start(self, questions: Iterable[Question]) -> None:
        self.asked += questions

    async def __aiter__(self) -> AsyncIterator[Observation]:
        for question in self.asked:
            assert isinstance(question, AskDns)
            found = self._records.get(question.name, ())
            answer = Failure(found) if isinstance(found, Fault) else _txt(question.name, found)
            yield Observation(question, answer, datetime(2026, 11, 28, tzinfo=UTC))

    async def close(self) -> None: ...


def _txt(name: str, values: tuple[str, ...]) -> DnsAnswer:
    return DnsAnswer("NOERROR", tuple(Record(name, "TXT", 60, value) for value in values))


async def vouch(raw: bytes, zone: Zone | None = None, seconds: float = 10.0) -> Authentication:
    return await Signatures(zone or Zone({KEY: (pair(2048)[1],)}), seconds).vouch(unwrap(raw), raw)


async def test_shown_a_signature_of_the_domain_in_from() -> None:
    proven = Authentication("example.jp", "a DKIM signature of example.jp was verified here")
    assert await vouch(signed()) == proven
    assert await vouch(signed().replace(b"\r\n", b"\n")) == proven  # as a Maildir keeps it


async def test_shown_a_signature_of_the_same_organization() -> None:
    zone = Zone({"mail._domainkey.mx.example.jp": (pair(2048)[1],)})
    assert (await vouch(signed(domain="mx.example.jp"), zone)).domain == "example.jp"


async def test_shown_among_signatures_that_prove_nothing() -> None:
    broken = signed().replace(b"b=", b"b=AAAA", 1)
    assert (await vouch(broken[: broken.index(b"From:")] + signed())).domain == "example.jp"


FORGERIES = {
    "body changed": signed().replace(b"hello", b"hullo"),
    "From changed": signed().replace(b"owner@", b"other@"),
    "From once more": signed().replace(b"From:", b"From: a@example.jp\r\nFrom:", 1),
    "no signature": MAIL,
    "another organization's": signed(domain="example.com"),
    "length given": signed(length=True),
    "length given, text appended": signed(length=True) + b"more\r\n",
    "SHA-1": signed(signature_algorithm=b"rsa-sha1"),
    "signature of nothing": signed().replace(b"b=", b"b=; x=", 1),
    "expired": re.sub(rb"\bt=\d+;", b"t=1; x=2;", signed()),
    "a public suffix": signed(domain="co.jp"),
}


@pytest.mark.parametrize("why", FORGERIES)
async def test_ruled_out(why: str) -> None:
    every = {f"mail._domainkey.{d}": (pair(2048)[1],) for d in ("example.jp", "example.com", "co.jp")}
    assert (await vouch(FORGERIES[why], Zone(every))).domain is None


async def test_ruled_out_where_from_is_not_signed() -> None:
    raw = signed_without_from()
    assert dkim.verify(raw, dnsfunc=lambda *_, **__: pair(2048)[1].encode()), "dkimpy alone would take it"
    assert (await vouch(raw)).domain is None


def signed_without_from() -> bytes:
    """By hand: no library signs so."""
    digest = base64.b64encode(hashlib.sha256(b"hello\r\n").digest()).decode()
    header = f"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=example.jp; s=mail; h=subject; bh={digest}; b="
    key = serialization.load_pem_private_key(pair(2048)[0], None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = key.sign(b"Subject: Fwd: SSL\r\n" + header.encode(), padding.PKCS1v15(), hashes.SHA256())
    return header.encode() + base64.b64encode(signature) + b"\r\n" + MAIL


async def test_ruled_out_where_a_broken_signature_lends_its_key_to_one_with_a_length() -> None:
    broken = signed().partition(b"From:")[0].replace(b"bh=", b"bh=AAAA", 1)
    assert (await vouch(broken + signed(length=True) + b"more\r\n")).domain is None


KEYS = {
    "no record": (),
    "two records": (pair(2048)[1], pair(2048)[1]),
    "revoked": ("v=DKIM1; p=",),
    "testing": (pair(2048)[1] + "; t=y",),
    "not a key": ("v=DKIM1; p=AAAA",),
    "not ASCII": ("v=DKIM1; n=鍵",),
    "another key": (pair(1024)[1],),
    "not for mail": (pair(2048)[1] + "; s=tlsrpt",),
    "DNS silent": Fault.TIMEOUT,
}


@pytest.mark.parametrize("why", KEYS)
async def test_unknown_without_a_sound_key(why: str) -> None:
    assert (await vouch(signed(), Zone({KEY: KEYS[why]}))).domain is None


async def test_shown_with_the_smallest_key_that_is_allowed() -> None:
    raw = signed(bits=1024)
    assert (await vouch(raw, Zone({KEY: (pair(1024)[1],)}))).domain == "example.jp"


async def test_nobody_is_asked_for_a_signature_that_could_prove_nothing() -> None:
    zone = Zone({})
    for raw in (MAIL, signed(domain="example.com"), signed(length=True), signed().replace(b"s=mail", b"s=../x")):
        await vouch(raw, zone)
    assert zone.asked == []


async def test_at_most_three_keys_are_asked_for() -> None:
    zone = Zone({})
    many = b"".join(b"DKIM-Signature: d=example.jp; s=k%d\r\n" % n for n in range(50))
    await vouch(many + MAIL, zone)
    assert len(zone.asked) == 3


@pytest.mark.parametrize(
    "mail",
    [
        MAIL + b" " * 1_000_000 + b"x\r\n",
        MAIL + (b" \t" * 200 + b"x") * 4000 + b"\r\n",
        MAIL + (b"x" * 900 + b"\r\n") * 3000,
    ],
    ids=["blanks in one run", "blanks in many runs", "three million octets"],
)
async def test_a_mail_that_is_too_much_is_not_verified_for_ever(mail: bytes) -> None:
    started = time.monotonic()
    header = signed()[: signed().index(b"From:")].replace(b"c=relaxed/simple", b"c=relaxed/relaxed")
    assert (await vouch(header + mail, seconds=3.0)).domain is None
    assert time.monotonic() - started < 6


async def test_a_worker_that_is_killed_proves_nothing() -> None:
    assert (await vouch(signed(), seconds=0.01)).domain is None
