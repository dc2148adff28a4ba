"""Many patterns in one automaton tell what each would tell alone, also where the automaton has no room."""

import pytest

from triage.recognize.sets import PatternSet

PATTERNS = ("証明書", r"renew(?:al|ed)", r"^fail", r"\bx{2,3}\b")
TEXTS = ("", "The renewal of 証明書", "fail", "to fail", "xx xxxx", "RENEWED")


@pytest.mark.parametrize("text", TEXTS)
def test_all_that_hit_and_nothing_else(text: str) -> None:
    alone = {at for at, pattern in enumerate(PATTERNS) if PatternSet([pattern]).hits(text.encode())}
    assert PatternSet(PATTERNS).hits(text.encode()) == alone


def test_case() -> None:
    assert PatternSet(PATTERNS, case_sensitive=False).hits(b"RENEWED") == {1}
    assert PatternSet(PATTERNS).hits(b"RENEWED") == frozenset()


@pytest.mark.parametrize("text", TEXTS)
def test_without_room_each_pattern_is_run_by_itself(text: str) -> None:
    assert PatternSet(PATTERNS, memory=1).hits(text.encode()) == PatternSet(PATTERNS).hits(text.encode())
