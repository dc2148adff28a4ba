"""A backup is whole beside a service at work; what is restored is what was there; no letter goes out by surprise."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ledger.test_migrations import RELEASES, a_ledger_of, rows, url
from tests.ledger.test_trouble import a_mail, no_room
from triage.ledger import ledger_file, open_ledger
from triage.model import DeliveryState, Permanent, Temporary

NOW = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)


async def test_a_backup_beside_a_service_at_work_holds_all_that_was_committed(tmp_path: Path) -> None:
    ledger = open_ledger(url(tmp_path / "triage.db"))
    await ledger.claim()
    for n in range(50):
        await ledger.journal(a_mail(str(n), 5000), str(n), NOW)
    at_work = asyncio.gather(*(ledger.journal(a_mail(str(n), 5000), str(n), NOW) for n in range(50, 250)))
    await asyncio.to_thread(ledger_file(url(tmp_path / "triage.db")).back_up, tmp_path / "copy")
    await at_work
    await ledger.close()
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    kept, whole = rows(tmp_path / "copy"), rows(tmp_path / "triage.db")
    assert 50 <= len(kept["mail"]) == len(kept["raw"]) <= len(whole["mail"]) == 250
    assert kept["mail"] == [row for row in whole["mail"] if row in kept["mail"]]


async def test_what_is_restored_is_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    ledger = open_ledger(url(path))
    await ledger.journal(a_mail("1"), "c", NOW)
    ledger_file(url(path)).back_up(tmp_path / "copy")
    then = rows(path)
    await ledger.journal(a_mail("2"), "c", NOW)
    await ledger.close()
    later = rows(path)
    kept = ledger_file(url(path)).restore(tmp_path / "copy")
    assert rows(path) == then
    assert kept is not None
    assert rows(kept) == later
    assert not list(tmp_path.glob("*.restore"))


async def test_a_letter_that_was_due_then_is_looked_for_before_it_is_sent(tmp_path: Path) -> None:
    path = a_ledger_of(RELEASES[-1], tmp_path)
    ledger_file(url(path)).back_up(tmp_path / "copy")
    ledger_file(url(path)).restore(tmp_path / "copy")
    ledger = open_ledger(url(path))
    assert [d.state for d in await ledger.unsent(NOW)] == [DeliveryState.SENDING]
    await ledger.close()


async def test_a_damaged_ledger_is_moved_away_for_the_backup(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    ledger = open_ledger(url(path))
    await ledger.journal(a_mail("1"), "c", NOW)
    await ledger.close()
    ledger_file(url(path)).back_up(tmp_path / "copy")
    path.write_bytes(b"no database at all" * 1000)
    kept = ledger_file(url(path)).restore(tmp_path / "copy")
    assert kept is not None
    assert kept.read_bytes() == b"no database at all" * 1000
    ledger = open_ledger(url(path))
    assert len(await ledger.entries()) == 1
    await ledger.close()


async def test_a_lost_ledger_is_restored(tmp_path: Path) -> None:
    path = tmp_path / "triage.db"
    ledger = open_ledger(url(path))
    await ledger.journal(a_mail("1"), "c", NOW)
    await ledger.close()
    ledger_file(url(path)).back_up(tmp_path / "copy")
    expected = rows(path)
    path.unlink()
    assert ledger_file(url(path)).restore(tmp_path / "copy") is None
    assert rows(path) == expected
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_backup_of_an_older_program_is_restored_and_brought_up(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = a_ledger_of(RELEASES[0], tmp_path / "old")
    ledger_file(url(tmp_path / "triage.db")).restore(old)
    ledger = open_ledger(url(tmp_path / "triage.db"))
    assert len(await ledger.entries()) == 3
    await ledger.close()


def refused(tmp_path: Path, backup: Path) -> str:
    """What a restore of this says; the ledger is as it was before."""
    path = a_ledger_of(RELEASES[-1], tmp_path)
    before = rows(path)
    with pytest.raises(Permanent) as caught:
        ledger_file(url(path)).restore(backup)
    assert rows(path) == before
    assert not list(tmp_path.glob("triage.db.*restore"))
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_what_is_no_backup_is_not_restored(tmp_path: Path) -> None:
    assert refused(tmp_path, tmp_path / "nothing") == "nothing: there is no such file"


def test_a_text_is_not_restored(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all" * 1000)
    assert refused(tmp_path, tmp_path / "text") == "text: damaged, or not a ledger"


def test_another_programs_database_is_not_restored(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other")) as db, db:
        db.execute("CREATE TABLE shopping (item TEXT)")
    assert refused(tmp_path, tmp_path / "other") == "other: not a ledger"


def test_a_backup_of_a_newer_program_is_not_restored(tmp_path: Path) -> None:
    (tmp_path / "newer").mkdir()
    newer = a_ledger_of(RELEASES[-1], tmp_path / "newer")
    with closing(sqlite3.connect(newer)) as db, db:
        db.execute("UPDATE about SET value = '99' WHERE name = 'schema'")
    said = refused(tmp_path, newer)
    assert said.startswith("newer/triage.db: written by a newer version (schema 99")


async def test_a_backup_with_a_hole_is_not_restored(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    ledger = open_ledger(url(tmp_path / "own" / "triage.db"))
    for n in range(50):
        await ledger.journal(a_mail(str(n), 5000), str(n), NOW)
    await ledger.close()
    backup = tmp_path / "copy"
    ledger_file(url(tmp_path / "own" / "triage.db")).back_up(backup)
    octets = bytearray(backup.read_bytes())
    octets[200_000:220_000] = b"\xa5" * 20_000
    backup.write_bytes(octets)
    assert await asyncio.to_thread(refused, tmp_path, backup) != ""


async def test_under_a_service_that_runs_nothing_is_restored(tmp_path: Path) -> None:
    ledger = open_ledger(url(tmp_path / "triage.db"))
    await ledger.claim()
    ledger_file(url(tmp_path / "triage.db")).back_up(tmp_path / "copy")
    with pytest.raises(Temporary, match="another triage is at work"):
        ledger_file(url(tmp_path / "triage.db")).restore(tmp_path / "copy")
    await ledger.close()


async def test_without_room_a_backup_is_not_there_rather_than_half(tmp_path: Path) -> None:
    ledger = open_ledger(url(tmp_path / "triage.db"))
    await ledger.journal(a_mail("1", 1_000_000), "c", NOW)
    await ledger.close()
    (tmp_path / "copy").write_text("the one of yesterday")
    with no_room(500_000), pytest.raises(Temporary, match=r"the disk is full|cannot be read or written"):
        ledger_file(url(tmp_path / "triage.db")).back_up(tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "the one of yesterday"
    assert not list(tmp_path.glob("*.part"))


def test_the_ledger_itself_is_no_place_for_its_backup(tmp_path: Path) -> None:
    path = a_ledger_of(RELEASES[-1], tmp_path)
    with pytest.raises(Permanent, match="this is the ledger itself"):
        ledger_file(url(path)).back_up(path)


@pytest.mark.parametrize("what", ["back_up", "restore"])
def test_where_there_is_no_ledger_it_is_said(what: str, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match=r"there is no (ledger yet|such file)"):
        getattr(ledger_file(url(tmp_path / "triage.db")), what)(tmp_path / "copy")
