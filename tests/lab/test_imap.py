"""The IMAP mailbox against a real Dovecot, with and without something broken on the way."""

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.lab.faults import Action, FaultProxy, fault_proxy
from tests.lab.mail import ALONE, EXPIRED, OTHER_HOST, PASSWORD, MailServers, mail_servers  # noqa: F401 # a fixture
from triage.mail import ImapMailbox
from triage.model import Listed, Permanent, Place, Temporary

PLACES = {Place.ANSWERED: "Answered", Place.HELD: "Held", Place.DROPPED: "Dropped", Place.ASIDE: "Aside"}
MAIL = b"From: a@example.jp\nMessage-ID: <1@example.jp>\nSubject: hello\n\nbody\n"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def servers(request: pytest.FixtureRequest) -> MailServers:
    return request.getfixturevalue("mail_servers")


@pytest.fixture
def proxy(servers: MailServers) -> Iterator[FaultProxy]:
    with fault_proxy((servers.ip, servers.ports["imap"])) as proxy:
        yield proxy


@pytest.fixture
def address(servers: MailServers) -> str:
    address = f"imap{next(_numbers)}@lab.example"
    servers.deliver(address, MAIL)
    return address


@asynccontextmanager
async def a_mailbox(port: int, address: str, tls: str = "none", **more: object) -> AsyncIterator[ImapMailbox]:
    settings: dict[str, object] = {
        "password": PASSWORD, "host": "127.0.0.1", "timeout": 2.0, "pause": 0.02, "places": PLACES, **more,
    }  # fmt: skip
    mailbox = ImapMailbox("box", port=port, tls=tls, user=address, **settings)  # type: ignore[arg-type]
    try:
        yield mailbox
    finally:
        await mailbox.close()


async def patiently(command: Callable[[], Awaitable[object]], tries: int = 12) -> object:
    """As the scheduler does: after a Temporary, wait as long as it says."""
    for left in range(tries, 0, -1):
        try:
            return await command()
        except Temporary as trouble:
            if left == 1:
                raise
            await asyncio.sleep(min(trouble.wait or 0.0, 5.0))
    return None


async def refused(mailbox: ImapMailbox) -> Temporary | Permanent:
    with pytest.raises((Temporary, Permanent)) as trouble:
        await mailbox.list()
    assert PASSWORD not in str(trouble.value) + trouble.value.hint
    return trouble.value


# ---- TLS and login


async def test_implicit_tls(servers: MailServers, address: str) -> None:
    async with a_mailbox(servers.ports["imaps"], address, "implicit", ca_file=servers.ca_file) as mailbox:
        assert len(await mailbox.list()) == 1


@pytest.mark.fault(number=18)
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_a_certificate_of_an_unknown_authority_is_refused(servers: MailServers, address: str, tls: str) -> None:
    async with a_mailbox(servers.ports["imaps" if tls == "implicit" else "imap"], address, tls) as mailbox:
        trouble = await refused(mailbox)
        assert isinstance(trouble, Permanent)
        assert "certificate is not accepted" in str(trouble)
        assert "ca_file" in trouble.hint


@pytest.mark.fault(number=18)
@pytest.mark.attack(number=38)
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize(
    ("host", "reason"),
    [(EXPIRED, "expired"), (ALONE, "self-signed"), (OTHER_HOST, "mismatch")],
    ids=["expired", "signed by itself", "of another host"],
)
async def test_a_wrong_certificate_is_told_and_ends_the_connection(
    servers: MailServers, address: str, host: str, reason: str, tls: str
) -> None:
    port = servers.ports["imaps" if tls == "implicit" else "imap"]
    async with a_mailbox(port, address, tls, ca_file=servers.ca_file, host=host) as mailbox:
        trouble = await refused(mailbox)
    assert isinstance(trouble, Permanent)
    assert "certificate is not accepted" in str(trouble)
    assert reason in str(trouble)
    assert f"user=<{address}>" not in (servers.root / "dovecot.log").read_text()


@pytest.mark.fault(number=17)
@pytest.mark.attack(number=38)
async def test_starttls_stripped_on_the_way_sends_no_password(
    servers: MailServers, proxy: FaultProxy, address: str
) -> None:
    proxy.add("server", " STARTTLS", "replace", "", once=False)
    async with a_mailbox(proxy.port, address, "starttls", ca_file=servers.ca_file) as mailbox:
        trouble = await refused(mailbox)
    assert "does not offer STARTTLS" in str(trouble)
    sent = " ".join(line.upper() for side, line in proxy.lines if side == "client")
    assert "LOGIN" not in sent
    assert "AUTHENTICATE" not in sent


@pytest.mark.fault(number=17)
async def test_greeting_that_skips_the_login_cannot_skip_tls(
    servers: MailServers, proxy: FaultProxy, address: str
) -> None:
    proxy.add("server", r"^\* OK", "replace", "* PREAUTH")
    async with a_mailbox(proxy.port, address, "starttls", ca_file=servers.ca_file) as mailbox:
        assert "does not offer STARTTLS" in str(await refused(mailbox))


@pytest.mark.fault(number=24)
async def test_a_wrong_password_is_said_once_and_not_tried_again_at_once(proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address, password="wrong", timeout=10.0) as mailbox:
        first = await refused(mailbox)
        logins = len(proxy.lines)
        started = time.monotonic()
        again = await refused(mailbox)
    assert isinstance(first, Permanent)
    assert str(first) == str(again)
    assert "does not accept user and password" in str(first)
    assert "password_file" in first.hint
    assert len(proxy.lines) == logins
    assert time.monotonic() - started < 2


async def test_a_password_is_found_wrong_only_by_an_answer(proxy: FaultProxy, address: str) -> None:
    proxy.add("client", "AUTHENTICATE", "cut")
    async with a_mailbox(proxy.port, address) as mailbox:
        assert isinstance(await refused(mailbox), Temporary)


@pytest.mark.fault(number=5)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("NO [UNAVAILABLE] Try later", Temporary),
        ("NO [LIMIT] Too many connections", Temporary),
        ("NO [ALERT] Please retry in 300 seconds", Temporary),
        ("NO [AUTHENTICATIONFAILED] Bad", Permanent),
        ("NO [EXPIRED] Old", Permanent),
        ("NO no", Permanent),
    ],
)
async def test_what_a_server_says_to_a_login(
    proxy: FaultProxy, address: str, answer: str, kind: type[Exception]
) -> None:
    proxy.add("client", r"^(\w+) AUTHENTICATE", "answer", r"\1 " + answer)
    async with a_mailbox(proxy.port, address) as mailbox:
        trouble = await refused(mailbox)
    assert type(trouble) is kind
    if "300" in answer and isinstance(trouble, Temporary):
        assert trouble.wait == pytest.approx(300, abs=5)


async def test_nobody_there_grows_pauses() -> None:
    async with a_mailbox(1, "x@lab.example", pause=0.2) as mailbox:
        waits = []
        for _ in range(3):
            trouble = await refused(mailbox)
            assert isinstance(trouble, Temporary)
            waits.append(trouble.wait or 0)
            await asyncio.sleep(trouble.wait or 0)
    assert [round(w / 0.2 / 2**n, 2) for n, w in enumerate(waits)] == [pytest.approx(0.75, abs=0.26)] * 3


# ---- folders


@pytest.mark.fault(number=13)
async def test_a_folder_that_is_not_there(servers: MailServers, address: str) -> None:
    async with a_mailbox(servers.ports["imap"], address, folder="Missing") as mailbox:
        trouble = await refused(mailbox)
    assert isinstance(trouble, Permanent)
    assert "Missing cannot be opened" in str(trouble)


@pytest.mark.fault(number=13)
async def test_a_folder_that_is_read_only(proxy: FaultProxy, address: str) -> None:
    proxy.add("server", r"\[READ-WRITE\]", "replace", "[READ-ONLY]")
    async with a_mailbox(proxy.port, address) as mailbox:
        trouble = await refused(mailbox)
    assert isinstance(trouble, Permanent)
    assert "read-only" in str(trouble)


@pytest.mark.fault(number=14)
async def test_a_full_mailbox_keeps_the_mail_where_it_is(proxy: FaultProxy, address: str) -> None:
    proxy.add("client", r"^(\w+) UID MOVE", "answer", r"\1 NO [OVERQUOTA] Quota exceeded")
    async with a_mailbox(proxy.port, address) as mailbox:
        (mail,) = await mailbox.list()
        with pytest.raises(Temporary) as trouble:
            await mailbox.file(mail.key, Place.HELD)
        assert "make room" in trouble.value.hint
        assert await mailbox.list() == (mail,)


@pytest.mark.fault(number=14)
async def test_a_folder_with_no_room_left_by_quota(servers: MailServers, address: str) -> None:
    """Dovecot's own quota, for the place that the mail has to go to: it waits, and goes there once there is room."""
    servers.deliver(address, MAIL)
    places = {**PLACES, Place.HELD: "Full/Held"}
    async with a_mailbox(servers.ports["imap"], address, places=places) as mailbox:
        first, second = await mailbox.list()
        await mailbox.file(first.key, Place.HELD)
        with pytest.raises(Temporary, match="OVERQUOTA") as trouble:
            await mailbox.file(second.key, Place.HELD)
        assert "make room" in trouble.value.hint
        assert await patiently(mailbox.list) == (second,)
        servers.doveadm("expunge", "-u", address, "mailbox", "Full/Held", "all")
        await patiently(lambda: mailbox.file(second.key, Place.HELD))
        assert await mailbox.list() == ()


@pytest.mark.fault(number=16)
async def test_the_key_changes_with_uidvalidity(servers: MailServers, address: str) -> None:
    async with a_mailbox(servers.ports["imap"], address) as mailbox:
        (before,) = await mailbox.list()
        servers.doveadm("mailbox", "update", "-u", address, "--uid-validity", "777777", "INBOX")
        (after,) = await mailbox.list()
        assert (before.key.uid, after.key.uidvalidity) == (after.key.uid, 777777)
        assert await mailbox.fetch(before.key, 1000) is None
        await mailbox.file(before.key, Place.DROPPED)
        assert await mailbox.list() == (after,)


@pytest.mark.fault(number=15)
@pytest.mark.parametrize("missing", ["MOVE", "MOVE UIDPLUS"])
async def test_a_server_without(servers: MailServers, proxy: FaultProxy, address: str, missing: str) -> None:
    proxy.add("server", rf" ({missing.replace(' ', '|')})(?=[ \]]|$)", "replace", "", once=False)
    async with a_mailbox(proxy.port, address) as mailbox:
        (mail,) = await mailbox.list()
        await mailbox.file(mail.key, Place.ANSWERED)
        await mailbox.file(mail.key, Place.ANSWERED)
        assert await mailbox.list() == ()
    assert [m["Subject"] for m in servers.mails(address, "Answered")] == ["hello"]
    # Without UIDPLUS the mail stays, flagged: a plain EXPUNGE would remove what others have flagged.
    assert len(servers.mails(address)) == (1 if "UIDPLUS" in missing else 0)
    assert not any(side == "client" and re.match(r"\w+ EXPUNGE", line) for side, line in proxy.lines)


async def test_has_sent_looks_into_the_special_folder(servers: MailServers, address: str) -> None:
    async with a_mailbox(servers.ports["imap"], address) as mailbox:
        assert await mailbox.has_sent("<1@example.jp>") is None
        servers.doveadm("mailbox", "create", "-u", address, "Sent")
        assert await mailbox.has_sent("<1@example.jp>") is False
        servers.doveadm("copy", "-u", address, "Sent", "mailbox", "INBOX", "all")
        assert await mailbox.has_sent("<1@example.jp>") is True
        assert len(await mailbox.list()) == 1


# ---- the line


@pytest.mark.fault(number=25)
async def test_an_idle_connection_that_the_server_closed_is_no_failure(proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address) as mailbox:
        before = await mailbox.list()
        proxy.add("client", "SELECT", "cut")
        assert await mailbox.list() == before


@pytest.mark.fault(number=25)
async def test_a_server_that_crashes_and_comes_back(servers: MailServers, address: str) -> None:
    async with a_mailbox(servers.ports["imap"], address) as mailbox:
        before = await mailbox.list()
        servers.kill("imap")
        try:
            assert isinstance(await refused(mailbox), Temporary)
        finally:
            servers.start_imap()
        assert await patiently(mailbox.list) == before


async def test_a_silent_server_is_left_within_the_timeout(proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address, timeout=1.0) as mailbox:
        before = await patiently(mailbox.list)
        proxy.add("server", "EXISTS", "stall")
        started = time.monotonic()
        trouble = await refused(mailbox)
        assert 0.9 < time.monotonic() - started < 6
        assert "no answer in time" in str(trouble)
        assert await patiently(mailbox.list) == before


async def test_closing_does_not_wait_for_a_silent_server(proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address, timeout=30.0) as mailbox:
        await mailbox.list()
        proxy.add("server", "EXISTS", "stall")
        waiting = asyncio.ensure_future(mailbox.list())
        await asyncio.sleep(0.3)
        started = time.monotonic()
        await mailbox.close()
        assert time.monotonic() - started < 15
        with pytest.raises(Temporary):
            await waiting


@pytest.mark.attack(number=28)
async def test_a_literal_larger_than_asked_for_is_not_read(proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address) as mailbox:
        (mail,) = await mailbox.list()
        proxy.add("server", r"BODY\[\]<0> \{\d+\}", "replace", "BODY[]<0> {9000000000}", once=False)
        with pytest.raises(Temporary, match="announced 9000000000 octets"):
            await mailbox.fetch(mail.key, 1000)


@pytest.mark.attack(number=37)
@pytest.mark.parametrize(
    "junk",
    [
        "* 1 FETCH (FLAGS ())",
        "* 99 EXPUNGE",
        "* 3 FETCH (UID abc RFC822.SIZE x)",
        "* OK [ALERT] maintenance tonight",
        "* BYE Autologout",
        "garbage",
        "* 1 FETCH (UID 1 RFC822.SIZE {99999999}",
        "* SEARCH a b c",
        "\x00\xff\xfe",
        "* 1 FETCH (((((",
    ],
)
async def test_whatever_a_server_throws_in_only_trouble_comes_out(proxy: FaultProxy, address: str, junk: str) -> None:
    async with a_mailbox(proxy.port, address, timeout=1.0) as mailbox:
        before = await patiently(mailbox.list)
        proxy.add("server", r"^\* 1 FETCH", "answer", junk)
        with suppress(Temporary, Permanent):
            await mailbox.list()
        assert await patiently(mailbox.list) == before


# ---- IDLE


async def heard(mailbox: ImapMailbox, seconds: float = 8.0) -> tuple[bool, float]:
    started = time.monotonic()
    return await mailbox.wait(seconds), time.monotonic() - started


async def listening(proxy: FaultProxy, times: int = 1) -> None:
    while sum(side == "server" and line.startswith("+ idling") for side, line in proxy.lines) < times:
        await asyncio.sleep(0.02)


async def test_idle_hears_of_a_new_mail(servers: MailServers, proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address) as mailbox:
        waiting = asyncio.ensure_future(heard(mailbox))
        await listening(proxy)
        # The connection that works is another one.
        assert len(await mailbox.list()) == 1
        servers.deliver(address, MAIL)
        news, seconds = await waiting
        assert (news, seconds < 5) == (True, True)


async def test_idle_hears_of_what_came_while_nobody_listened(
    servers: MailServers, proxy: FaultProxy, address: str
) -> None:
    async with a_mailbox(proxy.port, address) as mailbox:
        assert (await heard(mailbox, 0.3))[0] is False
        servers.deliver(address, MAIL)
        news, seconds = await heard(mailbox)
        assert (news, seconds < 4) == (True, True)


async def test_nothing_new_ends_with_the_time(proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address) as mailbox:
        news, seconds = await heard(mailbox, 0.6)
        assert (news, 0.5 < seconds < 5) == (False, True)


@pytest.mark.fault(number=9)
async def test_a_dead_idle_does_not_spin_and_comes_back(servers: MailServers, proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address, pause=0.2) as mailbox:
        proxy.add("server", r"^\+ idling", "pass and cut")
        waiting = asyncio.ensure_future(heard(mailbox))
        await listening(proxy, 2)
        assert sum("AUTHENTICATE" in line for _, line in proxy.lines) == 2
        servers.deliver(address, MAIL)
        assert (await waiting)[0] is True


@pytest.mark.fault(number=8)
async def test_an_exists_together_with_the_continuation_is_not_lost(proxy: FaultProxy, address: str) -> None:
    proxy.add("server", r"^\+ idling", "replace", "+ idling\r\n* 2 EXISTS")
    async with a_mailbox(proxy.port, address) as mailbox:
        news, seconds = await heard(mailbox, 1.0)
        assert (news, seconds < 6) == (True, True)


async def test_a_refused_password_is_not_tried_with_every_wait(proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address, password="wrong", timeout=10.0) as mailbox:
        for _ in range(4):
            assert await mailbox.wait(0.5) is False
    tried = [line for side, line in proxy.lines if side == "client" and "AUTHENTICATE" in line.upper()]
    assert len(tried) == 1


async def test_a_server_without_idle_is_only_polled(proxy: FaultProxy, address: str) -> None:
    proxy.add("server", r" IDLE(?=[ \]]|$)", "replace", "", once=False)
    async with a_mailbox(proxy.port, address) as mailbox:
        assert (await heard(mailbox, 0.4))[0] is False
    assert not any(side == "client" and line.endswith("IDLE") for side, line in proxy.lines)


async def test_closing_ends_a_wait(proxy: FaultProxy, address: str) -> None:
    async with a_mailbox(proxy.port, address) as mailbox:
        waiting = asyncio.ensure_future(heard(mailbox, 60))
        await listening(proxy)
        await mailbox.close()
        news, seconds = await waiting
        assert (news, seconds < 5) == (False, True)


async def dialogue(proxy: FaultProxy, address: str, timeout: float = 1.0) -> None:
    """All that one mail needs."""
    async with a_mailbox(proxy.port, address, timeout=timeout) as mailbox:
        for _ in range(2):  # a garbled list may be an empty one
            listed = await patiently(mailbox.list)
            assert isinstance(listed, tuple)
            mail: Listed
            for mail in listed:
                await patiently(lambda key=mail.key: mailbox.fetch(key, 10_000))  # type: ignore[misc]
                await patiently(lambda key=mail.key: mailbox.file(key, Place.ANSWERED))  # type: ignore[misc]
        assert await patiently(mailbox.list) == ()


async def at_every_line(breaking: Action, servers: MailServers) -> list[tuple[str, int, int]]:
    """For each line of the dialogue that breaks: what it was, the mails that still wait then, and those that are filed.

    Side by side, since most of it is waiting.
    """
    turns = asyncio.Semaphore(6)

    async def one(at: int | None) -> tuple[int, str, int, int]:
        address = f"{breaking}{next(_numbers)}@lab.example"
        async with turns:
            servers.deliver(address, MAIL)
            with fault_proxy((servers.ip, servers.ports["imap"])) as proxy:
                proxy.break_at, proxy.breaking = at, breaking
                try:
                    await dialogue(proxy, address, timeout=2.0 if breaking == "cut" else 0.5)
                except Permanent:  # a garbled password is a wrong one, until a person starts the service again
                    assert breaking == "garble"
                    await dialogue(proxy, address, timeout=2.0)
        filed = len(servers.mails(address, "Answered"))
        line = proxy.lines[at : at + 1] if at is not None else ()
        return len(proxy.lines), f"{at} {line}", len(servers.mails(address)), filed

    length = (await one(None))[0]
    assert length > 25
    return [ended[1:] for ended in await asyncio.gather(*(one(at) for at in range(length)))]


@pytest.mark.fault(number=1)
@pytest.mark.fault(number=2)
@pytest.mark.fault(number=3)
@pytest.mark.attack(number=38)
@pytest.mark.parametrize("breaking", ["cut", "stall", "garble"])
async def test_broken_at_every_line_the_mail_ends_in_its_folder_once(servers: MailServers, breaking: Action) -> None:
    ends = await at_every_line(breaking, servers)
    assert [end for end in ends if end[1:] != (0, 1)] == []


@pytest.mark.fault(number=4)
async def test_lines_and_literals_that_come_octet_by_octet(
    servers: MailServers, proxy: FaultProxy, address: str
) -> None:
    for side in ("client", "server"):
        proxy.add(side, "", "split", once=False)
    await dialogue(proxy, address, timeout=10.0)
    assert (servers.mails(address), len(servers.mails(address, "Answered"))) == ([], 1)


COMMANDS = (
    "CAPABILITY",
    "AUTHENTICATE",
    "NAMESPACE",
    "SELECT",
    "UID SEARCH",
    "UID FETCH",
    "LIST",
    "CREATE",
    "UID MOVE",
)
ANSWERS = ("NO [UNAVAILABLE] not now", "NO no", "BAD what", "NO [LIMIT] Suggested Backoff Time: 10 milliseconds", "")


@pytest.mark.fault(number=5)
@pytest.mark.fault(number=6)
@pytest.mark.attack(number=37)
@pytest.mark.parametrize("command", COMMANDS)
async def test_no_bad_and_bye_to_any_command_are_trouble_and_the_mail_is_filed_once(
    servers: MailServers, proxy: FaultProxy, command: str
) -> None:
    for answer in ANSWERS:
        address = f"no{next(_numbers)}@lab.example"
        servers.deliver(address, MAIL)
        if answer:
            fault = proxy.add("client", rf"^(\w+) {command}", "answer", rf"\1 {answer}")
        else:
            fault = proxy.add("client", rf"^\w+ {command}", "answer and close", "* BYE Autologout")
        async with a_mailbox(proxy.port, address) as mailbox:
            with suppress(Temporary, Permanent):
                for mail in await mailbox.list():
                    await mailbox.fetch(mail.key, 10_000)
                    await mailbox.file(mail.key, Place.ANSWERED)
        assert (answer, fault.fired) == (answer, 1)
        await dialogue(proxy, address)
        assert (answer, len(servers.mails(address)), len(servers.mails(address, "Answered"))) == (answer, 0, 1)


@pytest.mark.fault(number=12)
async def test_a_throttled_server_says_how_long_to_leave_it_alone(proxy: FaultProxy, address: str) -> None:
    proxy.add(
        "client",
        r"^(\w+) UID SEARCH",
        "answer",
        r"\1 NO Request is throttled. Suggested Backoff Time: 92415 milliseconds",
    )
    async with a_mailbox(proxy.port, address) as mailbox:
        trouble = await refused(mailbox)
    assert isinstance(trouble, Temporary)
    assert trouble.wait == pytest.approx(92.4, abs=1)


# ---- other programs on the same mailbox


@pytest.mark.fault(number=7)
@pytest.mark.parametrize("when", ["before the fetch", "within the fetch", "before the move", "within the move"])
async def test_a_mail_that_somebody_else_takes_away_is_gone_and_no_trouble(
    servers: MailServers, proxy: FaultProxy, address: str, when: str
) -> None:
    def take() -> None:
        servers.doveadm("expunge", "-u", address, "mailbox", "INBOX", "all")

    async with a_mailbox(proxy.port, address) as mailbox:
        (mail,) = await mailbox.list()
        if when == "within the fetch":
            proxy.add("client", r"UID FETCH \d+ .*BODY", "delay", "0", call=take)
        if when == "within the move":
            proxy.add("client", "UID MOVE", "delay", "0", call=take)
        if when == "before the fetch":
            take()
        fetched = await patiently(lambda: mailbox.fetch(mail.key, 10_000))
        assert (fetched is None) == when.endswith("the fetch")
        if when == "before the move":
            take()
        await patiently(lambda: mailbox.file(mail.key, Place.ANSWERED))
        assert await patiently(mailbox.list) == ()
    assert servers.mails(address, "Answered") == []


@pytest.mark.fault(number=7)
async def test_a_mail_that_somebody_else_moved_is_not_moved_again(servers: MailServers, address: str) -> None:
    async with a_mailbox(servers.ports["imap"], address) as mailbox:
        (mail,) = await mailbox.list()
        servers.doveadm("mailbox", "create", "-u", address, "Kept")
        servers.doveadm("move", "-u", address, "Kept", "mailbox", "INBOX", "all")
        await mailbox.file(mail.key, Place.DROPPED)
        assert (len(servers.mails(address, "Kept")), servers.mails(address, "Dropped")) == (1, [])


@pytest.mark.fault(number=13)
async def test_a_folder_that_somebody_removed_is_made_again(servers: MailServers, address: str) -> None:
    async with a_mailbox(servers.ports["imap"], address) as mailbox:
        (mail,) = await mailbox.list()
        await mailbox.file(mail.key, Place.HELD)
        servers.doveadm("mailbox", "delete", "-u", address, "Held")
        servers.deliver(address, MAIL)
        (mail,) = await mailbox.list()
        await mailbox.file(mail.key, Place.HELD)
    assert len(servers.mails(address, "Held")) == 1
