"""The words of every cause from disk, ours first, then the user's own, which win.

causes/<code>.toml              a cause: what it is, an example, and its words by language
causes/<language>/<code>.toml   the words of a cause in one more language, and nothing else
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from triage.config.reading import bundled_rules, read, refused
from triage.config.words import ABOUT, Filled, Frame, Strict, Words, filled, load_frames
from triage.model import FACTS, CauseRule, Language, Wording, fallback

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")


def _known_facts(example: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(example) - FACTS)
    if unknown:
        raise ValueError(f"names facts that no finding has: {', '.join(unknown)}")
    return example


class _ByLanguage(Strict):
    """Keys that are languages become entries of one field; every other unknown key stays a mistake."""

    @model_validator(mode="before")
    @classmethod
    def _sorted_out(cls, table: Any) -> Any:
        if not isinstance(table, dict):
            return table
        languages = {key: value for key, value in table.items() if _TAG.fullmatch(key)}
        return {key: value for key, value in table.items() if key not in languages} | {"by_language": languages}


class _Example(_ByLanguage):
    facts: Annotated[dict[str, str], AfterValidator(_known_facts)] = Field(default_factory=dict)
    by_language: dict[str, list[str]] = Field(default_factory=dict)


class _Cause(_ByLanguage):
    blocks: bool | Literal["now and then"]
    area: str = ""
    from_here: bool = True
    example: _Example
    by_language: dict[str, Words] = Field(default_factory=dict)

    def value(self, code: str) -> CauseRule:
        return CauseRule(
            code=code,
            blocks=self.blocks if isinstance(self.blocks, bool) else None,
            words={language: words.value() for language, words in self.by_language.items()},
            area=self.area,
            from_here=self.from_here,
            example=self.example.facts,
            says={language: tuple(phrases) for language, phrases in self.example.by_language.items()},
        )


class _OneLanguage(Words):
    says: list[str] = Field(default_factory=list)  # phrases that the note of the cause's example must contain


def load_wording(folders: Sequence[Path] = ()) -> Wording:
    """All words. Each folder is laid out as our rules/ is; a cause in a later folder replaces that of an earlier one.

    Raises Permanent, which names file and key. What a language lacks is no fault here: it is lent by the one that is
    taken for all others, and told in `Wording.lacking`.
    """
    roots = (bundled_rules(), *folders)
    causes = {path.stem: read(path, _Cause).value(path.stem) for root in roots for path in _files(root / "causes")}
    for path in (path for root in roots for path in sorted((root / "causes").glob("*/*.toml"))):
        causes[path.stem] = _with(causes.get(path.stem), path)
    frames = load_frames(folders)
    locales = {language: frame.as_locale() for language, frame in frames.items()}
    whole = {language: filled(language, frames, fallback(locales)) for language in frames}
    lent = {language: found.frame for language, found in whole.items()}
    return Wording(
        causes=causes,
        notes={lang: {key: words.value() for key, words in frame.notes.items()} for lang, frame in lent.items()},
        phrases={lang: frame.phrases for lang, frame in lent.items()},
        checks={lang: {k: c.model_dump() for k, c in frame.checks.items()} for lang, frame in lent.items()},
        terms={lang: frame.terms for lang, frame in lent.items()},
        digest={lang: frame.digest for lang, frame in lent.items()},
        locales=locales,
        lacking=(*_lacking(whole), *_strangers(causes, frames)),
    )


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("*.toml")))


def _with(rule: CauseRule | None, path: Path) -> CauseRule:
    """The cause with the words of one more language."""
    language = path.parent.name
    if rule is None:
        raise refused(path, f"there is no cause {path.stem}", ABOUT)
    if not _TAG.fullmatch(language):
        raise refused(path, f"{language} is no language such as de", ABOUT)
    added = read(path, _OneLanguage, ABOUT)
    return replace(
        rule,
        words={**rule.words, language: added.value()},
        says={**rule.says, language: tuple(added.says)} if added.says else rule.says,
    )


def _lacking(whole: Mapping[Language, Filled]) -> Iterator[str]:
    for found in whole.values():
        yield from found.lacking


def _strangers(causes: Mapping[str, CauseRule], frames: Mapping[Language, Frame]) -> Iterator[str]:
    """Words in a language in which nobody can be written to."""
    spoken = dict.fromkeys(language for rule in causes.values() for language in rule.words)
    for language in spoken:
        if language not in frames:
            yield f"words/{language}.toml is missing: there are causes in {language}, but no note can be"
