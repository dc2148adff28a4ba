"""A printed date: the moment where it can be known, None wherever it can be read in two ways."""

from datetime import UTC, datetime

import pytest

from triage.unwrap.dates import moment

pytestmark = [pytest.mark.attack(number=34)]

OUTER = datetime.fromisoformat("2026-11-28T11:02:33+09:00")
KNOWN = [
    ("2026年11月28日(土) 10:15", "ja", "2026-11-28T10:15:00+09:00"),
    ("2026年11月28日 午後1:05", "ja", "2026-11-28T13:05:00+09:00"),
    ("2026年11月27日 24:00", "ja", "2026-11-28T00:00:00+09:00"),
    ("２０２６年１１月２８日 １０：１５", "ja", "2026-11-28T10:15:00+09:00"),
    ("令和8年11月28日 10時15分", "ja", "2026-11-28T10:15:00+09:00"),
    ("2026/11/28 10:15:30", "ja", "2026-11-28T10:15:30+09:00"),
    ("26/11/28 10:15", "ja", "2026-11-28T10:15:00+09:00"),
    ("2026年11月28日 1:15:00 UTC", "ja", "2026-11-28T01:15:00+00:00"),
    ("Sat, 28 Nov 2026 10:15:00 +0900 (JST)", "en", "2026-11-28T10:15:00+09:00"),
    ("Saturday, November 28, 2026 12:15 AM", "en", "2026-11-28T00:15:00+09:00"),
    ("Monday, September 19, 2022, 5:55:44 PM -0400", "en", "2022-09-19T17:55:44-04:00"),
    ("02/10/2023 4:52 PM EST", "en", "2023-02-10T16:52:00-05:00"),
    ("13/10/2023 4:52 PM", "en", "2023-10-13T16:52:00+09:00"),
    ("12/01/2026 10:15", "en", "2026-01-12T10:15:00+09:00"),
    ("27.10.2021 09:31", "de", "2021-10-27T09:31:00+09:00"),
    ("Dienstag, 2. November 2021, 09:26:50 MEZ", "de", "2021-11-02T09:26:50+01:00"),
    ("26 жовтня 2021 р. о 14:25:08 GMT+3", "uk", "2021-10-26T14:25:08+03:00"),
    ("2021. november 2., kedd 09:26:50 CET", "hu", "2021-11-02T09:26:50+01:00"),
    ("tirsdag den 2. november 2021 09.26.50 CET", "da", "2021-11-02T09:26:50+01:00"),
    ("sri, 27. lis 2021. u 09:31", "hr", "2021-10-27T09:31:00+09:00"),
    ("śr., 27 lis 2021 o 09:31", "pl", "2021-11-27T09:31:00+09:00"),
    ("st 27. 10. 2021 o 9:31", "sk", "2021-10-27T09:31:00+09:00"),
    ("2021년 10월 27일 (수) 오후 9:31", "ko", "2021-10-27T21:31:00+09:00"),
]
UNKNOWN = [
    ("03/04/2026 10:15", "en", "day or month first"),
    ("27 lis 2021 09:31", "", "October in Croatian, November in Polish"),
    ("Sat, 28 Nov 2026 10:15:00 IST", "en", "three countries"),
    ("2026/11/28", "ja", "no time"),
    ("2026/13/45 10:15", "ja", "no such day"),
    ("2026/11/28 25:61", "ja", "no such time"),
    ("31 December 9999 23:59:59 -2359", "en", "beyond the calendar"),
    ("9" * 200, "en", "a number"),
    ("", "en", "nothing"),
    ("yesterday", "en", "words"),
]


@pytest.mark.parametrize(("text", "language", "iso"), KNOWN, ids=[text for text, _, _ in KNOWN])
def test_known(text: str, language: str, iso: str) -> None:
    found = moment(text, frozenset({language}), OUTER)
    assert (found.isoformat() if found else None) == iso


@pytest.mark.parametrize(("text", "language", "why"), UNKNOWN, ids=[why for _, _, why in UNKNOWN])
def test_unknown(text: str, language: str, why: str) -> None:
    assert moment(text, frozenset({language} - {""}), OUTER) is None


def test_without_a_zone_anywhere_the_moment_is_unknown() -> None:
    assert moment("2026/11/28 10:15", frozenset({"ja"}), None) is None
    assert moment("2026/11/28 10:15 UTC", frozenset({"ja"}), None) == datetime(2026, 11, 28, 10, 15, tzinfo=UTC)
