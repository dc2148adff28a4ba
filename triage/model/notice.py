"""What the mail says: the notice of a provider, and what is wrong with which name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from triage.model.basics import NOTHING, Language
from triage.model.mail import Message
from triage.names import Domain


class Event(StrEnum):
    RENEWAL_FAILED = "renewal-failed"
    EXPIRY_WARNING = "expiry-warning"
    DEFERRED = "deferred"
    REDUCED_COVERAGE = "reduced-coverage"
    COVERAGE_NOT_EXTENDED = "coverage-not-extended"
    VALIDATION_NEEDED = "validation-needed"
    RENEWED = "renewed"
    ISSUED = "issued"

    @property
    def is_good(self) -> bool:
        return self in (Event.RENEWED, Event.ISSUED)


@dataclass(frozen=True, slots=True)
class Problem:
    """What the notice says of one name. `cause` is a code of rules/causes, where the words prove one."""

    name: Domain | None
    error: str
    cause: str | None = None
    address: str | None = None  # the address that the CA or the host used
    url: str | None = None
    secondary: bool = False  # only other vantage points of the CA failed
    retry_after: str | None = None  # as printed, UTC


@dataclass(frozen=True, slots=True)
class Match:
    """Which pattern hit where: shown by `triage read -v` and never used to decide."""

    rule: str
    field: str
    pattern: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider says went wrong (or right), for which names, in its own words."""

    provider: str
    event: Event
    names: tuple[Domain, ...] = ()
    service_names: tuple[Domain, ...] = ()  # those of `names` that only a panel uses
    expires: date | None = None
    deferred_until: date | None = None
    language: Language = "en"
    account: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    stated_error: str | None = None
    stated_cause: str | None = None
    problems: tuple[Problem, ...] = ()
    dated: datetime | None = None  # when the provider wrote it, where that can be known
    nameless: str | None = None  # why `names` is empty
    unread: int = 0  # names beyond the most that are read from one mail
    subject: str = ""  # of the notice itself, cleaned
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Notices:
    """The mail is a notice, or several in one mail."""

    notices: tuple[Notice, ...]
    because: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unrecognized:
    """The mail is something else, or we cannot tell; `because` is for a person."""

    verdict: Literal["not-a-notice", "unclear"]
    because: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail, read: what a worker hands back."""

    message: Message
    outcome: Notices | Unrecognized

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self.outcome.notices if isinstance(self.outcome, Notices) else ()
