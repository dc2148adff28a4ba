"""What SQLite complains of, in words that a person can do something about."""

from triage.model import Permanent, Temporary, Trouble


def in_words(error: BaseException | None, place: str) -> Trouble:
    """A database's complaint as one line and what to do about it. Nothing is lost: the mailbox still has the mails."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Temporary(f"{place}: locked by another program", "see who has it open: fuser -v on the file")
    if name.startswith("SQLITE_FULL"):
        return Temporary(f"{place}: the disk is full", "make room; nothing was lost, the work goes on by itself")
    if name.startswith("SQLITE_READONLY"):
        return Permanent(f"{place}: cannot be written", "check its owner and permissions, and those of its folder")
    if name.startswith("SQLITE_CANTOPEN"):
        return Permanent(f"{place}: cannot be opened", "check the path, its owner and permissions")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in str(error):
        return Permanent(
            f"{place}: damaged, or not a ledger",
            "move it away with its -wal file and restore a backup, or start anew: the mails are still in the mailbox",
        )
    if name.startswith("SQLITE_IOERR"):
        return Temporary(f"{place}: cannot be read or written ({name.lower()})", "check the disk")
    return Permanent(f"{place}: {str(error)[:200].lower()}", "check the ledger with sqlite3: pragma integrity_check")
