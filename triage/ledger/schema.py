"""Which schema a ledger has, and how it gets the one that this program knows.

A new file is made from `tables.py`. An older one is brought up by the steps in `migrations/`, all in one transaction,
by whoever opens it first, after a copy of it was made; a crash in between leaves the old file as it was. A newer one is
left alone. `downgrade` is the way back: with the newer program, before the older one is installed again.
"""

from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, delete, insert, inspect, select

from triage.ledger import tables
from triage.ledger.copies import copy
from triage.ledger.place import Claim, path_of, where
from triage.model import Permanent

# Alembic's own table, written down here so that a ledger of the right schema is opened without importing Alembic.
_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True, nullable=False))
OTHER_PATH = "restore a backup, or give another path in ledger.url"


def bring_up(engine: Engine, url: str) -> None:
    """Afterwards the tables are there, and those of `tables.SCHEMA`. Raises Permanent where that cannot be."""
    with engine.begin() as connection:
        found = _begun(connection, where(url))
    if found != tables.SCHEMA:
        _migrated(engine, url, tables.SCHEMA)


def downgrade(engine: Engine, url: str, schema: str) -> Path | None:
    """The tables as an older program knows them; what only newer ones hold is gone. Returns the copy made before."""
    if not (schema.isascii() and schema.isdigit() and 1 <= int(schema) <= int(tables.SCHEMA)):
        raise Permanent(f"there is no schema {schema}", f"a number from 1 to {int(tables.SCHEMA)}")
    return _migrated(engine, url, f"{int(schema):04}")


def schema_of(connection: Connection, place: str) -> str | None:
    """`0002`, or None where there is no table at all. Raises Permanent where it is none that we could work on."""
    known = set(inspect(connection).get_table_names())
    if not known:
        return None
    if not {"about", "mail"} <= known:
        raise Permanent(f"{place}: not a ledger", "give another path in ledger.url")
    found = connection.execute(_noted("alembic_version" in known)).scalar() or ""
    if not (found.isascii() and found.isdigit() and int(found) >= 1):
        raise Permanent(f"{place}: its schema cannot be told", OTHER_PATH)
    if int(found) > int(tables.SCHEMA):
        raise Permanent(
            f"{place}: written by a newer version (schema {int(found)}, this one knows {int(tables.SCHEMA)})",
            "install the newer version again, or restore a backup",
        )
    return f"{int(found):04}"


def _noted(by_alembic: bool):
    return select(_version.c.version_num) if by_alembic else select(_about.value).where(_about.name == "schema")


_about = tables.about.c


def _begun(connection: Connection, place: str) -> str:
    """A new file gets its tables. One from before there were migrations is taken over with the number it noted."""
    found = schema_of(connection, place)
    if found is None:
        tables.METADATA.create_all(connection)
        found = tables.SCHEMA
    if not inspect(connection).has_table(_version.name):
        _version.create(connection)
        connection.execute(insert(_version).values(version_num=found))
        connection.execute(delete(tables.about).where(_about.name == "schema"))
    return found


def _migrated(engine: Engine, url: str, to: str) -> Path | None:
    """Nobody else may be at work: a service that runs would find its tables changed under it."""
    claim, path = Claim(url), path_of(url)
    claim.take()
    try:
        with engine.begin() as connection:
            found = schema_of(connection, where(url))
            if found == to or path is None or found is None:
                return None
            # This transaction keeps all others from writing, so that the copy misses nothing.
            copy(path, before := path.with_name(f"{path.name}.schema-{found}"))
            _carry_out(connection, found, to)
            return before
    finally:
        claim.release()


def _carry_out(connection: Connection, found: str, to: str) -> None:
    # As long to import as all of the ledger, and hardly ever needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    (command.upgrade if to > found else command.downgrade)(config, to)
