"""Attacks 16 to 18: what the world or a mail wrote stays text, is bounded, makes no link, and runs as no template."""

import re

import pytest

from tests.explain.makers import diagnosis, note, report, shown
from triage.model import Certainty, Finding

EVIL = [
    "<img src=x onerror=alert(1)>",
    '"><a href="https://evil.example/">click</a>',
    "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    "[click](https://evil.example/)",
    "{{ 7*7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{0.__class__}",
    "%s%n",
    "</td></table><script>1</script>",
]
FACTS = (
    "addresses",
    "expected",
    "target_host",
    "operator",
    "registrar",
    "ca",
    "record",
    "nameservers",
    "title",
    "zone",
)


@pytest.mark.attack(number=16)
@pytest.mark.attack(number=18)
@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("code", ["points-elsewhere", "site-redirect-elsewhere", "domain-expired", "ca-outage"])
def test_a_value_from_outside_stays_text(evil: str, code: str) -> None:
    made = note(report(diagnosis(shown(code, **dict.fromkeys(FACTS, evil)))), language="en")
    assert "<script" not in made.html
    assert "<img" not in made.html
    assert "49" not in made.text
    assert "class '" not in made.text
    assert set(re.findall(r'href="([^"]*)"', made.html)) <= {"https://panel.example/login/"}


@pytest.mark.attack(number=17)
def test_the_words_of_the_mail_are_never_repeated() -> None:
    stated = Finding("access-denied", Certainty.SHOWN, basis="stated", facts={"error": "SECRET WORDS OF THE MAIL"})
    made = note(report(diagnosis(stated)))
    assert "SECRET" not in made.text + made.html + made.title


@pytest.mark.parametrize("sign", ["\r\nBcc: x@evil.example", "\x1b[31m", "\u202e", "\u2028", "\x00"])
def test_control_and_direction_characters_do_not_pass(sign: str) -> None:
    made = note(report(diagnosis(shown("site-redirect-elsewhere", target_host=f"a{sign}b"))))
    assert sign not in made.text + made.html + made.title
    assert "\n" not in made.title


def test_a_huge_value_is_cut() -> None:
    made = note(report(diagnosis(shown("site-redirect-elsewhere", target_host="x" * 100_000))))
    assert len(made.text) < 5_000


@pytest.mark.attack(number=16)
def test_an_official_link_is_a_link_only_as_a_whole() -> None:
    made = note(report(diagnosis(shown("site-redirect-elsewhere", target_host="https://panel.example/login/evil"))))
    # Once beside the steps, where we say it ourselves; not within what the world wrote.
    assert made.html.count("href=") == 1
    assert "login/evil</div>" in made.html or "login/evil)" in made.html


@pytest.mark.attack(number=16)
def test_html_brings_nothing_from_outside() -> None:
    made = note(report(diagnosis(shown("points-elsewhere", addresses="198.51.100.7"))), signs=("phishing",))
    assert not re.search(r"<(?:img|script|link|style|iframe|object|form|svg)\b|url\(|@import|src=", made.html)
