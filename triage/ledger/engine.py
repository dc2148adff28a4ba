"""Opening the database: who may read it, how safely it writes, which schema it has, and who else works on it."""

import contextlib
import fcntl
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from triage.ledger import tables
from triage.model import Permanent, Temporary, Trouble

BUSY = 10.0  # seconds to wait for another program's transaction
# FULL: after a commit returns, a power cut cannot take it back. Half the speed of NORMAL, and worth it here.
# secure_delete: what was forgotten on request is overwritten, not only unlinked.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


def open_engine(url: str, busy: float = BUSY) -> Engine:
    """An engine whose tables are there and of our schema. Raises Permanent or Temporary with the reason."""
    path = path_of(url)
    if path is not None:
        _make_private(path)
    try:
        engine = create_engine(url, **({"poolclass": StaticPool} if path is None else {}))
    except (ArgumentError, NoSuchModuleError) as error:
        raise Permanent(
            f"ledger.url: {url.split(':')[0]} cannot be opened", "write sqlite:////absolute/path"
        ) from error
    event.listen(engine, "connect", partial(_prepare, busy))
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            _match_schema(connection, where(url))
    except DBAPIError as error:
        engine.dispose()
        raise in_words(error, url) from error
    return engine


def path_of(url: str) -> Path | None:
    """The database file, or None for a database in memory. Only SQLite is supported by now."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Permanent("ledger.url is not a database address", "write sqlite:////absolute/path") from None
    if parsed.get_backend_name() != "sqlite":
        raise Permanent(
            f"ledger.url: {parsed.get_backend_name()} is not supported", "write sqlite:////absolute/path"
        ) from None
    return Path(parsed.database) if parsed.database and parsed.database != ":memory:" else None


def where(url: str) -> str:
    return str(path_of(url) or "the ledger in memory")


class Claim:
    """The lock that keeps a second service away. The kernel lets go of it when this process ends, however it ends."""

    def __init__(self, url: str) -> None:
        path = path_of(url)
        self._path = path.with_name(path.name + ".lock") if path else None
        self._file: int | None = None

    def take(self) -> None:
        if self._path is None or self._file is not None:
            return
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _from_system(error, self._path) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise Temporary(
                f"{self._path}: another triage is at work on this ledger", "wait for it to finish, or stop it"
            ) from error
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def in_words(error: DBAPIError, url: str) -> Trouble:
    """A database's complaint as one line and what to do about it. Nothing is lost: the mailbox still has the mails."""
    place, name = where(url), getattr(error.orig, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Temporary(f"{place}: locked by another program", "see who has it open: fuser -v on the file")
    if name.startswith("SQLITE_FULL"):
        return Temporary(f"{place}: the disk is full", "make room; nothing was lost, the work goes on by itself")
    if name.startswith("SQLITE_READONLY"):
        return Permanent(f"{place}: cannot be written", "check its owner and permissions, and those of its folder")
    if name.startswith("SQLITE_CANTOPEN"):
        return Permanent(f"{place}: cannot be opened", "check the path, its owner and permissions")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in str(error.orig):
        return Permanent(
            f"{place}: damaged, or not a ledger",
            "move it away with its -wal file and restore a backup, or start anew: the mails are still in the mailbox",
        )
    if name.startswith("SQLITE_IOERR"):
        return Temporary(f"{place}: cannot be read or written ({name.lower()})", "check the disk")
    return Permanent(
        f"{place}: {str(error.orig)[:200].lower()}", "check the ledger with sqlite3: pragma integrity_check"
    )


def _prepare(busy: float, connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver's own transactions begin too late; `_begin` says BEGIN itself.
        connection.isolation_level = None
        for pragma in (f"busy_timeout={busy * 1000:.0f}", *_PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # IMMEDIATE: a transaction that reads first and then writes could not be upgraded while another one writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _match_schema(connection: Connection, place: str) -> None:
    known = set(inspect(connection).get_table_names())
    if not known:
        tables.METADATA.create_all(connection)
        connection.execute(tables.about.insert().values(name="schema", value=str(tables.SCHEMA)))
        return
    if "about" not in known or "mail" not in known:
        raise Permanent(f"{place}: not a ledger", "give another path in ledger.url")
    found = connection.execute(select(tables.about.c.value).where(tables.about.c.name == "schema")).scalar() or ""
    if not found.isdigit() or int(found) < 1:
        raise Permanent(f"{place}: its schema cannot be told", "restore a backup, or give another path in ledger.url")
    if int(found) > tables.SCHEMA:
        raise Permanent(
            f"{place}: written by a newer version (schema {found}, this one knows {tables.SCHEMA})",
            "install the newer version again, or restore a backup",
        )
    _bring_up(connection, int(found))


def _bring_up(connection: Connection, found: int) -> None:
    """An older file gets what has been added since, in the transaction that opens it; nothing in it is rewritten."""
    if found == tables.SCHEMA:
        return
    tables.METADATA.create_all(connection)  # whole tables that are new
    for table in tables.METADATA.tables.values():
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    step = tables.about.update().where(tables.about.c.name == "schema")
    connection.execute(step.values(value=str(tables.SCHEMA)))


def _make_private(path: Path) -> None:
    """Mails are private: the file is made for its owner alone, and so is its folder where there is none."""
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True)
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise _from_system(error, path) from error
    # Somebody else's file cannot be changed; it can still be used when it may be written.
    with contextlib.suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _from_system(error: OSError, path: Path) -> Trouble:
    reason = (error.strerror or type(error).__name__).lower()
    if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return Permanent(f"{path}: {reason}", "check ledger.url, and who may write there")
    return Temporary(f"{path}: {reason}", "check the disk")
