"""What every mailbox promises: the same tests against a Maildir and against a real Dovecot."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import imap_utf7

from tests.lab.mail import PASSWORD, MailServers, mail_servers  # noqa: F401 # a fixture
from triage.mail import ImapMailbox, MaildirMailbox
from triage.model import MailKey, Place, Trouble
from triage.ports import Mailbox

PLACES = {Place.ANSWERED: "Answered", Place.HELD: "Held", Place.DROPPED: "Done/Dropped", Place.ASIDE: "脇"}
_numbers = itertools.count()


@dataclass
class Box:
    """A mailbox under test, and a look at it that does not go through it."""

    mailbox: Mailbox
    put: Callable[[bytes], None]
    maildir: Callable[[str], Path]

    def kept(self, folder: str = "") -> list[bytes]:
        files = (f for part in ("new", "cur") for f in (self.maildir(folder) / part).glob("*"))
        return sorted(f.read_bytes() for f in files)

    def flags(self) -> set[str]:
        return {f.name.partition(":2,")[2] for f in (self.maildir("") / "cur").glob("*")}


@pytest.fixture(params=["maildir", "imap"])
async def box(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Box]:
    made = a_maildir(tmp_path) if request.param == "maildir" else an_account(request)
    yield made
    await made.mailbox.close()


def a_maildir(path: Path) -> Box:
    for part in ("new", "cur", "tmp"):
        (path / part).mkdir()

    def put(raw: bytes) -> None:
        time.sleep(0.002)  # a mail's age is its file's
        (path / "new" / f"{time.time_ns()}.{next(_numbers)}.host").write_bytes(raw)

    def maildir(folder: str) -> Path:
        return path / ("." + folder.replace("/", ".") if folder else "")

    return Box(MaildirMailbox("box", path, PLACES), put, maildir)


def an_account(request: pytest.FixtureRequest) -> Box:
    servers: MailServers = request.getfixturevalue("mail_servers")
    address = f"box{next(_numbers)}@lab.example"
    servers.deliver(address, b"Subject: first\n\nmakes the mailbox\n")
    for file in (servers.maildir(address) / "new").iterdir():
        file.unlink()
    mailbox = ImapMailbox(
        "box",
        host="127.0.0.1",
        port=servers.ports["imap"],
        tls="starttls",
        user=address,
        password=PASSWORD,
        places=PLACES,
        ca_file=servers.ca_file,
    )
    return Box(
        mailbox,
        lambda raw: servers.deliver(address, raw),
        lambda folder: servers.maildir(address, imap_utf7.encode(folder).decode()),
    )


def a_mail(subject: str = "hello", body: bytes = b"body\n") -> bytes:
    return f"From: a@example.jp\nMessage-ID: <{subject}@example.jp>\nSubject: {subject}\n\n".encode() + body


async def test_listed_oldest_first_with_sizes(box: Box) -> None:
    for n in range(3):
        box.put(a_mail(str(n), b"x" * n * 1000))
    listed = await box.mailbox.list()
    raws = [arrival.raw for m in listed if (arrival := await box.mailbox.fetch(m.key, 100_000))]
    assert [b"Subject: %d" % n in raw for n, raw in enumerate(raws)] == [True] * 3
    assert [m.size for m in listed] == [len(raw) for raw in raws]


async def test_listing_again_gives_the_same_keys(box: Box) -> None:
    box.put(a_mail())
    assert await box.mailbox.list() == await box.mailbox.list()


async def test_fetched_whole_and_unread(box: Box) -> None:
    raw = a_mail(body=b"\xe3\x81\x82 8-bit\n")
    box.put(raw)
    (mail,) = await box.mailbox.list()
    arrival = await box.mailbox.fetch(mail.key, 10_000)
    assert arrival is not None
    assert (arrival.raw.replace(b"\r\n", b"\n"), arrival.cut, arrival.key) == (raw, False, mail.key)
    assert abs(arrival.arrived - datetime.now(UTC)) < timedelta(minutes=1)
    assert box.flags() <= {""}


@pytest.mark.parametrize(("limit", "cut"), [(-1, True), (0, False), (1, False)])
async def test_cut_only_where_there_is_more(box: Box, limit: int, cut: bool) -> None:
    box.put(a_mail(body=b"y" * 5000))
    (mail,) = await box.mailbox.list()
    arrival = await box.mailbox.fetch(mail.key, mail.size + limit)
    assert arrival is not None
    assert (len(arrival.raw), arrival.cut) == (mail.size + min(limit, 0), cut)


@pytest.mark.parametrize("place", list(Place))
async def test_filed_into_a_folder_that_is_made(box: Box, place: Place) -> None:
    box.put(a_mail("goes"))
    box.put(a_mail("stays"))
    goes, stays = await box.mailbox.list()
    await box.mailbox.file(goes.key, place)
    assert [m.key for m in await box.mailbox.list()] == [stays.key]
    assert [raw.replace(b"\r\n", b"\n") for raw in box.kept(PLACES[place])] == [a_mail("goes")]
    assert len(box.kept()) == 1


async def test_filed_twice_is_filed_once(box: Box) -> None:
    box.put(a_mail())
    (mail,) = await box.mailbox.list()
    for _ in range(2):
        await box.mailbox.file(mail.key, Place.HELD)
    assert len(box.kept("Held")) == 1


async def test_a_mail_that_is_gone(box: Box) -> None:
    box.put(a_mail())
    (mail,) = await box.mailbox.list()
    for part in ("new", "cur"):
        for file in (box.maildir("") / part).iterdir():
            file.unlink()
    assert await box.mailbox.fetch(mail.key, 1000) is None
    await box.mailbox.file(mail.key, Place.ANSWERED)
    assert await box.mailbox.list() == ()


async def test_a_key_of_another_age_means_no_mail(box: Box) -> None:
    box.put(a_mail())
    (mail,) = await box.mailbox.list()
    other = MailKey(mail.key.account, mail.key.folder, mail.key.uidvalidity + 1, mail.key.uid + "7")
    assert await box.mailbox.fetch(other, 1000) is None
    await box.mailbox.file(other, Place.ANSWERED)
    assert await box.mailbox.list() == (mail,)


async def test_seen_is_no_state(box: Box) -> None:
    box.put(a_mail())
    (mail,) = await box.mailbox.list()
    (file,) = (f for part in ("new", "cur") for f in (box.maildir("") / part).iterdir())
    file.rename(box.maildir("") / "cur" / (file.name.partition(":")[0] + ":2,S"))
    assert [m.key for m in await box.mailbox.list()] == [mail.key]
    await box.mailbox.file(mail.key, Place.HELD)
    assert len(box.kept("Held")) == 1


async def test_no_sent_folder_is_neither_yes_nor_no(box: Box) -> None:
    assert await box.mailbox.has_sent("<some@id.example>") is None


async def test_closed_twice(box: Box) -> None:
    await box.mailbox.list()
    await box.mailbox.close()
    await box.mailbox.close()


async def test_waiting_ends_with_what_arrives(box: Box) -> None:
    assert await box.mailbox.wait(0.5) is False
    waiting = asyncio.create_task(box.mailbox.wait(20))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    box.put(a_mail())
    assert await waiting is True
    assert time.monotonic() - started < 10


async def test_what_we_move_away_is_no_news(box: Box) -> None:
    box.put(a_mail())
    await box.mailbox.wait(0.2)
    (mail,) = await box.mailbox.list()
    await box.mailbox.file(mail.key, Place.HELD)
    assert await box.mailbox.wait(1.5) is False


async def test_closing_ends_a_wait(box: Box) -> None:
    waiting = asyncio.create_task(box.mailbox.wait(60))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    await box.mailbox.close()
    assert await waiting is False
    assert time.monotonic() - started < 5


async def test_a_check_makes_the_folders_and_moves_nothing(box: Box) -> None:
    box.put(b"Subject: stays\n\nx\n")
    await box.mailbox.check()
    await box.mailbox.check()
    assert [box.kept(folder) for folder in PLACES.values()] == [[], [], [], []]
    assert all((box.maildir(folder) / "cur").is_dir() for folder in PLACES.values())
    assert len(await box.mailbox.list()) == 1


async def test_a_check_says_which_folder_cannot_be_made(tmp_path: Path) -> None:
    box = a_maildir(tmp_path)
    (tmp_path / ".Held").write_text("in the way")
    with pytest.raises(Trouble, match=r"\.Held"):
        await box.mailbox.check()
