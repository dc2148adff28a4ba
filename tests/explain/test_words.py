"""The words themselves: each cause is whole in both languages, and its example says what it should."""

import re

import pytest

from tests.explain.makers import WORDING
from triage.explain import faults
from triage.explain.terms import explained, first_uses
from triage.explain.trial import HOST, trial
from triage.model import CauseRule

CAUSES = [(rule, language) for rule in WORDING.causes.values() for language in ("ja", "en")]
IDS = [f"{rule.code}-{language}" for rule, language in CAUSES]
LIST = {"ja": "確認したこと", "en": "What we checked"}
UNCOUNTED = {"ja": ("ほかの方法", "サポートへ送る文面"), "en": ("Other ways", "A text for your host")}


def test_every_example_gives_what_it_should() -> None:
    assert faults(WORDING) == ()


def body(rule: CauseRule, language: str) -> str:
    """What counts for the length: before the list of checks, without further roads and the text for support."""
    blocks = trial(rule, WORDING, "ja" if language == "ja" else "en", HOST).split("\n\n")
    end = next(n for n, block in enumerate(blocks) if block.startswith(LIST[language]))
    return "\n".join(block for block in blocks[:end] if not block.startswith(UNCOUNTED[language]))


@pytest.mark.parametrize(("rule", "language"), CAUSES, ids=IDS)
def test_a_note_is_short(rule: CauseRule, language: str) -> None:
    text = body(rule, language)
    if language == "en":
        assert len(re.findall(r"\S*\w\S*", text)) <= 150
    else:
        assert len("".join(text.split())) <= 500


@pytest.mark.parametrize(("rule", "language"), CAUSES, ids=IDS)
def test_a_term_never_stands_without_its_twin_at_first_use(rule: CauseRule, language: str) -> None:
    lines = trial(rule, WORDING, "ja" if language == "ja" else "en", HOST).splitlines()
    # The text for the host's support is written for people of the trade.
    text = " ".join(" ".join(line for line in lines if not line.startswith("  | ")).split())
    if language == "ja":
        text = text.replace(" ", "")
    terms = WORDING.terms[language]
    met: set[str] = set()
    for term, start, end in first_uses(text, terms, WORDING.locales[language]):
        if terms[term] not in met:
            assert explained(text[: end + 60], start, end, terms[term]), (
                f"{term}: {text[max(0, start - 20) : end + 20]}"
            )
        met.add(terms[term])


def test_a_cause_knows_its_area() -> None:
    areas = set(WORDING.checks["ja"]) | {""}
    assert {rule.code for rule in WORDING.causes.values() if rule.area not in areas} == set()


def test_both_languages_have_the_same_frame() -> None:
    ja, en = WORDING.phrases["ja"], WORDING.phrases["en"]
    assert set(ja) == set(en)
    assert set(WORDING.notes["ja"]) == set(WORDING.notes["en"])
    assert set(WORDING.checks["ja"]) == set(WORDING.checks["en"])
