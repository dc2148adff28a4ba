"""A further note says what is new: glad, changed, the same, again, a reminder, over."""

import pytest

from tests.explain.makers import (
    NOW,
    PROVIDERS,
    RENEWED,
    WORDING,
    diagnosis,
    flat,
    report,
    ruled_out,
    says,
    shown,
    unknown,
)
from triage.explain import explain
from triage.model import Diagnosis, Sequel

PASSWORD = diagnosis(shown("password-protected", status="401"), ruled_out("not-registered"))
REFUSED = diagnosis(shown("port-80-refused", address="192.0.2.10"), ruled_out("password-protected"))
CLEAR = diagnosis(ruled_out("password-protected"), verdict="no-obstacle")
DARK = diagnosis(unknown("password-protected"), verdict="unknown")
GLAD = diagnosis(verdict="already-renewed", certificate=RENEWED)


def text(found: Diagnosis, news: str, before: str, language: str = "en") -> str:
    sequel = Sequel(news, {"example.jp": before})  # pyright: ignore[reportArgumentType]
    return explain(
        (report(found),), WORDING, language, NOW, providers=PROVIDERS, watching=True, sequel=sequel
    ).text  # fmt: skip


ROWS = [
    ("renewed: glad", GLAD, "renewed", "password-protected", "Good news: the certificate"),
    (
        "changed: what it was",
        REFUSED,
        "changed",
        "password-protected",
        "Before   The site asks for a password (now fixed)",
    ),
    ("changed: what it is", REFUSED, "changed", "password-protected", "Cause    The server at 192.0.2.10 refuses"),
    ("changed: nothing in the way any more", CLEAR, "changed", "password-protected", "is gone."),
    ("changed: something is in the way now", PASSWORD, "changed", "clear", "Before   Nothing was in the way"),
    ("asked, and the same", PASSWORD, "same", "password-protected", "It is still as we told you last time."),
    ("asked, and nobody knows", DARK, "same", "", "again could not tell the reason"),
    ("the host writes again", PASSWORD, "again", "password-protected", "Another notice about example.jp came in."),
    ("a reminder", PASSWORD, "reminder", "password-protected", "35 days are left."),
    ("over", PASSWORD, "expired", "password-protected", "The last day of the certificate"),
]


@pytest.mark.parametrize(("why", "found", "news", "before", "words"), ROWS, ids=[row[0] for row in ROWS])
def test_it_says_what_is_new(why: str, found: Diagnosis, news: str, before: str, words: str) -> None:
    assert says(text(found, news, before).replace(" (proof of identity)", ""), words)


UNSAID = [
    ("renewed: no list", GLAD, "renewed", "What we checked"),
    ("the same: no steps", PASSWORD, "same", "What to do"),
    ("the same: no list", PASSWORD, "same", "What we checked"),
    ("again: no reasons", PASSWORD, "again", "does not know the password"),
    ("again: nothing that is in order", PASSWORD, "again", "✓"),
    ("a reminder: no other ways", PASSWORD, "reminder", "Other ways"),
    ("gone: it was no chance", CLEAR, "changed", "by chance"),
]


@pytest.mark.parametrize(("why", "found", "news", "words"), UNSAID, ids=[row[0] for row in UNSAID])
def test_it_does_not_say_again_what_was_told(why: str, found: Diagnosis, news: str, words: str) -> None:
    assert flat(words) not in flat(text(found, news, "password-protected"))


def test_steps_that_speak_of_the_text_below_have_it() -> None:
    assert says(text(REFUSED, "reminder", "port-80-refused"), "A text for your host's support", "refuses connections")


FIRST = [
    ("what was not known is not gone", CLEAR, ""),
    ("nobody knows now", DARK, "password-protected"),
]


@pytest.mark.parametrize(("why", "found", "before"), FIRST, ids=[row[0] for row in FIRST])
def test_where_nothing_is_sure_the_words_are_those_of_a_first_note(why: str, found: Diagnosis, before: str) -> None:
    whole = explain((report(found),), WORDING, "en", NOW, providers=PROVIDERS, watching=True).text
    assert text(found, "changed", before) == whole


@pytest.mark.parametrize("news", ["renewed", "changed", "same", "again", "reminder", "expired"])
def test_it_is_shorter_than_the_first(news: str) -> None:
    found = GLAD if news == "renewed" else PASSWORD
    whole = explain((report(found),), WORDING, "ja", NOW, providers=PROVIDERS, watching=True).text
    told = text(found, news, "port-80-refused" if news == "changed" else "password-protected", "ja")
    assert len(told) < len(whole) or news == "changed"


def test_a_cause_found_before_that_cannot_be_seen_is_not_called_fixed() -> None:
    elsewhere = diagnosis(shown("points-elsewhere", addresses="198.51.100.7"), unknown("password-protected"))
    assert "now fixed" not in text(elsewhere, "changed", "password-protected")
