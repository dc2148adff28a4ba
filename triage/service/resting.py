"""Which mailboxes are left alone for a while, since trying them again at once would only do harm."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triage.model import Permanent, Temporary, Trouble

FIRST = 60.0  # seconds, doubled with each failure in a row
LONGEST = 900.0


@dataclass(slots=True)
class Resting:
    """A mailbox that refuses us for good (a wrong password), or that said how long to wait."""

    _failures: dict[str, int] = field(default_factory=dict[str, int])
    _until: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def rests(self, mailbox: str, now: datetime) -> bool:
        until = self._until.get(mailbox)
        # A clock that was set back must not make us wait for longer than any pause.
        return until is not None and now < until <= now + timedelta(days=1)

    def failed(self, mailbox: str, trouble: Trouble, now: datetime) -> float:
        """Seconds until it is tried again; 0 where the next round may try."""
        failures = self._failures[mailbox] = self._failures.get(mailbox, 0) + 1
        asked = trouble.wait if isinstance(trouble, Temporary) else None
        grown = min(FIRST * 2 ** min(failures - 1, 10), LONGEST) if isinstance(trouble, Permanent) else 0.0
        pause = min(asked or grown, 86400.0)
        self._until[mailbox] = now + timedelta(seconds=pause)
        return pause

    def worked(self, mailbox: str) -> None:
        self._failures.pop(mailbox, None)
        self._until.pop(mailbox, None)
