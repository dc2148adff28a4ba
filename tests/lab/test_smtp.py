"""The SMTP outbox against a real Postfix, with and without something broken on the way."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.lab.faults import Action, FaultProxy, fault_proxy
from tests.lab.mail import PASSWORD, MailServers, free_ports, mail_servers  # noqa: F401 # a fixture
from triage.mail import SmtpOutbox, compose
from triage.model import Identity, Letter, Note, Permanent, Temporary, Thread, Trouble, Uncertain

_numbers = itertools.count()
NOON = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


@pytest.fixture
def servers(request: pytest.FixtureRequest) -> MailServers:
    return request.getfixturevalue("mail_servers")


@pytest.fixture
def proxy(servers: MailServers) -> Iterator[FaultProxy]:
    with fault_proxy((servers.ip, servers.ports["smtp"])) as proxy:
        yield proxy


def a_letter(to: str = "", sender: str = "bounce@triage.example", body: bytes = b"hello\r\n") -> Letter:
    number = next(_numbers)
    to = to or f"smtp{number}@example.jp"
    message_id = f"<triage.{number}@triage.example>"
    return Letter(sender, to, message_id, f"To: {to}\r\nMessage-ID: {message_id}\r\n\r\n".encode() + body)


def an_outbox(port: int, tls: str = "none", **more: object) -> SmtpOutbox:
    settings: dict[str, object] = {"host": "127.0.0.1", "timeout": 2.0, "dot_timeout": 2.0, **more}
    return SmtpOutbox(port=port, tls=tls, **settings)  # type: ignore[arg-type]


async def refused(outbox: SmtpOutbox, letter: Letter) -> Trouble:
    with pytest.raises(Trouble) as trouble:
        await outbox.send(letter)
    assert PASSWORD not in str(trouble.value) + trouble.value.hint
    return trouble.value


# ---- what the server says


@pytest.mark.fault(number=19)
@pytest.mark.fault(number=20)
@pytest.mark.parametrize(
    ("letter", "kind", "words"),
    [
        (a_letter("550@example.jp"), Permanent, "the recipient was refused (550 5.1.1"),
        (a_letter("571@example.jp"), Permanent, "the server's policy forbids it (554 5.7.1"),
        (a_letter("450@example.jp"), Temporary, "the recipient was put off (450 4.7.1"),
        (a_letter("421@example.jp"), Temporary, "421 4.3.2"),
        (a_letter(sender="552@triage.example"), Permanent, "the letter was refused (552 5.3.4"),
        (a_letter(sender="451@triage.example"), Temporary, "the letter was refused (451 4.3.0"),
    ],
    ids=lambda value: value.to if isinstance(value, Letter) else None,
)
async def test_refusals(servers: MailServers, letter: Letter, kind: type[Trouble], words: str) -> None:
    trouble = await refused(an_outbox(servers.ports["smtp"]), letter)
    assert type(trouble) is kind
    assert words in str(trouble)


@pytest.mark.fault(number=12)
async def test_the_wait_that_a_server_asks_for_is_handed_on(servers: MailServers) -> None:
    trouble = await refused(an_outbox(servers.ports["smtp"]), a_letter("450@example.jp"))
    assert isinstance(trouble, Temporary)
    assert trouble.wait == 300


@pytest.mark.fault(number=22)
async def test_a_letter_larger_than_the_server_takes_is_not_even_begun(servers: MailServers, proxy: FaultProxy) -> None:
    trouble = await refused(an_outbox(proxy.port), a_letter(body=b"x" * 250_000))
    assert isinstance(trouble, Permanent)
    assert "the server takes 200000" in str(trouble)
    assert not any(line.startswith("MAIL") for _, line in proxy.lines)


async def test_size_dsn_and_8_bit_are_used_where_they_are_offered(proxy: FaultProxy) -> None:
    letter = a_letter(body="あ\r\n".encode())
    await an_outbox(proxy.port).send(letter)
    sent = [line for side, line in proxy.lines if side == "client"]
    assert f"MAIL FROM:<bounce@triage.example> SIZE={len(letter.raw)} BODY=8BITMIME" in sent
    assert f"RCPT TO:<{letter.to}> NOTIFY=NEVER" in sent


@pytest.mark.fault(number=23)
async def test_a_server_without_extensions_gets_plain_smtp(servers: MailServers, proxy: FaultProxy) -> None:
    proxy.add("server", "8BITMIME|DSN|SIZE.*", "replace", "HELP", once=False)
    letter = a_letter()
    await an_outbox(proxy.port).send(letter)
    sent = [line for side, line in proxy.lines if side == "client"]
    assert sent[1:3] == ["MAIL FROM:<bounce@triage.example>", f"RCPT TO:<{letter.to}>"]
    assert len(servers.wait_for_mail(letter.to)) == 1


async def test_check_names_the_sender_and_sends_nothing(proxy: FaultProxy) -> None:
    await an_outbox(proxy.port, sender="bounce@triage.example", tagged=True).check()
    sent = [line.partition(":")[0] for side, line in proxy.lines if side == "client"]
    assert sent[1:] == ["MAIL FROM", "RSET", "QUIT"]
    assert "MAIL FROM:<bounce+0-check@triage.example>" in [line for _, line in proxy.lines]


async def test_check_finds_a_sender_that_is_refused(proxy: FaultProxy) -> None:
    proxy.add("server", "^250 2.1.0.*", "replace", "553 5.7.1 not owned by that user")
    with pytest.raises(Permanent, match=r"the sender bounce@triage\.example was refused") as refusal:
        await an_outbox(proxy.port, sender="bounce@triage.example").check()
    assert "identity.bounce" in refusal.value.hint


# ---- TLS and login


@pytest.mark.fault(number=17)
async def test_starttls_stripped_on_the_way_sends_nothing(servers: MailServers) -> None:
    with fault_proxy((servers.ip, servers.ports["submission"])) as proxy:
        proxy.add("server", "STARTTLS", "replace", "HELP", once=False)
        outbox = an_outbox(proxy.port, "starttls", user="u@lab.example", password=PASSWORD, ca_file=servers.ca_file)
        trouble = await refused(outbox, a_letter())
        sent = [line.split()[0] for side, line in proxy.lines if side == "client"]
    assert "does not offer STARTTLS" in str(trouble)
    assert sent == ["EHLO"]


@pytest.mark.fault(number=18)
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_a_certificate_of_an_unknown_authority_is_refused(servers: MailServers, tls: str) -> None:
    port = servers.ports["submissions" if tls == "implicit" else "submission"]
    trouble = await refused(an_outbox(port, tls), a_letter())
    assert "certificate is not accepted" in str(trouble)
    assert "ca_file" in trouble.hint


@pytest.mark.fault(number=18)
@pytest.mark.attack(number=38)
@pytest.mark.parametrize(
    ("port", "host", "reason"),
    [("expired", "127.0.0.1", "expired"), ("alone", "127.0.0.1", "self-signed"), ("submissions", "127.1", "mismatch")],
    ids=["expired", "signed by itself", "of another host"],
)
async def test_a_wrong_certificate_is_told(servers: MailServers, port: str, host: str, reason: str) -> None:
    outbox = an_outbox(servers.ports[port], "implicit", host=host, ca_file=servers.ca_file, user="u", password=PASSWORD)
    trouble = await refused(outbox, a_letter())
    assert "certificate is not accepted" in str(trouble)
    assert reason in str(trouble)


@pytest.mark.fault(number=24)
async def test_a_wrong_password_is_the_set_up_s_fault_and_not_the_letter_s(servers: MailServers) -> None:
    outbox = an_outbox(
        servers.ports["submissions"], "implicit", user="u@lab.example", password="wrong", ca_file=servers.ca_file
    )
    trouble = await refused(outbox, a_letter())
    assert type(trouble) is Temporary
    assert "does not accept user and password" in str(trouble)
    assert trouble.wait == 900


async def test_tls_where_there_is_none(servers: MailServers) -> None:
    trouble = await refused(an_outbox(servers.ports["smtp"], "implicit", ca_file=servers.ca_file), a_letter())
    assert type(trouble) is Temporary
    assert "no TLS there" in str(trouble)


async def test_nobody_there() -> None:
    trouble = await refused(an_outbox(free_ports(1)[0]), a_letter())
    assert type(trouble) is Temporary
    assert "cannot be reached" in str(trouble)


# ---- the line


@pytest.mark.fault(number=21)
async def test_cut_after_the_dot_is_uncertain_and_the_letter_has_arrived(
    servers: MailServers, proxy: FaultProxy
) -> None:
    proxy.add("server", "^250.*queued", "cut")
    letter = a_letter()
    trouble = await refused(an_outbox(proxy.port), letter)
    assert isinstance(trouble, Uncertain)
    assert "Message-ID" in trouble.hint
    assert len(servers.wait_for_mail(letter.to)) == 1


@pytest.mark.fault(number=21)
async def test_silence_after_the_dot_is_uncertain(proxy: FaultProxy) -> None:
    proxy.add("server", "^250.*queued", "stall")
    started = time.monotonic()
    assert isinstance(await refused(an_outbox(proxy.port, dot_timeout=0.5), a_letter()), Uncertain)
    assert time.monotonic() - started < 6


@pytest.mark.fault(number=21)
async def test_garbage_after_the_dot_is_uncertain(proxy: FaultProxy) -> None:
    proxy.add("server", "^250.*queued.*", "replace", "what?")
    assert isinstance(await refused(an_outbox(proxy.port), a_letter()), Uncertain)


@pytest.mark.parametrize("line", ["^220", "^250-mail", "^250 2.1.0", "^250 2.1.5", "^354"])
async def test_silence_before_the_dot_means_not_sent(servers: MailServers, proxy: FaultProxy, line: str) -> None:
    proxy.add("server", line, "stall")
    letter = a_letter()
    trouble = await refused(an_outbox(proxy.port, timeout=0.4), letter)
    assert type(trouble) is Temporary
    await asyncio.sleep(0.2)
    assert servers.mails(letter.to) == []


async def test_a_421_after_the_dot_is_a_clear_no(proxy: FaultProxy) -> None:
    proxy.add("server", "^250.*queued.*", "replace", "421 4.3.2 shutting down, retry in 60 seconds")
    trouble = await refused(an_outbox(proxy.port), a_letter())
    assert type(trouble) is Temporary
    assert trouble.wait == 60


async def broken_at(at: int, breaking: Action, servers: MailServers) -> tuple[str, object, int, int]:
    """The line, what was said, how many letters arrived; and how many after it was sent again without a fault."""
    letter, said, wait = a_letter(), None, 0.5 if breaking == "stall" else 2.0
    with fault_proxy((servers.ip, servers.ports["smtp"])) as proxy:
        proxy.break_at, proxy.breaking = at, breaking
        try:
            await an_outbox(proxy.port, timeout=wait, dot_timeout=wait).send(letter)
        except Trouble as trouble:
            said = type(trouble)
    arrived = len(await asyncio.to_thread(servers.wait_for_mail, letter.to, 1, 5 if said is None else 0.5))
    if said is not None:
        await an_outbox(servers.ports["smtp"]).send(letter)
    found = await asyncio.to_thread(servers.wait_for_mail, letter.to, arrived + (said is not None))
    assert {mail["Message-ID"] for mail in found} <= {letter.message_id} or breaking == "garble"
    return f"{at} {proxy.lines[at : at + 1]}", said, arrived, len(found)


@pytest.mark.fault(number=1)
@pytest.mark.fault(number=2)
@pytest.mark.fault(number=3)
@pytest.mark.attack(number=38)
@pytest.mark.parametrize("breaking", ["cut", "stall", "garble"])
async def test_broken_at_every_line_nothing_is_lost_and_nothing_sent_by_surprise(
    servers: MailServers, proxy: FaultProxy, breaking: Action
) -> None:
    """Not sent is said only where nothing arrives; sent only where it does; Uncertain may be either."""
    await an_outbox(proxy.port).send(a_letter())
    length = len(proxy.lines)
    assert length > 15
    turns = asyncio.Semaphore(6)

    async def one(at: int) -> tuple[str, object, int, int]:
        async with turns:
            return await broken_at(at, breaking, servers)

    ends = await asyncio.gather(*(one(at) for at in range(length)))
    # A server that does not know a garbled command refuses it for good: a person hears of it.
    allowed = {(None, 1, 1), (Temporary, 0, 1), (Uncertain, 0, 1), (Uncertain, 1, 2)}
    allowed |= {(Permanent, 0, 1)} if breaking == "garble" else set()
    assert [end for end in ends if end[1:] not in allowed] == []


@pytest.mark.fault(number=4)
async def test_a_dialogue_that_comes_octet_by_octet(servers: MailServers, proxy: FaultProxy) -> None:
    for side in ("client", "server"):
        proxy.add(side, "", "split", once=False)
    letter = a_letter()
    await an_outbox(proxy.port, timeout=10.0, dot_timeout=10.0).send(letter)
    assert len(servers.wait_for_mail(letter.to)) == 1


@pytest.mark.fault(number=23)
async def test_an_8_bit_original_reaches_a_server_without_8bitmime_whole(
    servers: MailServers, proxy: FaultProxy
) -> None:
    proxy.add("server", "8BITMIME", "replace", "HELP", once=False)
    to, original = f"smtp{next(_numbers)}@example.jp", "Subject: 通知\r\n\r\n証明書\r\n".encode()
    note = Note("title", "text\n", "", "ja")
    us = Identity("ssl@triage.example")
    letter = compose(note, to, Thread("x"), us, "<triage.1@triage.example>", NOON, forward=True, original=original)
    await an_outbox(proxy.port).send(letter)
    assert not any("8BITMIME" in line for side, line in proxy.lines if side == "client")
    assert all(line.isascii() for side, line in proxy.lines if side == "client")
    (mail,) = servers.wait_for_mail(to)
    assert original in [part.get_payload(decode=True) for part in mail.walk()]
