"""A technical term is followed by its plain twin where it stands first; after that it stands alone."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from triage.model import Locale

# Menu words and text to be typed are quoted, and must stay as the screen shows them; so must addresses and names.
_AS_IT_IS = r"『[^』]*』|\"[^\"]*\"|https?://\S+|[A-Za-z0-9*_-]+(?:\.[A-Za-z0-9_-]+)+|/\S+"


@lru_cache(maxsize=16)
def _pattern(terms: tuple[str, ...], endings: tuple[str, ...], spaced: bool) -> re.Pattern[str]:
    longest_first = "|".join(re.escape(t) for t in sorted(terms, key=len, reverse=True))
    ended = "|".join(map(re.escape, endings))
    # A word is bounded by letters of its own script: next to kana, "DNS" is a whole word.
    letter = r"[^\W_]" if spaced else "[A-Za-z0-9]"
    return re.compile(rf"(?<!{letter})({longest_first})(?:{ended})?(?!{letter})", re.I if spaced else 0)


@lru_cache(maxsize=16)
def _kept(quotes: str) -> re.Pattern[str]:
    opened, closed = map(re.escape, quotes)
    return re.compile(rf"{opened}[^{closed}]*{closed}|「[^」]*」|“[^”]*”|{_AS_IT_IS}")


def first_uses(text: str, terms: Mapping[str, str], locale: Locale) -> Iterator[tuple[str, int, int]]:
    """Term, start and end of every use in `text` that a reader has to understand, in order."""
    if not terms:
        return
    kept = [m.span() for m in _kept(locale.quotes).finditer(text)]
    known = {term.lower(): term for term in terms}
    for found in _pattern(tuple(terms), locale.endings, locale.spaced).finditer(text):
        if not any(start < found.end() and found.start() < end for start, end in kept):
            yield known[found[1].lower()], found.start(), found.end()


def explained(text: str, start: int, end: int, twin: str) -> bool:
    """The author has done it already: the term is in brackets behind plain words, or followed by its own."""
    return text[start - 1 : start] in ("(", "（") or text[end : end + 2].lstrip()[:1] in ("(", "（") or twin in text


def glossary(terms: Mapping[str, str], locale: Locale) -> Callable[[str], str]:
    """A function that adds the twins, for the texts of one note in reading order."""
    seen: set[str] = set()

    def gloss(text: str) -> str:
        made: list[str] = []
        done = 0
        for term, start, end in first_uses(text, terms, locale):
            twin = terms[term]
            if twin not in seen and not explained(text, start, end, twin):
                made += [text[done:end], f" ({twin})" if locale.spaced else f"({twin})"]
                done = end if locale.spaced or text[end : end + 1] != " " else end + 1
            seen.add(twin)
        return "".join((*made, text[done:]))

    return gloss
