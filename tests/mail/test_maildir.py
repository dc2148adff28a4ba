"""A Maildir on a disk that is shared with others, fills up and has strange files in it."""

import os
from pathlib import Path

import pytest

from triage.mail import MaildirMailbox, MaildirOutbox
from triage.model import Letter, Listed, MailKey, Permanent, Place

PLACES = {place: place.value.title() for place in Place}


def a_maildir(path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (path / part).mkdir(parents=True)
    return path


def a_mailbox(path: Path, **more: str) -> MaildirMailbox:
    return MaildirMailbox("box", path, PLACES, **more)


def a_letter(number: int = 1) -> Letter:
    return Letter("b@triage.example", "o@example.jp", f"<{number}@triage.example>", b"Subject: s\r\n\r\nhello\r\n")


async def test_the_unique_name_is_the_key_and_flags_are_not(tmp_path: Path) -> None:
    path = a_maildir(tmp_path / "m")
    (path / "cur" / "1.host:2,FS").write_bytes(b"1")
    (path / "new" / "2.host").write_bytes(b"22")
    os.utime(path / "cur" / "1.host:2,FS", (1, 1))
    assert await a_mailbox(path).list() == (
        Listed(MailKey("box", "INBOX", 0, "1.host"), 1),
        Listed(MailKey("box", "INBOX", 0, "2.host"), 2),
    )


async def test_only_plain_files_are_mails(tmp_path: Path) -> None:
    path = a_maildir(tmp_path / "m")
    (tmp_path / "secret").write_bytes(b"not a mail")
    (path / "new" / "link").symlink_to(tmp_path / "secret")
    (path / "new" / "folder").mkdir()
    (path / "new" / ".hidden").write_bytes(b"")
    os.mkfifo(path / "new" / "pipe")
    mailbox = a_mailbox(path)
    assert await mailbox.list() == ()
    for uid in ("link", "folder", "pipe", ".hidden", "../secret", "../../secret"):
        key = MailKey("box", "INBOX", 0, uid)
        assert await mailbox.fetch(key, 100) is None
        await mailbox.file(key, Place.HELD)
    assert (tmp_path / "secret").exists()


async def test_filing_never_replaces_another_mail(tmp_path: Path) -> None:
    path = a_maildir(tmp_path / "m")
    held = a_maildir(path / ".Held")
    (held / "new" / "1.host").write_bytes(b"older")
    (path / "new" / "1.host").write_bytes(b"newer")
    await a_mailbox(path).file(MailKey("box", "INBOX", 0, "1.host"), Place.HELD)
    assert sorted(f.read_bytes() for f in (held / "new").iterdir()) == [b"newer", b"older"]


@pytest.mark.parametrize("name", ["..", "/", "", "a\nb"])
def test_a_folder_name_without_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Permanent, match="no usable name"):
        MaildirMailbox("box", tmp_path, {Place.HELD: name})


@pytest.mark.attack(number=35)
async def test_a_folder_name_cannot_lead_out(tmp_path: Path) -> None:
    path = a_maildir(tmp_path / "m")
    (path / "new" / "1").write_bytes(b"1")
    mailbox = MaildirMailbox("box", path, {Place.HELD: "../../out"})
    await mailbox.file(MailKey("box", "INBOX", 0, "1"), Place.HELD)
    assert (path / ".out" / "new" / "1").exists()


async def test_a_missing_maildir_is_named_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(Permanent) as trouble:
        await a_mailbox(tmp_path / "none").list()
    assert str(trouble.value) == f"{tmp_path / 'none'}: no such file or directory"
    assert trouble.value.hint == "the folder must be a Maildir, with cur, new and tmp in it"


async def test_an_outbox_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Permanent, match="file"):
        await MaildirOutbox(tmp_path / "file").send(a_letter())


async def test_a_letter_sent_twice_is_one_file_also_where_it_was_read_meanwhile(tmp_path: Path) -> None:
    outbox = MaildirOutbox(tmp_path / "out")
    for _ in range(2):
        await outbox.send(a_letter())
    (file,) = (tmp_path / "out" / "new").iterdir()
    file.rename(tmp_path / "out" / "cur" / (file.name + ":2,S"))
    await outbox.send(a_letter())
    await outbox.send(a_letter(2))
    assert len(list((tmp_path / "out").glob("*/*.triage*"))) == 2
    assert list((tmp_path / "out" / "tmp").iterdir()) == []
    assert {f.read_bytes() for f in (tmp_path / "out").glob("*/*.triage*")} == {b"Subject: s\n\nhello\n"}


async def test_sent_or_not_where_there_is_a_sent_folder(tmp_path: Path) -> None:
    path = a_maildir(tmp_path / "m")
    mailbox = a_mailbox(path, sent_folder="Sent")
    assert await mailbox.has_sent("<1@triage.example>") is None
    sent = a_maildir(path / ".Sent")
    assert await mailbox.has_sent("<1@triage.example>") is False
    (sent / "cur" / "x:2,S").write_bytes(
        b"Subject: s\nMessage-ID:\n <1@triage.example>\n\nMessage-ID: <2@triage.example>\n"
    )
    assert await mailbox.has_sent("<1@triage.example>") is True
    assert await mailbox.has_sent("<2@triage.example>") is False
