"""Who we are, who may ask, and the note with the decision where it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from triage.model.basics import NOTHING, Language
from triage.model.concluding import Diagnosis
from triage.model.locale import Locales
from triage.model.notice import Notice
from triage.names import Domain


@dataclass(frozen=True, slots=True)
class Report:
    """One notice and what was found for each of its names: what a note is written from."""

    diagnoses: tuple[Diagnosis, ...]
    notice: Notice | None = None  # None: somebody asked by hand


News = Literal["renewed", "changed", "same", "again", "reminder", "expired"]


@dataclass(frozen=True, slots=True)
class Sequel:
    """Why there is a further note about a case, and what the last one said: name → cause, "clear", "renewed" or ""."""

    news: News
    before: Mapping[str, str] = field(default_factory=lambda: NOTHING)


LOOP_HEADER = "X-Ssl-Triage-Loop"  # carries Identity.instance in every mail of ours; facts never-answer N19
ID_PREFIX = "triage."  # how the left side of our own Message-IDs begins; facts never-answer N21


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are, from the configuration. `instance` marks our own mails so that we never answer ourselves."""

    address: str
    name: str = "triage"
    bounce: str = ""
    authserv_id: str = ""
    # It writes its results above its Received line, and what stands below is not believed; None: once a mail shows it.
    authserv_on_top: bool | None = None
    language: Language = "ja"
    instance: str = ""
    aliases: tuple[str, ...] = ()
    operator: str = ""  # who gets the daily digest; "" for nobody
    verp: bool = False  # each letter's envelope names it: `bounce` takes mail with anything behind a plus


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose domains these are, and where their notes go."""

    domains: tuple[Domain, ...]
    addresses: tuple[str, ...]
    language: Language | None = None
    mode: Literal["reply", "forward"] = "reply"


@dataclass(frozen=True, slots=True)
class Caps:
    """At most so many answers; sources in facts never-answer N26."""

    per_address_hour: int = 3
    per_address_day: int = 10
    per_domain_day: int = 30
    all_hour: int = 60
    all_day: int = 300
    names_per_mail: int = 10


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may ask, and how much. `senders` are addresses and `@domains`."""

    senders: tuple[str, ...] = ()
    owners: tuple[Owner, ...] = ()
    mode: Literal["send", "approve"] = "send"
    caps: Caps = Caps()
    anyone: bool = False  # every sender counts as allowed: only for reading by hand, never from a configuration
    locales: Locales = field(default_factory=dict)  # in which languages owners write, and what they may answer with
    secret: str = field(default="", repr=False)  # an address of ours with it behind a plus proves a registered sender


@dataclass(frozen=True, slots=True)
class Authentication:
    """What our own server says of the sender. `domain` is the authenticated From domain, or None."""

    domain: str | None
    because: str
    forged: bool = False  # our own server says that the sender is not who From says: no other proof is looked for


@dataclass(frozen=True, slots=True)
class Note:
    """The reply in plain words. `title` is the cause in one line; text is wrapped at 72 columns, HTML is whole."""

    title: str
    text: str
    html: str
    language: Language


@dataclass(frozen=True, slots=True)
class Reply:
    to: str
    because: str


@dataclass(frozen=True, slots=True)
class Forward:
    """To the registered owner, because the mail came by automatic forwarding: never to the host."""

    to: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Hold:
    because: str


@dataclass(frozen=True, slots=True)
class Drop:
    because: str


Decision = Reply | Forward | Hold | Drop


@dataclass(frozen=True, slots=True)
class Thread:
    """What a note needs to land beside the mail that it answers. Ids are valid msg-ids, with their brackets."""

    subject: str
    message_id: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A note as it goes out: one envelope, one recipient, the bytes of the whole mail."""

    envelope_from: str
    to: str
    message_id: str
    raw: bytes
