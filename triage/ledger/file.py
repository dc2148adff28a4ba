"""The ledger as a file: a copy of it, a copy put back, and the way back to an older program."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from triage.ledger.complaints import in_words
from triage.ledger.copies import copy, put_back
from triage.ledger.engine import open_engine
from triage.ledger.place import Claim, path_of, where
from triage.ledger.schema import downgrade, schema_of
from triage.model import Permanent


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """Every call raises Temporary or Permanent, with the ledger as it was before."""

    url: str

    def back_up(self, to: Path) -> None:
        """May run beside the service."""
        if not self._path.exists():
            raise Permanent(f"{self._path}: there is no ledger yet", "start the service first")
        if to.exists() and to.samefile(self._path):
            raise Permanent(f"{to}: this is the ledger itself", "give another file")
        copy(self._path, to)

    def restore(self, backup: Path) -> Path | None:
        """The service must not run. Returns where the ledger that was replaced is kept, where there was one."""
        if not backup.is_file():
            raise Permanent(f"{backup}: there is no such file", "give the file that a backup was written to")
        claim, prepared = Claim(self.url), self._path.with_name(self._path.name + ".restore")
        claim.take()
        try:
            copy(backup, prepared)
            _examine(prepared, str(backup))
            return put_back(prepared, self._path)
        finally:
            prepared.unlink(missing_ok=True)
            claim.release()

    def downgrade(self, schema: str) -> Path | None:
        """The service must not run. Returns the copy that was made before, or None where there was nothing to do."""
        engine = open_engine(self.url)
        try:
            return downgrade(engine, self.url, schema)
        except DBAPIError as error:
            raise in_words(error.orig, where(self.url)) from error
        finally:
            engine.dispose()

    @property
    def _path(self) -> Path:
        path = path_of(self.url)
        if path is None:
            raise Permanent("a ledger in memory has no file", "write sqlite:////absolute/path in ledger.url")
        return path


def _examine(prepared: Path, backup: str) -> None:
    """Raises Permanent where it is no ledger, not a whole one, or one of a newer program."""
    engine = create_engine(f"sqlite:///{prepared}")
    try:
        with engine.connect() as connection:
            said = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
            schema = schema_of(connection, backup)
    except DBAPIError as error:
        raise in_words(error.orig, backup) from error
    finally:
        engine.dispose()
    if said != "ok":
        raise Permanent(f"{backup}: damaged, {' '.join(said.split())[:200].lower()}", "take another backup")
    if schema is None:
        raise Permanent(f"{backup}: not a ledger", "give the file that a backup was written to")
