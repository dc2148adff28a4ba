"""What we know and what we owe, in SQLite. One call is one transaction; nothing is awaited inside.

A mail, and what a crash leaves behind in each state. "Again" means: from the journaled bytes, after one more attempt
was counted; the fourth attempt is not begun, and the mail is set aside.

    state      written when                        found after a crash, the service …
    (none)     it was only seen in its folder      fetches it again
    received   its bytes are on disk               reads it again
    read       we know what it says                reads and decides again: nobody was asked anything yet
    admitted   it counts against the caps          asks and writes again: nothing was sent yet
    diagnosed  its letters are due                 sends what is due; the mail itself is not touched again
    answered   the last letter was taken           files it
    held       a person shall look at it           files it
    dropped    nobody shall look at it             files it
    aside      it failed three times, or broke     files it; its trace is kept with it

A delivery:

    waiting    for a person's approval             waits on
    due        with its letter, ready to go        sends it
    sending    before the outbox is touched        looks for it in the Sent folder, where there is one;
                                                   otherwise sends it once more, under the same Message-ID
    sent       after the outbox took it            nothing
    failed     it was refused for good             nothing; the mail is held for a person
    bounced    it came back                        nothing; the address is suppressed for a while

A case is `open` from its first note, `watching` while looks are planned, and `closed` with its reason.

The move in the mailbox is recorded after it was made. When that record is missing, the move is made again, which does
no harm. Deleting what is old is one transaction, too.

An older ledger is brought up by whoever opens it first (`schema.py`), in one transaction and with a copy made before: a
crash leaves the older one. Backups, and what comes back with one: `copies.py`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triage.ledger.file import LedgerFile
    from triage.ledger.store import SqlLedger


def open_ledger(url: str, busy: float = 10.0) -> "SqlLedger":
    """The ledger behind `url` (`sqlite:////var/lib/triage/triage.db`; `sqlite://` lives in memory).

    Raises Permanent where `url` is no such address. The file is opened by the first call; while another program has it
    locked, a call waits `busy` seconds and then raises Temporary.
    """
    # SQLAlchemy takes as long to import as all the rest, and `triage check` never needs it.
    from triage.ledger.store import SqlLedger

    return SqlLedger(url, busy)


def ledger_file(url: str) -> "LedgerFile":
    """The same ledger as a file: to back it up, to restore a backup, to go back to an older schema."""
    from triage.ledger.file import LedgerFile

    return LedgerFile(url)


__all__ = ["ledger_file", "open_ledger"]
