"""Copies of a ledger: one made beside a running service, and one put back."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from triage.ledger.complaints import in_words
from triage.ledger.place import from_system, make_private
from triage.model import Permanent

BUSY = 10.0  # seconds to wait for another program's transaction


def copy(ledger: Path, to: Path) -> None:
    """The ledger as it was last committed, in a file for its owner alone; there whole, or not at all.

    Takes no lock that would stop a service. A file that is there already is replaced.
    """
    part = to.with_name(to.name + ".part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _pour(ledger, part, "DELETE")  # one file, that can be read where nothing may be written
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(to)
    except OSError as error:
        raise from_system(error, to) from error
    finally:
        part.unlink(missing_ok=True)


def put_back(prepared: Path, ledger: Path) -> Path | None:
    """The ledger becomes what `prepared` holds, in one transaction; the caller holds the claim.

    Returns where the present one was kept: a copy, or the file itself where it is too damaged to be copied.
    """
    try:
        with closing(sqlite3.connect(prepared)) as db, db:
            db.execute(_ASK_FIRST)
    except sqlite3.Error as error:
        raise in_words(error, str(prepared)) from error
    kept = _kept(ledger) if ledger.exists() and ledger.stat().st_size else None
    make_private(ledger)
    _pour(prepared, ledger)
    return kept


# A letter that was due then may have gone out since. As one that was being sent, it is looked for in the Sent folder.
_ASK_FIRST = "UPDATE delivery SET state = 'sending' WHERE state = 'due'"


def _kept(ledger: Path) -> Path:
    kept = ledger.with_name(ledger.name + ".before-restore")
    try:
        copy(ledger, kept)
    except Permanent:  # it cannot be read any more, and is moved away as it is
        for end in ("", "-wal", "-shm"):
            if (file := ledger.with_name(ledger.name + end)).exists():
                file.replace(kept.with_name(kept.name + end))
    return kept


def _pour(source: Path, target: Path, mode: str = "WAL") -> None:
    """SQLite's own way of copying a database that is in use; `mode` is the target's journal afterwards."""
    try:
        with closing(sqlite3.connect(source, timeout=BUSY)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            new.execute(f"PRAGMA journal_mode={mode}")
    except sqlite3.Error as error:
        damaged = getattr(error, "sqlite_errorname", "") in ("SQLITE_CORRUPT", "SQLITE_NOTADB")
        raise in_words(error, str(source if damaged else target)) from error
