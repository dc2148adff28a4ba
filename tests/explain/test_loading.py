"""Words from disk: a mistake is refused with file and key, and a user's folder wins."""

from pathlib import Path

import pytest

from triage.config.causes import load_wording
from triage.model import Permanent

GOOD = """
blocks = true
area = "answer"
[example]
facts = {}
[ja]
title = "題"
why = "理由"
[en]
title = "Title"
why = "Why"
"""


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "causes").mkdir()
    (tmp_path / "causes" / "home-made.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_cause_of_the_users_own_is_added(tmp_path: Path) -> None:
    words = load_wording([folder(tmp_path, GOOD)])
    assert words.of("home-made", "en") == words.causes["home-made"].words["en"]
    assert "points-elsewhere" in words.causes


def test_a_users_words_win(tmp_path: Path) -> None:
    (tmp_path / "causes").mkdir()
    (tmp_path / "causes" / "transient.toml").write_text(GOOD, encoding="utf-8")
    assert load_wording([tmp_path]).causes["transient"].words["en"].title == "Title"


def test_a_users_frame_replaces_only_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "en.toml").write_text('[phrases]\nsteps = "Do this"\n', encoding="utf-8")
    phrases = load_wording([tmp_path]).phrases["en"]
    assert (phrases["steps"], phrases["checks"]) == ("Do this", "What we checked")


BAD = [
    ("an unknown key", GOOD + "titel = 'x'\n", "en.titel: is no key"),
    ("a missing key", GOOD.replace('why = "Why"', ""), "en.why: is missing"),
    ("a broken template", GOOD.replace("理由", "{{ name"), "ja.why: is no valid template"),
    ("a fact that no finding has", GOOD.replace("facts = {}", "facts = { colour = 'red' }"), "colour"),
    ("no TOML at all", "blocks = = true", "home-made.toml"),
    ("blocks is neither yes nor no", GOOD.replace("true", '"maybe"'), "blocks"),
]


@pytest.mark.parametrize(("why", "text", "message"), BAD, ids=[r[0] for r in BAD])
def test_a_mistake_is_named(why: str, text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(Permanent) as caught:
        load_wording([folder(tmp_path, text)])
    assert message in str(caught.value)
    assert "home-made.toml" in str(caught.value)
    assert caught.value.hint
