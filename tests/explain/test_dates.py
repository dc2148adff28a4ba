"""Which date counts, how it is written, and when the host tries next."""

from datetime import UTC, date, datetime

import pytest

from tests.explain.makers import WORDING
from triage.explain.dates import Deadline, day, deadline, moment, next_try, read
from triage.model import Certificate, Event, Notice, Provider

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # already the 24th in Japan
JA, EN = WORDING.locales["ja"], WORDING.locales["en"]
SERVED = Certificate("R12", NOW, datetime(2026, 12, 28, 16, 0, tzinfo=UTC), ())


def notice(expires: date | None) -> Notice:
    return Notice("xserver", Event.RENEWAL_FAILED, expires=expires)


def test_a_day_is_written_as_its_readers_do() -> None:
    assert (day(date(2026, 12, 8), JA), day(date(2026, 12, 8), EN)) == ("2026年12月8日", "December 8, 2026")


def test_a_moment_names_its_zone() -> None:
    assert moment(NOW, JA) == "2026年11月24日 01:00(日本時間)"
    assert moment(NOW, EN) == "November 23, 2026, 16:00 UTC"


DEADLINES = [
    ("the notice's date comes first, and is not converted", notice(date(2026, 12, 20)), SERVED, date(2026, 12, 20), 26),
    ("else the served certificate's, in Japan's time", notice(None), SERVED, date(2026, 12, 29), 35),
    ("over: the days are negative", notice(date(2026, 11, 20)), None, date(2026, 11, 20), -4),
]


@pytest.mark.parametrize(("why", "told", "served", "on", "days"), DEADLINES, ids=[r[0] for r in DEADLINES])
def test_deadline(why: str, told: Notice, served: Certificate | None, on: date, days: int) -> None:
    assert deadline(told, served, NOW, JA) == Deadline(on, days)


def test_no_date_anywhere_is_no_deadline() -> None:
    assert deadline(notice(None), None, NOW, JA) is None


TRIES = [
    ("before the first try", 35, date(2026, 11, 28)),
    ("on the day of a try it is still to come", 30, date(2026, 11, 28)),
    ("between two tries", 27, date(2026, 12, 3)),
    ("after the last", 19, None),
    ("after the expiry", -2, None),
]


@pytest.mark.parametrize(("why", "days", "expected"), TRIES, ids=[r[0] for r in TRIES])
def test_next_try(why: str, days: int, expected: date | None) -> None:
    host = Provider(id="host", retry_days=(30, 25, 20))
    assert next_try(host, Deadline(date(2026, 12, 28), days)) == expected


def test_a_host_whose_days_are_not_known_gets_no_date() -> None:
    assert next_try(Provider(id="host"), Deadline(date(2026, 12, 28), 35)) is None


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-40", "{{ 1 }}"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read(text) is None
