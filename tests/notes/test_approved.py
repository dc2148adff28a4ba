"""Every note is approved text: a change of words is a diff. `APPROVE_NOTES=1 pytest tests/notes` takes new ones."""

import os
from pathlib import Path

import pytest

from tests.notes.specimens import Specimen, specimens

HERE = Path(__file__).parent
ALL = tuple(specimens())
APPROVING = os.environ.get("APPROVE_NOTES") == "1"


@pytest.mark.parametrize("specimen", ALL, ids=lambda s: s.path)
def test_the_note_is_the_approved_one(specimen: Specimen) -> None:
    kept = HERE / specimen.path
    if APPROVING:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(specimen.note.text, encoding="utf-8")
    assert kept.is_file(), "nobody approved this note yet; read it, then run with APPROVE_NOTES=1"
    assert specimen.note.text == kept.read_text(encoding="utf-8")


def test_no_approved_note_is_left_over() -> None:
    kept = {str(path.relative_to(HERE)) for path in HERE.glob("*/*.txt")}
    assert kept - {specimen.path for specimen in ALL} == set()
