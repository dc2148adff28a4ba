"""Lines of 72 columns; full-width characters take two; closing signs never begin a line, opening ones never end one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.explain.layout import WIDTH, width, wrap

ROWS = [
    ("ascii counts one", "abc", 3),
    ("kanji and kana count two", "証明書の", 8),
    ("a full-width sign counts two", "、", 2),
    ("an arrow of ambiguous width counts two", "→", 2),
    ("a combining mark counts nothing", "e\u0301", 1),
]


@pytest.mark.parametrize(("why", "text", "columns"), ROWS, ids=[r[0] for r in ROWS])
def test_width(why: str, text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_full_stop_stays_with_its_word() -> None:
    assert wrap("あいう。かき", columns=6) == ["あい", "う。", "かき"]


def test_an_opening_bracket_goes_to_the_next_line() -> None:
    assert wrap("ああ「いい」", columns=6) == ["ああ", "「いい」"[:2], "い」"]


def test_a_phrase_is_not_torn_apart_where_the_line_can_end_before_it() -> None:
    assert wrap("証明書の更新の原因がわかりました", columns=26) == ["証明書の更新の", "原因がわかりました"]
    assert wrap("通知の原因は前回お伝えしたものと同じです", columns=18)[0] == "通知の原因は"
    pieces = ["次に左の", "「サーバーパネル」を", "開いて見ます"]
    assert wrap("".join(pieces), columns=20) == pieces


def test_a_phrase_too_long_to_give_away_is_torn() -> None:
    assert wrap("証明書の有効期限切警告表示画面", columns=24) == ["証明書の有効期限切警告表", "示画面"]


def test_a_name_is_not_torn_apart() -> None:
    assert wrap("行き先は example.jp です", columns=14) == ["行き先は", "example.jp", "です"]


def test_a_date_is_torn_only_between_its_pieces() -> None:
    assert wrap("期限2026年12月28日", columns=12) == ["期限2026年", "12月28日"]


def test_the_second_line_hangs() -> None:
    assert wrap("one two three", " 1. ", "    ", columns=12) == [" 1. one two", "    three"]


def test_an_address_of_a_page_stays_whole_even_where_it_is_too_long() -> None:
    url = "https://panel.example/" + "a" * 80
    assert url in wrap(f"see {url} now")


def test_a_name_longer_than_a_line_is_cut() -> None:
    assert max(width(line) for line in wrap("x" * 300)) <= WIDTH


@given(st.text(alphabet="あ漢、。「」() ab.1年→ー", max_size=400))
def test_every_text_fits_and_keeps_its_characters(text: str) -> None:
    lines = wrap(text, " 1. ", "    ")
    assert all(width(line) <= WIDTH for line in lines)
    assert "".join("".join(lines).split()) == "".join(f"1.{text}".split())
    assert not any(line.lstrip()[:1] in tuple("、。」)ー") for line in lines[1:])
