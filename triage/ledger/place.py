"""`ledger.url` → the database file: where it is, who may read it, and who is at work on it."""

import contextlib
import fcntl
import os
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from triage.model import Permanent, Temporary, Trouble


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


def make_private(path: Path) -> None:
    """Mails are private: the file is made for its owner alone, and so is its folder where there is none."""
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True)
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise from_system(error, path) from error
    # Somebody else's file cannot be changed; it can still be used when it may be written.
    with contextlib.suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


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
            raise from_system(error, self._path) from error
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


def from_system(error: OSError, path: Path) -> Trouble:
    reason = (error.strerror or type(error).__name__).lower()
    if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return Permanent(f"{path}: {reason}", "check ledger.url, and who may write there")
    return Temporary(f"{path}: {reason}", "check the disk")
