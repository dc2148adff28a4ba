"""What every outbox promises: the same tests against a Maildir and against a real Postfix, in each kind of TLS."""

import email
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest

from tests.lab.mail import PASSWORD, MailServers, mail_servers  # noqa: F401 # a fixture
from triage.mail import MaildirOutbox, SmtpOutbox
from triage.model import Letter
from triage.ports import Outbox

_numbers = itertools.count()
SUBMISSION = {"none": "smtp", "starttls": "submission", "implicit": "submissions"}


@dataclass
class Post:
    outbox: Outbox
    to: str
    arrived: Callable[[int], list[Message]]


@pytest.fixture(params=["maildir", "smtp none", "smtp starttls", "smtp implicit"])
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    kind, _, tls = request.param.partition(" ")
    made = a_folder(tmp_path / "out") if kind == "maildir" else a_server(request, tls)
    yield made
    await made.outbox.close()


def a_folder(path: Path) -> Post:
    def arrived(_count: int) -> list[Message]:
        return [email.message_from_bytes(f.read_bytes()) for f in sorted((path / "new").glob("*"))]

    return Post(MaildirOutbox(path), "owner@example.jp", arrived)


def a_server(request: pytest.FixtureRequest, tls: str) -> Post:
    servers: MailServers = request.getfixturevalue("mail_servers")
    to = f"owner{next(_numbers)}@example.jp"
    outbox = SmtpOutbox(
        host="127.0.0.1",
        port=servers.ports[SUBMISSION[tls]],
        tls=tls,  # type: ignore[arg-type]
        user=None if tls == "none" else "outbox@lab.example",
        password=PASSWORD,
        ca_file=servers.ca_file,
    )
    return Post(outbox, to, lambda count: servers.wait_for_mail(to, count))


def a_letter(to: str, number: int = 1, body: bytes = b"hello\r\n") -> Letter:
    message_id = f"<triage.{number}@triage.example>"
    raw = f"From: triage@triage.example\r\nTo: {to}\r\nMessage-ID: {message_id}\r\nSubject: s\r\n\r\n".encode() + body
    return Letter("bounce@triage.example", to, message_id, raw)


async def test_what_was_sent_arrives(post: Post) -> None:
    body = b"first\r\n.\r\n..dots\r\n.leading\r\n\r\nlast\r\n"
    await post.outbox.send(a_letter(post.to, body=body))
    (mail,) = post.arrived(1)
    assert (mail["Message-ID"], mail["To"]) == ("<triage.1@triage.example>", post.to)
    assert str(mail.get_payload()).replace("\r\n", "\n") == body.decode().replace("\r\n", "\n")


async def test_8_bit_octets_arrive_as_they_are(post: Post) -> None:
    body = "証明書\r\n".encode()
    await post.outbox.send(a_letter(post.to, body=body))
    (mail,) = post.arrived(1)
    assert mail.get_payload(decode=True) == body.replace(b"\r\n", b"\n")


async def test_two_letters_are_two_mails(post: Post) -> None:
    for number in (1, 2):
        await post.outbox.send(a_letter(post.to, number))
    assert {m["Message-ID"] for m in post.arrived(2)} == {"<triage.1@triage.example>", "<triage.2@triage.example>"}


async def test_checked_without_sending(post: Post) -> None:
    await post.outbox.check()
    assert post.arrived(0) == []


async def test_closed_twice(post: Post) -> None:
    await post.outbox.close()
    await post.outbox.close()
