"""What the ledger says when the disk, the lock or the file itself is in the way; nothing is lost by it."""

import asyncio
import os
import resource
import sqlite3
import stat
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from triage.ledger import engine, open_ledger
from triage.model import Arrival, MailKey, Permanent, Temporary

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
NOBODY = 65534


def a_mail(uid: str = "1", size: int = 10) -> Arrival:
    return Arrival(MailKey("inbox", "INBOX", 7, uid), b"x" * size, NOW)


def url(path: Path) -> str:
    return f"sqlite:///{path}"


@contextmanager
def as_nobody() -> Generator[None]:
    """Root may write everywhere; a service is not root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def no_room(octets: int) -> Generator[None]:
    """No file may grow beyond `octets`: to SQLite that is a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    ledger = open_ledger(url(tmp_path / "new" / "triage.db"))
    await ledger.claim()
    await ledger.journal(a_mail(), "c", NOW)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "new").iterdir()}
    assert modes == {"triage.db": 0o600, "triage.db-wal": 0o600, "triage.db-shm": 0o600, "triage.db.lock": 0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    await ledger.close()


async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "triage.db").touch(0o644)
    ledger = open_ledger(url(tmp_path / "triage.db"))
    await ledger.journal(a_mail(), "c", NOW)
    assert stat.S_IMODE((tmp_path / "triage.db").stat().st_mode) == 0o600
    await ledger.close()


async def test_what_was_journaled_is_there_after_reopening(tmp_path: Path) -> None:
    first = open_ledger(url(tmp_path / "triage.db"))
    number = await first.journal(a_mail(), "c", NOW)
    await first.close()
    second = open_ledger(url(tmp_path / "triage.db"))
    assert await second.raw(number) == b"x" * 10
    await second.close()


async def test_every_commit_is_on_disk_when_it_returns(tmp_path: Path) -> None:
    made = engine.open_engine(url(tmp_path / "triage.db"))
    with made.begin() as connection:
        pragmas = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    made.dispose()
    assert found == ["wal", 2, 10000, 1]


async def test_a_second_service_is_kept_away_and_a_reader_is_not(tmp_path: Path) -> None:
    first, second = open_ledger(url(tmp_path / "triage.db")), open_ledger(url(tmp_path / "triage.db"))
    await first.claim()
    await first.claim()
    with pytest.raises(Temporary, match="another triage is at work on this ledger"):
        await second.claim()
    assert await second.entries() == ()
    await first.close()
    await second.claim()
    await second.close()


async def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    ledger = open_ledger(url(path))
    await ledger.entries()
    await ledger.close()
    with sqlite3.connect(path) as db:
        db.execute("update alembic_version set version_num = '0099'")
    ledger = open_ledger(url(path))
    with pytest.raises(Permanent, match="written by a newer version \\(schema 99") as caught:
        await ledger.entries()
    assert caught.value.hint == "install the newer version again, or restore a backup"
    await ledger.close()


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("create table shopping (item text)")
    ledger = open_ledger(url(tmp_path / "other.db"))
    with pytest.raises(Permanent, match="not a ledger"):
        await ledger.entries()
    await ledger.close()


async def test_a_damaged_file_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "triage.db").write_bytes(b"no database at all" * 1000)
    ledger = open_ledger(url(tmp_path / "triage.db"))
    with pytest.raises(Permanent, match="damaged, or not a ledger") as caught:
        await ledger.entries()
    assert "the mails are still in the mailbox" in caught.value.hint
    await ledger.close()


async def test_damage_in_the_middle_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    ledger = open_ledger(url(path))
    for n in range(50):
        await ledger.journal(a_mail(str(n), 5000), str(n), NOW)
    await ledger.close()
    octets = bytearray(path.read_bytes())
    octets[4096 : len(octets) - 4096] = b"\xa5" * (len(octets) - 8192)
    path.write_bytes(octets)
    ledger = open_ledger(url(path))
    with pytest.raises(Permanent, match="damaged"):
        await ledger.open_mails()
    await ledger.close()


def ours(folder: Path) -> list[Path]:
    """The folders above it that pytest made, for root alone; however many they are when tests run side by side."""
    return [parent for parent in folder.parents if "pytest-of-" in str(parent)]


async def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    ledger = open_ledger(url(path))
    await ledger.journal(a_mail(), "c", NOW)
    await ledger.close()
    for folder in (tmp_path, *ours(tmp_path)):
        folder.chmod(0o755)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with as_nobody():
            ledger = open_ledger(url(path))
            with pytest.raises(Permanent, match=r"cannot be (written|opened)"):
                await ledger.journal(a_mail("2"), "c", NOW)
            await ledger.close()
    finally:
        tmp_path.chmod(0o755)


async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    for folder in (tmp_path, *ours(tmp_path)):
        folder.chmod(0o755)
    tmp_path.chmod(0o555)
    with as_nobody():
        ledger = open_ledger(url(tmp_path / "triage.db"))
        with pytest.raises(Permanent, match="permission denied") as caught:
            await ledger.entries()
        assert caught.value.hint == "check ledger.url, and who may write there"
        await ledger.close()
    tmp_path.chmod(0o755)


async def test_a_full_disk_is_temporary_and_loses_nothing(tmp_path: Path) -> None:
    ledger = open_ledger(url(tmp_path / "triage.db"))
    kept = await ledger.journal(a_mail(), "c", NOW)
    with no_room(500_000), pytest.raises(Temporary, match=r"the disk is full|cannot be read or written"):
        await ledger.journal(a_mail("2", 1_000_000), "c", NOW)
    assert [e.id for e in await ledger.entries()] == [kept]
    assert await ledger.journal(a_mail("2", 1_000_000), "c", NOW) == kept + 1
    await ledger.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
async def test_a_really_full_disk(tmp_path: Path) -> None:
    mount = await asyncio.create_subprocess_exec("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path))
    if await mount.wait() != 0:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        ledger = open_ledger(url(tmp_path / "triage.db"))
        kept = await ledger.journal(a_mail(), "c", NOW)
        with pytest.raises(Temporary, match="the disk is full") as caught:
            await ledger.journal(a_mail("2", 2_000_000), "c", NOW)
        assert caught.value.hint == "make room; nothing was lost, the work goes on by itself"
        assert [e.id for e in await ledger.entries()] == [kept]
        await ledger.close()
    finally:
        await (await asyncio.create_subprocess_exec("umount", str(tmp_path))).wait()


async def test_a_lock_held_too_long_is_temporary(tmp_path: Path) -> None:
    ledger = open_ledger(url(tmp_path / "triage.db"), busy=0.1)
    other = sqlite3.connect(tmp_path / "triage.db")
    await ledger.entries()
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Temporary, match="locked by another program"):
        await ledger.journal(a_mail(), "c", NOW)
    other.rollback()
    assert await ledger.journal(a_mail(), "c", NOW) == 1
    await ledger.close()
    other.close()


@pytest.mark.parametrize("wrong", ["postgresql://x/y", "nonsense", "mysql://a/b"])
def test_an_address_that_is_no_sqlite_file(wrong: str) -> None:
    with pytest.raises(Permanent, match=r"ledger\.url") as caught:
        open_ledger(wrong)
    assert "sqlite:////absolute/path" in caught.value.hint
