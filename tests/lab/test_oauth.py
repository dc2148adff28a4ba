"""Logging in with tokens: a real Dovecot that asks a token server, and a real Postfix that asks Dovecot."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.mail import MailServers, mail_servers  # noqa: F401 # a fixture
from tests.lab.tokens import TokenServer, token_server
from triage.mail import ImapMailbox, SmtpOutbox, Tokens
from triage.model import Letter, Permanent, Place, Temporary

MAIL = b"From: a@example.jp\nMessage-ID: <1@example.jp>\nSubject: hello\n\nbody\n"
PLACES = {place: str(place).title() for place in Place}
BOTH = pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
_numbers = itertools.count()


@pytest.fixture
def servers(request: pytest.FixtureRequest) -> MailServers:
    return request.getfixturevalue("mail_servers")


@pytest.fixture
def tokens_from(servers: MailServers) -> Iterator[TokenServer]:
    with token_server(servers.ports["token"]) as running:
        yield running


def a_user(servers: MailServers) -> str:
    address = f"oauth{next(_numbers)}@lab.example"
    servers.deliver(address, MAIL)
    return address


def a_mailbox(servers: MailServers, user: str, tokens: Tokens) -> ImapMailbox:
    return ImapMailbox(
        "box", host="localhost", port=servers.ports["imaps"], user=user, places=PLACES, ca_file=servers.ca_file,
        pause=0.01, tokens=tokens,
    )  # fmt: skip


def an_outbox(servers: MailServers, user: str, tokens: Tokens) -> SmtpOutbox:
    port = servers.ports["submission"]
    return SmtpOutbox(host="localhost", port=port, tls="starttls", user=user, ca_file=servers.ca_file, tokens=tokens)


@BOTH
async def test_mail_is_read_with_a_token(
    servers: MailServers, tokens_from: TokenServer, tmp_path: Path, mechanism: str
) -> None:
    user = a_user(servers)
    mailbox = a_mailbox(servers, user, Tokens(tokens_from.account(tmp_path, user, mechanism)))
    assert len(await mailbox.list()) == 1
    await mailbox.close()
    assert len(tokens_from.asked) == 1


@pytest.mark.fault(number=11)
@BOTH
async def test_a_token_that_was_revoked_before_its_time_is_replaced_at_once(
    servers: MailServers, tokens_from: TokenServer, tmp_path: Path, mechanism: str
) -> None:
    user = a_user(servers)
    tokens = Tokens(tokens_from.account(tmp_path, user, mechanism))
    tokens.token()
    tokens_from.living.clear()
    mailbox = a_mailbox(servers, user, tokens)
    assert len(await mailbox.list()) == 1
    await mailbox.close()
    assert len(tokens_from.asked) == 2


@BOTH
async def test_a_user_whose_token_never_fits_is_told_of_and_not_hammered(
    servers: MailServers, tokens_from: TokenServer, tmp_path: Path, mechanism: str
) -> None:
    user = a_user(servers)
    mailbox = a_mailbox(servers, user, Tokens(tokens_from.account(tmp_path, "other@lab.example", mechanism)))
    with pytest.raises(Permanent, match="does not accept user and token") as caught:
        await mailbox.list()
    with pytest.raises(Permanent):
        await mailbox.list()
    await mailbox.close()
    assert "sign in again" in caught.value.hint
    assert "access-" not in str(caught.value)
    assert len(tokens_from.asked) == 2


@pytest.mark.fault(number=11)
async def test_a_refresh_token_that_was_revoked_stops_the_mailbox_with_the_reason(
    servers: MailServers, tokens_from: TokenServer, tmp_path: Path
) -> None:
    user = a_user(servers)
    oauth = tokens_from.account(tmp_path, user)
    tokens_from.users.clear()
    mailbox = a_mailbox(servers, user, Tokens(oauth))
    with pytest.raises(Permanent, match="invalid_grant"):
        await mailbox.list()
    await mailbox.close()


@pytest.mark.fault(number=11)
async def test_a_token_server_in_trouble_only_delays(
    servers: MailServers, tokens_from: TokenServer, tmp_path: Path
) -> None:
    user = a_user(servers)
    tokens_from.answer = (503, {"Retry-After": "77"}, b"")
    mailbox = a_mailbox(servers, user, Tokens(tokens_from.account(tmp_path, user)))
    with pytest.raises(Temporary) as caught:
        await mailbox.list()
    await mailbox.close()
    assert caught.value.wait is not None
    assert caught.value.wait > 70


@pytest.mark.fault(number=11)
@BOTH
async def test_a_letter_leaves_with_a_token(
    servers: MailServers, tokens_from: TokenServer, tmp_path: Path, mechanism: str
) -> None:
    user, to = a_user(servers), a_user(servers)
    tokens = Tokens(tokens_from.account(tmp_path, user, mechanism))
    tokens.token()
    tokens_from.living.clear()  # the first that is shown is refused
    await an_outbox(servers, user, tokens).send(Letter(user, to, "<t@lab.example>", b"Subject: by token\r\n\r\nx\r\n"))
    assert "by token" in [mail["Subject"] for mail in servers.wait_for_mail(to, 2)]
    assert len(tokens_from.asked) == 2


@BOTH
async def test_an_outbox_whose_token_never_fits_keeps_its_letters(
    servers: MailServers, tokens_from: TokenServer, tmp_path: Path, mechanism: str
) -> None:
    user = a_user(servers)
    tokens = Tokens(tokens_from.account(tmp_path, "other@lab.example", mechanism))
    with pytest.raises(Temporary) as caught:
        await an_outbox(servers, user, tokens).check()
    assert "access-" not in str(caught.value)


async def test_an_outbox_without_a_refresh_token_keeps_its_letters(
    servers: MailServers, tokens_from: TokenServer, tmp_path: Path
) -> None:
    oauth = tokens_from.account(tmp_path, "x@lab.example")
    tokens_from.users.clear()
    with pytest.raises(Temporary, match="invalid_grant"):
        await an_outbox(servers, "x@lab.example", Tokens(oauth)).check()
