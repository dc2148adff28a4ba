"""A mail: where it lies, what it says of itself, and the mail inside it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class MailKey:
    """Where a mail lies. `uid` is the IMAP UID or the Maildir file's unique name; `uidvalidity` is 0 for a Maildir."""

    account: str
    folder: str
    uidvalidity: int
    uid: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail seen in a folder, not fetched yet. `size` in octets, as the server says."""

    key: MailKey
    size: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail fetched. `arrived` is when the mailbox took it; `cut` where only its beginning was fetched."""

    key: MailKey
    raw: bytes
    arrived: datetime
    cut: bool = False


class Place(StrEnum):
    """Where a mail is filed when it is done with."""

    ANSWERED = "answered"
    HELD = "held"
    DROPPED = "dropped"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Address:
    name: str | None
    address: str  # as written, but for white space; compare with `same_as`

    def same_as(self, other: str) -> bool:
        """Equal without case. Anything that is not ASCII equals nothing: look-alikes must not pass."""
        return self.address.isascii() and other.isascii() and self.address.lower() == other.lower()

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Header:
    name: str  # lower case
    value: str  # unfolded, encoded words decoded, control characters replaced by blanks


@dataclass(frozen=True, slots=True)
class Message:
    """One decoded mail, and what it forwards. Headers are those of this very mail, never of an attached one."""

    headers: tuple[Header, ...] = ()
    sender: tuple[Address, ...] = ()  # From: usually one; none or several is for `decide` to judge
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None  # aware, or None where it is missing or cannot be read
    message_id: str | None = None
    text: str = ""  # the body as a person reads it, "\n" between lines; made from HTML where there is no text part
    text_from: Literal["plain", "html", "none"] = "none"
    links: tuple[str, ...] = ()  # targets of links in HTML and text: evidence only, never followed, never repeated
    parts: tuple[str, ...] = ()  # content types of all parts, in order, lower case
    attached: tuple["Message", ...] = ()
    forwarded: "Forwarded | None" = None
    repairs: tuple[str, ...] = ()  # what had to be mended to read it, in words
    size: int = 0  # octets

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, top to bottom; `name` in lower case."""
        return tuple(h.value for h in self.headers if h.name == name)

    def first(self, name: str) -> str | None:
        return next((h.value for h in self.headers if h.name == name), None)


How = Literal["inline", "attached", "automatic", "quoted", "pasted"]


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The mail inside the mail. Untrusted text: nothing of it may choose whom we write to."""

    how: How
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str | None = None
    date: datetime | None = None  # aware; None when it cannot be known
    date_text: str | None = None  # as printed
    body: str = ""  # without quote marks
    note: str | None = None  # what the forwarder wrote above
    message: Message | None = None  # for an attached mail: the mail itself
    inner: "Forwarded | None" = None  # what its text forwards in turn
