"""What our own mails carry (facts never-answer 2), row by row, on an answer that went through a real Postfix."""

import asyncio
import email.policy
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.decide.build import NOW, PERSON, US
from tests.lab.faults import fault_proxy
from tests.lab.mail import MailServers, mail_servers  # noqa: F401 # a fixture
from tests.service.real import Kept, RealHouse, a_mail
from triage.decide import envelope
from triage.mail import SmtpOutbox
from triage.model import Letter

OPERATOR = "operator@example.net"
ASKED = (
    "References: <first@example.jp> nonsense <second@example.jp>",
    "Reply-To: victim@example.org",
    "Disposition-Notification-To: victim@example.org",
    "Return-Receipt-To: victim@example.org",
    "X-Something: copied?",
)


@dataclass(frozen=True)
class Sent:
    """An answer as its reader's server got it, how it was handed over, and what the answer was to."""

    mail: EmailMessage
    raw: bytes
    dialogue: tuple[str, ...]
    digest: EmailMessage
    letter: Letter
    again: Letter  # what a second service, with a ledger of its own, answers to the same mail
    own: str  # the envelope sender that the ledger gives to its first letter

    def one(self, name: str) -> str:
        """The value of a header that is there once."""
        (value,) = self.mail.get_all(name, [""])
        return str(value)

    def said(self, begins: str) -> list[str]:
        return [line for line in self.dialogue if line.startswith(begins)]


@pytest.fixture(scope="module")
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    servers: MailServers = request.getfixturevalue("mail_servers")
    return asyncio.run(_answer(servers, tmp_path_factory.mktemp("answer")))


async def _answer(servers: MailServers, folder: Path) -> Sent:
    us = replace(US, verp=True, operator=OPERATOR, name="SSL 相談窓口")
    house = RealHouse(folder / "one", identity=us)
    with fault_proxy((servers.ip, servers.ports["smtp"])) as proxy:
        house.outbox = _Through(SmtpOutbox(host="127.0.0.1", port=proxy.port, tls="none"))
        service = house.service()
        await service.round()
        house.receives(a_mail(line=f'"Victim <victim@example.org>" <{PERSON}>', subject=SUBJECT, more=ASKED))
        house.receives(a_mail(body="hello", number=2))
        await service.round()
        dialogue = tuple(line for side, line in proxy.lines if side == "client")
        house.now = NOON
        assert await service.digest()
        secret = await service.ledger.secret()
        await service.close()
    (letter,) = [letter for letter in house.letters if letter.to == PERSON]
    other = RealHouse(folder / "two", identity=us)
    service = other.service()
    await service.round()
    other.receives(a_mail(subject=SUBJECT, more=ASKED, number=1))
    await service.round()
    await service.close()
    arrived = [m.as_bytes() for m in servers.wait_for_mail(PERSON)]
    digest = [m.as_bytes() for m in servers.wait_for_mail(OPERATOR)]
    (again,) = other.letters
    own = envelope(US.bounce, 1, secret)
    return Sent(_parsed(arrived[0]), letter.raw, dialogue, _parsed(digest[0]), letter, again, own)


NOON = (NOW + timedelta(days=1)).astimezone().replace(hour=12)  # a digest is written after breakfast, local time
SUBJECT = "Fwd: Re: " + "証明書 " * 60


def _parsed(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


class _Through(Kept):
    """Keeps what it hands over to the real outbox."""

    def __init__(self, inner: SmtpOutbox) -> None:
        super().__init__()
        self._inner = inner

    async def send(self, letter: Letter) -> None:
        await self._inner.send(letter)
        await super().send(letter)


def _texts(mail: EmailMessage) -> dict[str, str]:
    return {p.get_content_type(): p.get_content() for p in mail.walk() if not p.is_multipart()}


ABSENT = (
    "Reply-To", "Return-Receipt-To", "Disposition-Notification-To", "Bcc", "Cc", "X-Something", "Sender",
    "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Post", "In-Reply-To-Old",
)  # fmt: skip
ROWS: dict[str, Callable[[Sent], bool]] = {
    "MAIL FROM: the bounce address, with this letter's key": lambda s: (
        s.mail["Return-Path"] == f"<{s.own}>" and s.said("MAIL FROM")[0].startswith(f"MAIL FROM:<{s.own}>")
    ),
    "RCPT TO: one address, and no report of success or failure": lambda s: (
        s.said("RCPT")[:1] == [f"RCPT TO:<{PERSON}> NOTIFY=NEVER"] and len(s.said("RCPT")) == len(s.said("DATA")) == 1
    ),
    "From: name and address of the configuration": lambda s: s.one("From") == f"SSL 相談窓口 <{US.address}>",
    "To: the address alone, without the name that the mail gave": lambda s: s.one("To") == PERSON,
    "Date: ours": lambda s: (s.mail["Date"].datetime, s.digest["Date"].datetime) == (NOW, NOON.replace(microsecond=0)),
    "Message-ID: our domain, our prefix": lambda s: (
        s.one("Message-ID").startswith("<triage.") and s.one("Message-ID").endswith("@triage.example.net>")
    ),
    "Message-ID: follows from the mail": lambda s: s.letter.message_id == s.again.message_id == s.one("Message-ID"),
    "Subject: Re: and the cleaned subject, at most 120 characters": lambda s: (
        s.one("Subject").startswith("Re: 証明書 証明書") and len(s.one("Subject")) <= 120
    ),
    "In-Reply-To: the mail that is answered": lambda s: s.one("In-Reply-To") == "<1@example.jp>",
    "References: the valid old ones, and that mail": lambda s: (
        s.one("References").split() == ["<first@example.jp>", "<second@example.jp>", "<1@example.jp>"]
    ),
    "Auto-Submitted: auto-replied; a digest auto-generated": lambda s: (
        s.one("Auto-Submitted") == "auto-replied" and s.digest["Auto-Submitted"] == "auto-generated"
    ),
    "X-Auto-Response-Suppress: All": lambda s: s.one("X-Auto-Response-Suppress") == "All",
    "Precedence: bulk": lambda s: s.one("Precedence") == "bulk",
    "our loop header, in the digest too": lambda s: (
        s.one("X-Ssl-Triage-Loop") == s.digest["X-Ssl-Triage-Loop"] == US.instance
    ),
    "MIME: text and HTML, UTF-8, its language": lambda s: (
        s.mail.get_content_type() == "multipart/alternative"
        and list(_texts(s.mail)) == ["text/plain", "text/html"]
        and {p.get_content_charset() for p in s.mail.walk() if not p.is_multipart()} == {"utf-8"}
        and (s.one("MIME-Version"), s.one("Content-Language")) == ("1.0", "ja")
    ),
    "not present: receipts, copies of headers, lists, the original": lambda s: (
        [name for name in ABSENT if name in s.mail] == [] and not any(p.get_filename() for p in s.mail.walk())
    ),
    "not present: any word of the mail": lambda s: b"victim" not in s.raw and b"fyi" not in s.raw,
    "size: at most 60 KB": lambda s: len(s.raw) <= 60_000,
    "digest: to the operator alone, from us": lambda s: (
        s.digest["To"] == OPERATOR and US.address in s.digest["From"] and "Cc" not in s.digest
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_section_2(sent: Sent, row: str) -> None:
    assert ROWS[row](sent), sent.mail.as_string()[:3000]
