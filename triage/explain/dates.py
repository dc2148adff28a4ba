"""Dates as the readers of a language write them, and the days that matter: the expiry, the host's next try."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from triage.model import Certificate, Locale, Notice, Provider


def local(moment: datetime, locale: Locale) -> datetime:
    """Notices print dates without a zone; a reader means his own."""
    return moment.astimezone(timezone(locale.offset))


def day(when: date, locale: Locale) -> str:
    name = locale.months[when.month - 1] if len(locale.months) == 12 else str(when.month)
    return locale.day.format(year=when.year, month=when.month, day=when.day, month_name=name)


def moment(when: datetime, locale: Locale) -> str:
    here = local(when, locale)
    return locale.moment.format(date=day(here.date(), locale), clock=f"{here:%H:%M}", zone=locale.zone)


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


def deadline(notice: Notice | None, served: Certificate | None, now: datetime, locale: Locale) -> Deadline | None:
    """The date that the notice prints, else the served certificate's; None where neither is known."""
    today = local(now, locale).date()
    if notice and notice.expires:
        return Deadline(notice.expires, (notice.expires - today).days)
    if served:
        last = local(served.not_after, locale).date()
        return Deadline(last, (last - today).days)
    return None


def next_try(provider: Provider, until: Deadline | None) -> date | None:
    """When the host renews by itself next: its retry days are days before the expiry."""
    if until is None:
        return None
    left = [days for days in provider.retry_days if 0 <= days <= until.days]
    return until.on - timedelta(days=max(left)) if left else None
