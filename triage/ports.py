"""What the service asks of the world. Each protocol has a real and a fake that pass the same contract tests."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from triage.model import (
    Arrival,
    Asking,
    Case,
    Delivery,
    Drop,
    Entry,
    Forward,
    History,
    Hold,
    Letter,
    Listed,
    MailKey,
    Observation,
    Place,
    Question,
    Reading,
    Reply,
    Written,
)

Clock = Callable[[], datetime]  # aware, UTC


class Mailbox(Protocol):
    """One folder where mails arrive. Every call may raise Temporary or Permanent, and nothing else."""

    name: str

    async def list(self) -> tuple[Listed, ...]:
        """All mails of the watched folder, oldest first, without their bodies."""
        ...

    async def fetch(self, key: MailKey, limit: int) -> Arrival | None:
        """At most `limit` octets of one mail, leaving its flags alone; None where it is gone."""
        ...

    async def file(self, key: MailKey, place: Place) -> None:
        """Move a mail out of the watched folder. Done already, or the mail gone: no error."""
        ...

    async def has_sent(self, message_id: str) -> bool | None:
        """Is a mail with this Message-ID in the Sent folder? None where there is no such folder."""
        ...

    async def wait(self, seconds: float) -> bool:
        """True as soon as something seems to have arrived, False after `seconds`. Only a hint, and it never raises."""
        ...

    async def close(self) -> None: ...


class Outbox(Protocol):
    """Where notes leave."""

    async def check(self) -> None:
        """Go as far as a letter's beginning and send none; raises as `send` would."""
        ...

    async def send(self, letter: Letter) -> None:
        """Hand one letter over. Returns when it was taken; raises Temporary, Permanent or Uncertain."""
        ...

    async def close(self) -> None: ...


class Round(Protocol):
    """Questions that run side by side under one deadline."""

    def start(self, questions: Iterable[Question]) -> None:
        """Ask these too. A question that was started before is not asked again."""
        ...

    def __aiter__(self) -> AsyncIterator[Observation]:
        """Each observation as it comes; ends when nothing is under way. At the deadline the rest comes as CUT_OFF."""
        ...


class Probes(Protocol):
    """Ask one question safely, and always come back with an observation."""

    def round(self, deadline: float) -> AbstractAsyncContextManager[Round]:
        """A round of `deadline` seconds; waiting for one's turn at an address does not count."""
        ...

    async def close(self) -> None: ...


class Reader(Protocol):
    """Reads a mail where it can do no harm."""

    async def read(self, raw: bytes) -> Reading:
        """Raises Unreadable where the mail hangs, crashes or outgrows its reader."""
        ...

    async def close(self) -> None: ...


class Unreadable(Exception):
    """This mail cannot be read within the limits of time and memory; the message says which."""


class Ledger(Protocol):
    """What we know and what we owe. Every call is one transaction; it may raise Temporary or Permanent.

    A mail is named by its number here. Calls that move a mail or a delivery on do nothing when it is past that step.
    """

    async def claim(self) -> None:
        """Be the only one who works on this ledger until it is closed; Temporary where another process is."""
        ...

    async def unknown(self, listed: Iterable[Listed], now: datetime) -> tuple[Listed, ...]:
        """One folder's mails that are not journaled yet; remembers when that folder was first seen, and how full."""
        ...

    async def journal(self, arrival: Arrival, content: str, now: datetime) -> int:
        """Keep the raw mail, before anything is done with it. Known already: its number, and nothing else."""
        ...

    async def open_mails(self) -> tuple[Entry, ...]:
        """The mails that are not finished, oldest first."""
        ...

    async def raw(self, mail: int) -> bytes: ...

    async def attempt(self, mail: int) -> int:
        """Count one more try, before it is begun; returns how many that makes."""
        ...

    async def history(self, asking: Asking, now: datetime) -> History: ...

    async def read(self, mail: int, sender: str, subject: str, understood: str, notices: tuple[str, ...]) -> None: ...

    async def admitted(self, mail: int, asker: str, decision: Reply | Forward, now: datetime) -> None:
        """From here on the answer counts against the asker's caps, and no copy of the mail will be answered."""
        ...

    async def ended(self, mail: int, decision: Hold | Drop, now: datetime) -> None: ...

    async def set_aside(self, mail: int, because: str, trace: str, now: datetime) -> None: ...

    async def diagnosed(self, mail: int, written: Written, now: datetime) -> None:
        """The letters become due in the same transaction in which the mail is done with."""
        ...

    async def looked(self, case: Case, written: Written | None, now: datetime) -> None:
        """What a look at a case led to; without letters only the case is kept."""
        ...

    async def case(self, key: str) -> Case | None: ...

    async def case_numbered(self, number: int) -> Case | None: ...

    async def cases(self) -> tuple[Case, ...]:
        """Those that are not closed, the next look first."""
        ...

    async def unsent(self, now: datetime) -> tuple[Delivery, ...]:
        """Deliveries that are due, and those that were being sent when the service died; the oldest first."""
        ...

    async def sending(self, delivery: int) -> int:
        """Written before the outbox is touched; returns how many tries that makes."""
        ...

    async def sent(self, delivery: int, now: datetime) -> None: ...

    async def put_off(self, delivery: int, until: datetime, because: str) -> None: ...

    async def failed(self, delivery: int, because: str, now: datetime) -> None: ...

    async def unfiled(self) -> tuple[tuple[MailKey, Place], ...]:
        """Finished mails that still lie in the watched folder."""
        ...

    async def filed(self, key: MailKey) -> None: ...

    async def entries(self, limit: int = 100) -> tuple[Entry, ...]:
        """All mails, the newest first."""
        ...

    async def tidy(self, before: datetime) -> int:
        """Forget finished mails, sent letters and closed cases of before that moment; returns how many mails."""
        ...

    async def close(self) -> None: ...
