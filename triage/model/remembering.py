"""What the ledger holds: mails, letters and cases, and how far each of them is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from triage.model.answering import Decision, Letter, Thread
from triage.model.basics import Language
from triage.model.mail import MailKey, Place
from triage.model.notice import Notice
from triage.names import Domain


class MailState(StrEnum):
    """Where a mail is on its way. `received` to `diagnosed` are still open; the others are final."""

    RECEIVED = "received"
    READ = "read"
    ADMITTED = "admitted"
    DIAGNOSED = "diagnosed"
    ANSWERED = "answered"
    HELD = "held"
    DROPPED = "dropped"
    ASIDE = "aside"

    @property
    def place(self) -> Place | None:
        """Where the mail is filed; None while it is still open."""
        return Place(self.value) if self.value in tuple(Place) else None


class DeliveryState(StrEnum):
    WAITING = "waiting"  # for a person's approval
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    DISCARDED = "discarded"  # a person decided that it does not go out


class CaseState(StrEnum):
    OPEN = "open"
    WATCHING = "watching"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail as the ledger knows it, without its bytes. `attempts` counts the tries that were begun."""

    id: int
    key: MailKey
    content: str  # hash of sender, subject and body: equal for copies of one mail
    arrived: datetime
    journaled: datetime
    state: MailState
    attempts: int = 0
    sender: str = ""
    subject: str = ""
    understood: str = ""  # "xserver renewal-failed: example.jp", or why it is no notice
    leading: str = ""  # leading causes, by name: "example.jp points-elsewhere"
    decision: str = ""  # reply, forward, hold or drop
    to: tuple[str, ...] = ()
    because: str = ""
    filed: bool = False
    decided: datetime | None = None  # when it was admitted, held, dropped or set aside


@dataclass(frozen=True, slots=True)
class Asking:
    """The mail that history is asked about."""

    content: str = ""
    sender: str = ""
    notices: tuple[str, ...] = ()  # keys of its notices; see `decide.notice_key`
    references: tuple[str, ...] = ()  # ids in In-Reply-To and References
    mail: int = 0  # its number in the ledger, so that it does not count itself


@dataclass(frozen=True, slots=True)
class History:
    """What happened before, as far as it bears on answering one mail. The counts leave this mail itself out."""

    content_answered: bool = False  # a copy of this mail was answered or is being answered
    address_hour: int = 0
    address_day: int = 0
    domain_day: int = 0
    all_hour: int = 0
    all_day: int = 0
    notice_answered: datetime | None = None  # the same notice to the same sender, most recently
    thread_answers: int = 0  # notes that we sent in the thread which this mail continues
    thread_case: int | None = None  # the case of that thread
    commands_day: int = 0  # one-word commands obeyed for this sender in 24 hours
    suppressed: str | None = None  # why nothing may be sent to this address
    first_start: datetime | None = None
    backlog: int = 0  # this mail lay in its folder, with so many others, when we first saw that folder


@dataclass(frozen=True, slots=True)
class Case:
    """The notices about one certificate and one owner, and what became of it."""

    id: int
    key: str  # of owner, provider, names and expiry
    owner: str  # the address that notes go to
    provider: str
    names: tuple[Domain, ...]
    expires: date | None
    language: Language
    state: CaseState
    opened: datetime
    thread: Thread
    notice: Notice
    notes: int = 0  # how many were written; the next has this number plus one
    leading: tuple[str, ...] = ()  # the leading cause of each name, when we last wrote; "" for none
    looked: datetime | None = None
    next_look: datetime | None = None
    looks: int = 0
    reminded: int | None = None  # the reminder sent last: days before expiry, 0 once expired
    because: str = ""  # why it was closed
    to: tuple[str, ...] = ()  # all who get its notes
    told: datetime | None = None  # when the last note was written


@dataclass(frozen=True, slots=True)
class Chapter:
    """A piece of a case's or a mail's story: what was concluded or done, and the observations behind it, in words."""

    at: datetime
    words: str  # "example.jp will-fail: points-elsewhere", or "closed: renewed"
    lines: tuple[str, ...] = ()
    mail: int | None = None
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A note on its way."""

    id: int
    letter: Letter
    state: DeliveryState
    due: datetime
    attempts: int = 0
    mail: int | None = None
    case: int | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """What the ledger holds, counted, and since when the oldest of what is not done with has waited."""

    mails: Mapping[MailState, int] = field(default_factory=lambda: NO_MAILS)
    letters: Mapping[DeliveryState, int] = field(default_factory=lambda: NO_LETTERS)
    oldest_mail: datetime | None = None  # journaled, and neither diagnosed nor ended
    oldest_letter: datetime | None = None  # written, and due or being sent

    @property
    def open(self) -> int:
        return sum(self.mails.get(s, 0) for s in (MailState.RECEIVED, MailState.READ, MailState.ADMITTED))


NO_MAILS: Mapping[MailState, int] = MappingProxyType({})
NO_LETTERS: Mapping[DeliveryState, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Written:
    """What a diagnosed mail, or a look at a case, led to: recorded in one piece, and sent afterwards."""

    decision: Decision
    leading: str = ""
    letters: tuple[Letter, ...] = ()
    cases: tuple[Case, ...] = ()  # the first is the one that the letters belong to; `id` 0 where it is new
    waiting: bool = False  # until a person approves
    chapters: tuple[Chapter, ...] = ()  # what was found out, with its evidence
