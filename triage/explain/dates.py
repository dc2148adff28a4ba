"""Dates as the readers of a language write them, and the days that matter: the expiry, the host's next try."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from triage.model import Certificate, Language, Notice, Provider

# Notices print dates without a zone; a Japanese reader means Japan's.
_ZONES = {"ja": timezone(timedelta(hours=9), "JST"), "en": UTC}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def local(moment: datetime, language: Language) -> datetime:
    return moment.astimezone(_ZONES.get(language, UTC))


def day(when: date, language: Language) -> str:
    if language == "ja":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}"


def moment(when: datetime, language: Language) -> str:
    here = local(when, language)
    zone = "日本時間" if language == "ja" else "UTC"
    if language == "ja":
        return f"{day(here.date(), language)} {here:%H:%M}({zone})"
    return f"{day(here.date(), language)}, {here:%H:%M} {zone}"


def read(text: str) -> datetime | None:
    """A fact's time, ISO 8601 with or without its clock; None where it is none."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last good day of the certificate, and how many days are left; negative when it is over."""

    on: date
    days: int


def deadline(notice: Notice | None, served: Certificate | None, now: datetime, language: Language) -> Deadline | None:
    """The date that the notice prints, else the served certificate's; None where neither is known."""
    today = local(now, language).date()
    if notice and notice.expires:
        return Deadline(notice.expires, (notice.expires - today).days)
    if served:
        last = local(served.not_after, language).date()
        return Deadline(last, (last - today).days)
    return None


def next_try(provider: Provider, until: Deadline | None) -> date | None:
    """When the host renews by itself next: its retry days are days before the expiry."""
    if until is None:
        return None
    left = [days for days in provider.retry_days if 0 <= days <= until.days]
    return until.on - timedelta(days=max(left)) if left else None
