"""A Maildir as mailbox and as outbox: mails are files, and only a rename ever moves one."""

import asyncio
import errno
import hashlib
import os
import re
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from triage.model import Arrival, Letter, Listed, MailKey, Permanent, Place, Temporary

FOLDER = "INBOX"
LOOKED_THROUGH = 2000  # newest mails of the Sent folder that are searched for a Message-ID
GLANCE = 1.0  # seconds between looks at new/ while we wait
HEAD = 65536  # octets of a mail in which its Message-ID is looked for
_FULL = {errno.ENOSPC, errno.EDQUOT}


class MaildirMailbox:
    """new/ and cur/ of one Maildir. A mail's uid is its unique name: what stands before the `:2,FLAGS`.

    `places` names sub-folders in the way of Maildir++: `Answered` is the folder `.Answered` beside new/ and cur/.
    """

    def __init__(self, name: str, path: Path, places: Mapping[Place, str], *, sent_folder: str | None = None) -> None:
        self.name = name
        self._path = path
        self._places = {place: path / _sub_folder(folder) for place, folder in places.items()}
        self._sent = path / _sub_folder(sent_folder) if sent_folder else None
        self._closed = asyncio.Event()
        self._seen: tuple[int, frozenset[str]] | None = None  # new/ as it was when we last waited: its time, its mails

    async def list(self) -> tuple[Listed, ...]:
        return await asyncio.to_thread(self._list)

    async def fetch(self, key: MailKey, limit: int) -> Arrival | None:
        return await asyncio.to_thread(self._fetch, key, limit)

    async def file(self, key: MailKey, place: Place) -> None:
        await asyncio.to_thread(self._file, key.uid, self._places[place])

    async def check(self) -> None:
        await asyncio.to_thread(self._check)

    async def has_sent(self, message_id: str) -> bool | None:
        return await asyncio.to_thread(self._has_sent, message_id)

    async def wait(self, seconds: float) -> bool:
        """Looks at the folder's time once a second, and at its names only when that has changed."""
        end = time.monotonic() + seconds
        while not self._closed.is_set() and (left := end - time.monotonic()) > 0:
            if await asyncio.to_thread(self._has_news):
                return True
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), min(left, GLANCE))
        return False

    async def close(self) -> None:
        self._closed.set()

    def _has_news(self) -> bool:
        """A name that was not there before; our own moves out of the folder are no news."""
        new, before = self._path / "new", self._seen
        try:
            changed = new.stat().st_mtime_ns
            if before is not None and before[0] == changed:
                return False
            names = frozenset(os.listdir(new))
        except OSError:
            return False  # the poll will say what is wrong with it
        self._seen = (changed, names)
        return before is not None and not names <= before[1]

    def _list(self) -> tuple[Listed, ...]:
        with _named(self._path):
            found = sorted(_mails(self._path), key=lambda mail: (mail[1].st_mtime_ns, mail[0].name))
        return tuple(Listed(self._key(path.name), stat.st_size) for path, stat in found)

    def _fetch(self, key: MailKey, limit: int) -> Arrival | None:
        with _named(self._path):
            path = _find(self._path, key.uid)
            if path is None:
                return None
            # A mail that is a link or a pipe would make us read, or wait for, something else.
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                raw = file.read(limit + 1)
                arrived = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return Arrival(key, raw[:limit], arrived, cut=len(raw) > limit)

    def _file(self, uid: str, folder: Path) -> None:
        with _named(folder):
            source = _find(self._path, uid)
            if source is None:
                return
            _make(folder)
            target = folder / source.parent.name / source.name
            for n in range(1, 1000):
                if not target.exists():
                    break
                # A rename would silently replace it, and it may be another mail.
                target = folder / source.parent.name / f"{uid},copy={n}{source.name[len(uid) :]}"
            try:
                source.rename(target)
            except FileNotFoundError:
                return  # a mail program moved it between our look and our rename
            _sync_folder(target.parent)
            _sync_folder(source.parent)

    def _check(self) -> None:
        """Moves an empty file, which no mail program ever sees: it begins and ends in tmp/."""
        for folder in self._places.values():
            with _named(folder):
                _make(folder)
                trial = self._path / "tmp" / f"triage-check.{os.getpid()}"
                trial.touch()
                try:
                    trial = trial.rename(folder / "tmp" / trial.name)
                finally:
                    trial.unlink()

    def _has_sent(self, message_id: str) -> bool | None:
        if self._sent is None or not self._sent.is_dir():
            return None
        with _named(self._sent):
            newest = sorted(_mails(self._sent), key=lambda mail: mail[1].st_mtime_ns, reverse=True)[:LOOKED_THROUGH]
            return any(_message_id_of(path) == message_id for path, _ in newest)

    def _key(self, file_name: str) -> MailKey:
        return MailKey(self.name, FOLDER, 0, _unique(file_name))


class MaildirOutbox:
    """Writes each letter as one file, named after its Message-ID: the same letter again replaces itself."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def check(self) -> None:
        await asyncio.to_thread(self._prepare)

    async def send(self, letter: Letter) -> None:
        await asyncio.to_thread(self._write, letter)

    async def close(self) -> None:
        """Nothing is kept open."""

    def _prepare(self) -> None:
        with _named(self._path):
            _make(self._path)

    def _write(self, letter: Letter) -> None:
        name = hashlib.sha256(letter.message_id.encode()).hexdigest()[:32] + ".triage"
        with _named(self._path):
            _make(self._path)
            # A mail program may have taken the first copy to cur/ and put flags behind its name.
            target = _find(self._path, name) or self._path / "new" / name
            waiting = self._path / "tmp" / name
            with waiting.open("wb") as file:
                file.write(letter.raw.replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            waiting.rename(target)
            _sync_folder(target.parent)


def _mails(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for part in ("new", "cur"):
        with os.scandir(path / part) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
                    continue
                # A mail program may move a mail while we look.
                with suppress(FileNotFoundError):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)


def _unique(file_name: str) -> str:
    return file_name.partition(":")[0]


def _find(path: Path, uid: str) -> Path | None:
    """The file of that unique name, wherever a mail program has put it by now."""
    # Where it lay when it came, or was seen without flags: a look at the whole folder for each mail would be quadratic.
    for likely in (path / "new" / uid, path / "cur" / f"{uid}:2,", path / "cur" / f"{uid}:2,S"):
        if not uid.startswith(".") and "/" not in uid and likely.is_file() and not likely.is_symlink():
            return likely
    return next((mail for mail, _ in _mails(path) if _unique(mail.name) == uid), None)


def _message_id_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            head = re.split(rb"\r?\n\r?\n", file.read(HEAD), maxsplit=1)[0]
    except FileNotFoundError:
        return None
    found = re.search(rb"^message-id:\s*(<[^<>\s]*>)", head, re.I | re.M)
    return found[1].decode("ascii", "replace") if found else None


def _sub_folder(name: str) -> str:
    """`Done/Held` is the Maildir++ folder `.Done.Held`; a name cannot lead out of the Maildir."""
    plain = re.sub(r"[/.]+", ".", name).strip(".")
    if not plain or any(ord(c) < 32 for c in plain):
        raise Permanent("a mailbox folder has no usable name", "name the folders like Answered or Done/Held")
    return "." + plain


def _make(folder: Path) -> None:
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.name.startswith("."):
        (folder / "maildirfolder").touch()


def _sync_folder(folder: Path) -> None:
    """A rename is only safe from a power cut once its folder is on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _named(path: Path) -> Generator[None]:
    """Turns what the disk says into Temporary or Permanent, with the path and a hint."""
    try:
        yield
    except OSError as error:
        raise _trouble(path, error) from error


def _trouble(path: Path, error: OSError) -> Temporary | Permanent:
    reason = f"{path}: {(error.strerror or str(error)).lower()}"
    if error.errno in _FULL:
        return Temporary(reason, "make room on that disk; the work goes on by itself")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Permanent(reason, "the folder must be a Maildir, with cur, new and tmp in it")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return Permanent(reason, "let the user that runs triage read and write that folder")
    if error.errno == errno.EXDEV:
        return Permanent(reason, "keep the sub-folders on the same disk as the Maildir itself")
    return Temporary(reason, "look at that disk")
