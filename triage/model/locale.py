"""How a language is written, told from others and obeyed: all of it from `[locale]` in rules/words/<language>.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from triage.model.basics import Language

Command = Literal["recheck", "stop", "wrong"]
SEEN = 4000  # characters of a text from which its language is told
FEW = 4  # plain words that show the language of a few words somebody wrote; "FYI" alone shows none


@dataclass(frozen=True, slots=True)
class Locale:
    """One language. `day` and `moment` are templates of `str.format`; README.md of the rules lists their values."""

    name: str = ""
    letters: str = ""  # signs of this language alone, as a range of a regular expression: "ぁ-ヿ"
    common: frozenset[str] = frozenset()  # its commonest words, in lower case
    fallback: bool = False  # taken where no language shows itself, and for words that another language lacks
    spaced: bool = True  # a space stands between words
    endings: tuple[str, ...] = ()  # what a term may have behind it and still be the same word: the s of a plural
    quotes: str = "“”"  # around menu words, as `menu` paths are told
    arrow: str = " → "
    day: str = "{year}-{month:02}-{day:02}"
    moment: str = "{date} {clock} {zone}"
    months: tuple[str, ...] = ()
    zone: str = "UTC"
    offset: timedelta = timedelta(0)  # of that zone: notices print dates without one, and a reader means his own
    commands: Mapping[Command, tuple[str, ...]] = field(default_factory=dict)  # what an owner may answer with


Locales = Mapping[Language, Locale]


def fallback(locales: Locales) -> Language:
    return next((language for language, locale in locales.items() if locale.fallback), "en")


def spoken(text: str, locales: Locales) -> Language | None:
    """The language that shows itself in `text`: by a sign that no other has, else by most common words; or None."""
    seen = text[:SEEN]
    for language, locale in locales.items():
        if locale.letters and re.search(f"[{locale.letters}]", seen):
            return language
    words = [word.strip(".,:;!?()\"'").casefold() for word in seen.split()]
    counts = {language: sum(word in locale.common for word in words) for language, locale in locales.items()}
    most = max(counts, key=lambda language: counts[language], default=None)
    return most if most is not None and counts[most] else None


def written(words: str, locales: Locales) -> Language | None:
    """The same for a few words of a person, of which a name or a bare "FYI" shows nothing: several plain words that
    no language claims are in the one that is taken for such."""
    shown = spoken(words, locales)
    plain = [word for word in words[:SEEN].split() if word.isascii() and word.strip(".,!?'").isalpha()]
    if shown is None or not locales[shown].letters:
        return (shown or fallback(locales)) if len(plain) >= FEW else None
    return shown
