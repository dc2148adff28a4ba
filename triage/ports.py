"""What the service asks of the world. Each protocol has a real and a fake that pass the same contract tests."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from triage.model import (
    Arrival,
    Asking,
    Authentication,
    Case,
    Chapter,
    Delivery,
    Drop,
    Entry,
    Forward,
    History,
    Hold,
    Letter,
    Listed,
    MailKey,
    Message,
    Observation,
    Place,
    Question,
    Queue,
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

    async def check(self) -> None:
        """Make the folders for mails that are done with, where missing, and see that they can be written to."""
        ...

    async def has_sent(self, message_id: str) -> bool | None:
        """Is a mail with this Message-ID in the Sent folder? None where there is no such folder."""
        ...

    async def wait(self, seconds: float) -> bool:
        """True as soon as something seems to have arrived, False after `seconds`. Only a hint, and it never raises."""
        ...

    async def close(self) -> None: ...


class Vouching(Protocol):
    """Proves who sent a mail where our own server does not; it touches the network, and never raises."""

    async def vouch(self, message: Message, raw: bytes) -> Authentication:
        """`message` is what `raw` says. Without proof: no domain, and why."""
        ...


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

    @property
    def sources(self) -> tuple[str, ...]:
        """What may be asked beside what is always asked; see `Inquiry.sources`."""
        ...

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

    async def journal(self, arrival: Arrival, content: str, now: datetime, sender: str = "") -> int:
        """Keep the raw mail, before anything is done with it. Known already: its number, and nothing else.

        `sender` is who it claims to be from, until it was read.
        """
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

    async def looked(self, case: Case, written: Written | None, now: datetime, chapter: Chapter | None = None) -> None:
        """What a look at a case led to; without letters only the case is kept. `chapter` goes into its story."""
        ...

    async def case(self, key: str) -> Case | None: ...

    async def case_numbered(self, number: int) -> Case | None: ...

    async def cases(self, *, due: datetime | None = None, owner: str | None = None) -> tuple[Case, ...]:
        """Those that are not closed, the next look first: all, those whose look is due by then, one owner's."""
        ...

    async def unsent(self, now: datetime) -> tuple[Delivery, ...]:
        """Deliveries that are due, and those that were being sent when the service died; the oldest first."""
        ...

    async def sending(self, delivery: int) -> int:
        """Written before the outbox is touched; how many tries that makes, 0 where it is not to be sent any more."""
        ...

    async def sent(self, delivery: int, now: datetime) -> None: ...

    async def put_off(self, delivery: int, until: datetime, because: str) -> None: ...

    async def failed(self, delivery: int, because: str, now: datetime) -> None: ...

    async def secret(self) -> bytes:
        """Known to this ledger alone, and always the same: what keys are made with."""
        ...

    async def writes_on_top(self, server: str, seen: bool) -> bool:
        """Has any mail shown that the server of this name writes its results on top? `seen`: this one does."""
        ...

    async def bounced(self, delivery: int, hard: bool, status: str, now: datetime) -> bool:
        """A letter came back; enough of that suppresses its recipient. False where it was not out, or that is known."""
        ...

    async def suppressed(self, address: str, now: datetime) -> str | None:
        """Why nothing may be sent to this address now, or None."""
        ...

    async def unfiled(self) -> tuple[tuple[MailKey, Place], ...]:
        """Finished mails that still lie in the watched folder."""
        ...

    async def filed(self, key: MailKey) -> int:
        """Note that it was moved; returns the mail's number, so that its way can be told to the end."""
        ...

    async def entries(self, limit: int = 100) -> tuple[Entry, ...]:
        """All mails, the newest first."""
        ...

    async def queue(self) -> Queue:
        """How much is kept in which state, and how long the oldest has waited."""
        ...

    async def pause(self, because: str) -> None:
        """A person wants no mail to be worked on, however often the service is started."""
        ...

    async def resume(self) -> bool:
        """False where nothing was paused."""
        ...

    async def paused(self) -> str | None:
        """Why nothing is to be worked on, or None."""
        ...

    async def alarmed(self, cause: str, now: datetime, pause: timedelta) -> bool:
        """True, and noted, where no alarm for this cause was noted within `pause`."""
        ...

    async def entry(self, mail: int) -> Entry | None: ...

    async def left(self, limit: int = 100) -> tuple[Entry, ...]:
        """Mails that were held or set aside for a person, the latest first."""
        ...

    async def waiting(self) -> tuple[Delivery, ...]:
        """Letters that wait for a person's approval, the oldest first."""
        ...

    async def deliveries(self, mail: int | None = None, case: int | None = None) -> tuple[Delivery, ...]: ...

    async def story(self, mail: int | None = None, case: int | None = None) -> tuple[Chapter, ...]:
        """What was found out and done, the oldest first, of a mail or of a case."""
        ...

    async def cases_of(self, mail: int) -> tuple[int, ...]: ...

    async def mails_of(self, case: int) -> tuple[int, ...]: ...

    async def replay(self, mail: int, now: datetime) -> bool:
        """Work on it again from its bytes; False where it was answered, or is still being worked on."""
        ...

    async def dismissed(self, mail: int, now: datetime) -> bool:
        """A person is done with a mail that was held or set aside; False where it is in no such state."""
        ...

    async def closed(self, case: Case, now: datetime) -> int:
        """Keep a case that a person closed; returns how many waiting letters will not go out for it."""
        ...

    async def released(self, now: datetime, mail: int | None = None, case: int | None = None) -> int:
        """Letters that waited are due; how many."""
        ...

    async def discarded(self, now: datetime, mail: int | None = None, case: int | None = None) -> int:
        """Letters that waited will not go out; how many."""
        ...

    async def announced(self, name: str) -> date | None:
        """The day of the last letter of that kind."""
        ...

    async def announce(self, name: str, letter: Letter, day: date, now: datetime) -> bool:
        """Make a letter due that answers nobody, at most one of its kind a day; False where it was written already."""
        ...

    async def forgotten(self, address: str, now: datetime) -> tuple[int, int]:
        """Delete all about one address; how many mails, and how many stay since they are being worked on."""
        ...

    async def tidy(self, before: datetime) -> int:
        """Forget finished mails, sent letters and closed cases of before that moment; returns how many mails."""
        ...

    async def close(self) -> None: ...
