"""Everything that the conditions of `admit` look at, in one value, with what several of them need derived once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from triage.decide.commands import command
from triage.model import (
    Address,
    Authentication,
    Command,
    History,
    Identity,
    Message,
    Notice,
    Notices,
    Owner,
    Policy,
    Reading,
)
from triage.names import Domain

_PREFIXES = re.compile(r"\s*(?:(?:re|fw|fwd|転送|返信)\s*(?:\[\d{1,3}\])?\s*[:：]\s*)", re.IGNORECASE)
_FORWARDED = re.compile(r"\s*(?:(?:re|返信)\s*[:：]\s*){0,5}(?:fw|fwd|転送)\s*(?:\[\d{1,3}\])?\s*[:：]", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One mail and what is known around it. `arrived` is the mailbox's own time, `now` the service's; both aware."""

    reading: Reading
    arrived: datetime
    authentication: Authentication
    identity: Identity
    policy: Policy
    history: History
    now: datetime

    @property
    def message(self) -> Message:
        return self.reading.message

    @property
    def sender(self) -> Address:
        """The only From address; an empty one where there are none or several (`sender.one_from` holds those)."""
        return self.message.sender[0] if len(self.message.sender) == 1 else Address(None, "")

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self.reading.notices

    @property
    def names(self) -> tuple[Domain, ...]:
        return tuple(name for notice in self.notices for name in notice.names)

    @property
    def command(self) -> Command | None:
        return command(self.message, self.policy.locales)

    @property
    def is_notice(self) -> bool:
        return isinstance(self.reading.outcome, Notices)

    @property
    def by_filter(self) -> bool:
        """A notice that an owner's mail server sent on by itself: From is the host, and so are the automatic marks."""
        forwarded = self.message.forwarded
        return self.is_notice and forwarded is not None and forwarded.how == "automatic"

    @property
    def own_addresses(self) -> tuple[str, ...]:
        own = self.identity
        return tuple(a for a in (own.address, own.bounce, *own.aliases) if a)

    @property
    def is_listed(self) -> bool:
        """The sender stands in the configuration, as an address, by its domain, or as an owner."""
        return any(_allows(entry, self.sender) for entry in self.policy.senders) or any(
            self.sender.same_as(address) for owner in self.policy.owners for address in owner.addresses
        )

    @property
    def is_listed_by_address(self) -> bool:
        entries = (e for e in self.policy.senders if not e.startswith("@"))
        owners = (a for owner in self.policy.owners for a in owner.addresses)
        return any(self.sender.same_as(entry) for entry in (*entries, *owners))

    @property
    def bare_subject(self) -> str:
        """The subject without the marks of answering and forwarding, at most ten of them."""
        subject = self.message.subject
        for _ in range(10):
            found = _PREFIXES.match(subject)
            if not found:
                break
            subject = subject[found.end() :]
        return subject.strip()

    @property
    def subject_says_forwarded(self) -> bool:
        return _FORWARDED.match(self.message.subject) is not None

    @property
    def references(self) -> tuple[str, ...]:
        return referenced(self.message)

    @property
    def owners(self) -> tuple[Owner, ...]:
        """The registered owners of the names in the notices."""
        return tuple(
            o for o in self.policy.owners if any(name.base.within(d) for name in self.names for d in o.domains)
        )

    @property
    def path(self) -> tuple[str, ...]:
        """The addresses that an automatic forward came by, as its headers state them. Not proven by themselves."""
        names = ("x-forwarded-for", "resent-from", "x-forwarded-to", "resent-to", "delivered-to", "to", "return-path")
        found = (a for name in names for value in self.message.all(name) for a in _ADDRESS.findall(value[:2000]))
        return tuple(_without_filter_mark(a) for a in found)


def referenced(message: Message) -> tuple[str, ...]:
    """The ids in In-Reply-To and References, newest first, at most 50."""
    values = (*message.all("in-reply-to"), *reversed(message.all("references")))
    ids = [i for value in values for i in reversed(re.findall(r"<[^<>\s]{1,250}>", value[-20_000:]))]
    return tuple(dict.fromkeys(ids))[:50]


def same_address(a: str, others: Iterable[str]) -> bool:
    return any(Address(None, a).same_as(other) for other in others)


def without_tag(address: str) -> str:
    """`ssl+key@example.jp` → `ssl@example.jp`."""
    local, at, domain = address.rpartition("@")
    return local.partition("+")[0] + at + domain


def _without_filter_mark(address: str) -> str:
    """Gmail's filters send as `owner+caf_=target=domain@example.jp`: the owner is what stands before the mark."""
    local, at, domain = address.rpartition("@")
    return local.partition("+caf_=")[0] + at + domain


def _allows(entry: str, sender: Address) -> bool:
    if entry.startswith("@"):
        return sender.address.isascii() and sender.domain == entry[1:].lower()
    return sender.same_as(entry)
