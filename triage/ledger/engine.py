"""Opening the database: how safely it writes, and that its tables are ours."""

import sqlite3
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from triage.ledger.complaints import in_words
from triage.ledger.copies import BUSY
from triage.ledger.place import make_private, path_of, where
from triage.ledger.schema import bring_up
from triage.model import Permanent

# FULL: after a commit returns, a power cut cannot take it back. Half the speed of NORMAL, and worth it here.
# secure_delete: what was forgotten on request is overwritten, not only unlinked.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


def open_engine(url: str, busy: float = BUSY) -> Engine:
    """An engine whose tables are there and of our schema. Raises Permanent or Temporary with the reason."""
    path = path_of(url)
    if path is not None:
        make_private(path)
    try:
        engine = create_engine(url, **({"poolclass": StaticPool} if path is None else {}))
    except (ArgumentError, NoSuchModuleError) as error:
        raise Permanent(
            f"ledger.url: {url.split(':')[0]} cannot be opened", "write sqlite:////absolute/path"
        ) from error
    event.listen(engine, "connect", partial(_prepare, busy))
    event.listen(engine, "begin", _begin)
    try:
        bring_up(engine, url)
    except DBAPIError as error:
        engine.dispose()
        raise in_words(error.orig, where(url)) from error
    return engine


def _prepare(busy: float, connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver's own transactions begin too late; `_begin` says BEGIN itself.
        connection.isolation_level = None
        for pragma in (f"busy_timeout={busy * 1000:.0f}", *_PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # IMMEDIATE: a transaction that reads first and then writes could not be upgraded while another one writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
