"""Every note is approved text: a change of words is a diff. `TRIAGE_APPROVE=1 pytest tests/notes` takes new ones."""

import os
import re
from pathlib import Path

import pytest

from tests.bench.clearness import Score, scores, too_hard
from tests.notes.specimens import LANGUAGES, WEAKER, Specimen, specimens, weaker
from triage.model import Language

HERE = Path(__file__).parent
ALL = tuple(specimens())
APPROVING = os.environ.get("TRIAGE_APPROVE") == "1"


@pytest.mark.parametrize("specimen", ALL, ids=lambda s: s.path)
def test_the_note_is_the_approved_one(specimen: Specimen) -> None:
    kept = HERE / specimen.path
    if APPROVING:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(specimen.note.text, encoding="utf-8")
    assert kept.is_file(), "nobody approved this note yet; read it, then run with TRIAGE_APPROVE=1"
    assert specimen.note.text == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", WEAKER)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cause_that_is_less_sure_has_weaker_words(form: str, language: Language) -> None:
    made, kept = weaker(form, language), HERE / "weaker" / f"{form}.{language}.txt"
    if APPROVING:
        kept.write_text(made, encoding="utf-8")
    assert made == kept.read_text(encoding="utf-8")


# What counts stands before the list of checks; further roads and the text for the host do not.
LIST = {"ja": "確認したこと", "en": "What we checked"}
UNCOUNTED = ("ほかの方法", "サポートへ送る文面", "Other ways", "A text for your host")


@pytest.mark.parametrize("specimen", [s for s in ALL if not s.signs], ids=lambda s: s.path)
def test_the_note_is_short(specimen: Specimen) -> None:
    blocks = specimen.note.text.split("\n" + LIST[specimen.language])[0].split("\n\n")
    counted = "\n".join(block for block in blocks if not block.startswith(UNCOUNTED))
    if specimen.language == "en":
        assert len(re.findall(r"\S*\w\S*", counted)) <= 150
    else:
        assert len("".join(counted.split())) <= 500


def test_every_note_is_easy_to_read() -> None:
    assert too_hard(scores()) == []


def test_a_hard_note_is_called_hard() -> None:
    hard = Score("x/y.en.txt", 12, 8.1), Score("x/y.ja.txt", 40.1, 0.3)
    assert too_hard([*hard, Score("x/z.en.txt", 40, 8.0), Score("x/z.ja.txt", 40, 0.9)]) == [*hard]


def test_no_approved_note_is_left_over() -> None:
    kept = {str(path.relative_to(HERE)) for path in HERE.glob("*/*.txt")}
    forms = {f"weaker/{form}.{language}.txt" for form in WEAKER for language in LANGUAGES}
    assert kept - {specimen.path for specimen in ALL} == forms
